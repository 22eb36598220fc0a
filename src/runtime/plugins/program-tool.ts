// A plugin that is one tool, put together: how it is run in each mode, and what its arguments must fit.
import type { Tool } from "../../core/tool.ts";
import type { Attempt, World } from "../../core/world.ts";
import type { Json } from "../../protocol/messages.ts";
import type { RunContext, RunResult } from "../../tools/define.ts";
import { callEndpoint } from "../../tools/external/endpoint.ts";
import type { Manifest } from "../../tools/external/manifest.ts";
import { runOnce } from "../../tools/external/once.ts";
import { type Spoken, speakWith } from "../../tools/external/spoken.ts";
import type { Supervised } from "../../tools/external/supervised.ts";
import { externalTool, type Standing } from "../../tools/external/tool.ts";
import { fit } from "../answers/fit.ts";
import type { Hosts } from "./hosts.ts";
import { isOpenlyPrivate } from "./openly-private.ts";

type ProgramStanding = Standing & { argv: [string, ...string[]] | null };

export interface ProgramToolParts {
  manifest: Manifest;
  hosts: Hosts;
  /** For an endpoint that is openly private. */
  http: World["http"];
  /** For any other: as agents' own requests go. */
  others: World["http"];
  variable(name: string): string | undefined;
  standing(call_id: string): Promise<Attempt<ProgramStanding>>;
  approved(standing: Standing, call_id: string): Promise<void>;
}

export function programTool(parts: ProgramToolParts): Tool {
  const { manifest } = parts;
  const { name, description, parameters, replay, timeout_ms, max_output_bytes } = manifest;
  return externalTool({
    spec: { name, description, parameters },
    risk: riskOf(manifest),
    ...{ replay, timeout_ms, max_output_bytes },
    problemsOf: (args) => problemsOf(parameters, args),
    standing: parts.standing,
    approved: parts.approved,
    run: async (args, context, standing) => await run(parts, standing, { args, context }),
  });
}

/** Who approved a manifest that says so has allowed its calls. */
export const riskOf = ({ calls, mode, endpoint }: Manifest): Tool["risk"] => {
  if (calls === "allow") return "none";
  return mode === "http" || endpoint !== undefined ? "network" : "execute";
};

/** What does not fit a schema, each in a sentence. */
export function problemsOf(schema: Manifest["parameters"], args: Json): string[] {
  return fit(schema, args).problems ?? ["the arguments take too long to check"];
}

async function run(
  parts: ProgramToolParts,
  { argv, hash }: ProgramStanding,
  { args, context }: { args: Json; context: RunContext },
): Promise<RunResult> {
  const { manifest } = parts;
  const variables = variablesOf(parts);
  if (manifest.mode === "http") {
    const headers = Object.fromEntries(
      Object.entries(manifest.headers).map(([key, value]) => [key, filledIn(value, variables)]),
    );
    const http = isOpenlyPrivate(manifest) ? parts.http : parts.others;
    return await callEndpoint({ url: manifest.endpoint ?? "", headers, http }, args, context);
  }
  if (!argv) return { success: false, output: `${manifest.name} has no command.` };
  if (manifest.mode === "once") {
    return await runOnce({ argv, variables, input: manifest.input }, args, context);
  }
  const plugin = manifest.name;
  const host = parts.hosts.of({ plugin, hash }, () =>
    Promise.resolve().then(() => speakWith(parts.hosts.open({ plugin, argv, variables }))),
  );
  return await ask(host, { args, context, name: manifest.name });
}

async function ask(
  host: Supervised<Spoken>,
  { args, context, name }: { args: Json; context: RunContext; name: string },
): Promise<RunResult> {
  try {
    const spoken = await host.get(context.signal);
    const { workspace, session_id, call_id, signal } = context;
    const about = { workspace, session_id, call_id };
    const answer = await spoken.call({ args, about, signal, heard: context.write });
    host.proved();
    return answer;
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    return { success: false, output: `${name}: ${reason}` };
  }
}

/** The variables that its manifest names, as far as there are any. */
export function variablesOf(
  parts: Pick<ProgramToolParts, "manifest" | "variable">,
): Record<string, string> {
  const given = parts.manifest.env.flatMap((name) => {
    const value = parts.variable(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(given);
}

/** `{{NAME}}` → the variable; of one that is not there, nothing. */
export const filledIn = (text: string, variables: Record<string, string>): string =>
  text.replace(/\{\{(\w+)\}\}/g, (_all, name: string) =>
    Object.hasOwn(variables, name) ? (variables[name] ?? "") : "",
  );
