// The tools with which an object sees what it can do, who else there is, and what was said before.
import { z } from "zod";
import type {
  CapabilityLine,
  EnvironmentPort,
  ObjectLine,
  SessionLine,
} from "../core/environment-port.ts";
import type { Tool } from "../core/tool.ts";
import { defineTool } from "./define.ts";
import { environmentOf, objectName, within } from "./environment.ts";
import type { OutputLimits } from "./output.ts";

/** Objects in one answer. */
const MAX_OBJECTS = 200;
/** Names of what a turn may not call, in one answer. */
const MAX_OTHERS = 100;
/** Requests that wait for a human, in one answer. */
const MAX_WAITING = 20;
const MAX_SESSIONS = 50;
const DEFAULT_SESSIONS = 10;
const MAX_QUERY_LENGTH = 500;
/** Characters of a description in a list. */
const MAX_SHOWN = 300;

export function listCapabilitiesTool(limits?: OutputLimits): Tool {
  return defineTool(
    {
      name: "list_capabilities",
      description: "Lists what you may call, and names what exists here that you may not call.",
      input: z.strictObject({}),
      risk: "none",
      replay: "safe",
      subject: async () => await Promise.resolve({ ok: true, value: "its own capabilities" }),
      run: async (_, context) =>
        await within(context, (environment) => {
          const others = environment.others();
          const rest = others.length > MAX_OTHERS ? `, and ${others.length - MAX_OTHERS} more` : "";
          const named = others.slice(0, MAX_OTHERS).join(", ") + rest;
          return [
            ...environment.capabilities().map(capabilityText),
            ...(others.length > 0
              ? [`Not yours (add_capability asks a human for one): ${named}`]
              : []),
          ].join("\n");
        }),
    },
    limits,
  );
}

export function listObjectsTool(limits?: OutputLimits): Tool {
  return defineTool(
    {
      name: "list_prompt_objects",
      description:
        "Lists the agents (prompt objects) that live in this environment; if you declare this tool and name no " +
        "text, also how it stands: uptime, sessions, turns, requests that wait for a human.",
      input: z.strictObject({
        matching: z
          .string()
          .max(MAX_QUERY_LENGTH)
          .default("")
          .describe("Only those whose name or description holds this text."),
      }),
      risk: "none",
      replay: "safe",
      subject: async ({ matching }) =>
        await Promise.resolve({ ok: true, value: matching || "all objects" }),
      run: async ({ matching }, context) =>
        await within(context, (environment) => {
          const wanted = matching.toLowerCase();
          const found = environment
            .objects()
            .filter((one) => `${one.name}\n${one.description}`.toLowerCase().includes(wanted));
          const rest = found.length - MAX_OBJECTS;
          const lines = found.slice(0, MAX_OBJECTS).map(objectText);
          if (rest > 0) lines.push(`(${rest} more: give a text that they match)`);
          // More than who there is, for those whom a human let declare this tool: a dashboard needs no other.
          if (matching === "" && environment.declares("list_prompt_objects")) {
            lines.push("", ...standingLines(environment));
          }
          return lines.join("\n") || "There is none.";
        }),
    },
    limits,
  );
}

export function querySessionsTool(limits?: OutputLimits): Tool {
  return defineTool(
    {
      name: "query_sessions",
      description:
        "Finds earlier conversations: yours, or with a human's permission another agent's. With a query " +
        "the messages that hold all its words, else the newest sessions; if you declare this tool, of all agents.",
      input: z.strictObject({
        query: z.string().max(MAX_QUERY_LENGTH).optional().describe("Words to look for."),
        po_name: objectName.optional().describe("Whose sessions; left out, your own, or all."),
        limit: z.number().int().min(1).max(MAX_SESSIONS).default(DEFAULT_SESSIONS),
      }),
      risk: "read",
      replay: "safe",
      subject: async ({ query, po_name }, context) => {
        const found = environmentOf(context);
        if (!found.ok) return await Promise.resolve(found);
        const whose = whoseSessions({ query, po_name }, found.value) ?? "everybody";
        const what = query === undefined ? "the newest" : JSON.stringify(query);
        return await Promise.resolve({ ok: true, value: `sessions of ${whose}: ${what}` });
      },
      // What somebody else was told is not for everybody who can call; who has which session, with its title, is
      // for those whom a human let declare it.
      mustAsk: async ({ po_name, query }, { environment }) =>
        await Promise.resolve(
          po_name !== undefined &&
            po_name !== environment?.po_name &&
            !(query === undefined && environment?.declares("query_sessions")),
        ),
      run: async ({ query, po_name, limit }, context) =>
        await within(context, (environment) => {
          const whose = whoseSessions({ query, po_name }, environment);
          const asked = { po_name: whose, query: query ?? null, limit };
          return environment.sessions(asked).map(sessionText).join("\n") || "There is none.";
        }),
    },
    limits,
  );
}

/** Null is everybody's. */
function whoseSessions(
  { query, po_name }: { query?: string | undefined; po_name?: string | undefined },
  environment: EnvironmentPort,
): string | null {
  if (po_name !== undefined) return po_name;
  return query === undefined && environment.declares("query_sessions") ? null : environment.po_name;
}

/** What is asked is others' words: for who may see what others talk about. */
function standingLines(environment: EnvironmentPort): string[] {
  const { standing, declares } = environment;
  const { waiting, ...now } = standing();
  const shown = waiting.slice(0, MAX_WAITING).map(({ po_name, kind, question, at }) => {
    const words = declares("query_sessions") ? `: ${oneLine(question)}` : "";
    return `  ${at} ${po_name} ${kind}${words}`;
  });
  return [
    `Environment ${now.environment}: up ${now.uptime_seconds} s since ${now.started_at}, ` +
      `${now.sessions} sessions, ${now.running_turns} turns running`,
    `Requests that wait for a human: ${now.pending_requests}`,
    ...shown,
  ];
}

const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim().slice(0, MAX_SHOWN);

const capabilityText = ({ name, kind, description }: CapabilityLine): string =>
  `${name} (${kind}): ${oneLine(description)}`;

const objectText = ({ name, description, state, capabilities }: ObjectLine): string =>
  `${name} (${state}): ${oneLine(description) || "no description"}` +
  (capabilities.length > 0 ? ` [may call: ${oneLine(capabilities.join(", "))}]` : "");

const sessionText = ({ session_id, po_name, title, at, state, snippet }: SessionLine): string =>
  [
    `${session_id} ${at} ${po_name}${state === null ? "" : ` (${state})`} ${oneLine(title)}`,
    ...(snippet === null ? [] : [`  ${oneLine(snippet)}`]),
  ].join("\n");
