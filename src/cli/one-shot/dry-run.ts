// --dry-run: exactly what would be sent, to whom, with which tools, rules and limits. The daemon is asked
// what it knows; nothing is created, no model is called.
import type { Link } from "../../client/link.ts";
import type { Reply } from "../../protocol/commands/index.ts";
import { stripControl } from "../../terminal/strip.ts";
import { withLink } from "../connect.ts";
import { type Context, columns, printJson } from "../context.ts";
import { usageError } from "../input/arguments.ts";
import { addModeRules } from "./permission-mode.ts";
import { type Prompt, readPrompt } from "./prompt.ts";
import {
  DEFAULT_OBJECT,
  readParameters,
  requireParameters,
  resumedSession,
} from "./session-choice.ts";
import { readShot } from "./shot.ts";

export async function dryRun(context: Context): Promise<number> {
  const shot = await readShot(context, false);
  const warnings: string[] = [];
  const prompt = await readPrompt(context, warnings);
  return await withLink(context, async (link) => {
    const plan = await planRun(shot, { ...prompt, warnings }, link);
    if (context.isJson || context.arguments.text("output-format")?.includes("json")) {
      await printJson(context, plan);
    } else {
      await context.out.write(describePlan(plan));
    }
    return 0;
  });
}

async function planRun(
  { context, settings, limits }: Awaited<ReturnType<typeof readShot>>,
  prompt: Prompt & { warnings: readonly string[] },
  link: Link,
) {
  const { arguments: given, host } = context;
  const session = await resumedSession(context, link);
  const po_name = session?.po_name ?? given.text("object") ?? DEFAULT_OBJECT;
  const object = await link.call("InspectPO", { po_name });
  if (!session) requireParameters(object, given.has("system") ? {} : readParameters(given));
  const { tools: known } = await link.call("ListTools", {});
  const { rules, warnings } = await addModeRules(
    link,
    given.text("permission-mode"),
    settings.rules,
  );
  requireTools([...(settings.tools ?? []), ...rules.map(({ tool }) => tool)], known);
  for (const warning of warnings) await context.note(`jamey: warning: ${warning}`);
  return {
    type: "dry_run",
    object: object.name,
    model: settings.model ?? (await modelOf(object, link, host.variables.JAMEY_MODEL)),
    session_id: session?.session_id ?? given.text("session-id") ?? null,
    session: session
      ? given.has("fork")
        ? "a copy"
        : "goes on"
      : sessionWord(given.has("no-save")),
    parameters: readParameters(given),
    system: settings.system ?? object.prompt,
    message: prompt.text,
    attachments: prompt.attachments.map(({ media_type, name, data }) => ({
      media_type,
      name,
      bytes: Buffer.byteLength(data, "base64"),
    })),
    tools: offeredTools(object, known, settings.tools ?? null),
    // As the daemon has them: of all that fit the first decides.
    rules: [...rules, ...object.rules],
    on_ask: settings.on_ask,
    limits: {
      ...object.limits,
      ...settings.limits,
      timeout_ms: limits.wholeMs,
      idle_timeout_ms: limits.idleMs,
    },
    output: settings.output ?? null,
    warnings: [...prompt.warnings, ...warnings],
  };
}

const sessionWord = (isForgotten: boolean): string => (isForgotten ? "new, not kept" : "new");

/** The daemon would refuse the message for it. */
function requireTools(names: readonly string[], known: Reply<"ListTools">["tools"]): void {
  const unknown = names.find(
    (name) => !name.includes("*") && !known.some((tool) => tool.name === name),
  );
  if (unknown === undefined) return;
  throw usageError(`There is no tool '${unknown}'. See 'jamey tools list'.`);
}

type Object = Reply<"InspectPO">;

/** As the daemon chooses: the caller's word, the object's, its own. */
async function modelOf(object: Object, link: Link, variable: string | undefined): Promise<string> {
  if (variable) return variable;
  if (object.model) return object.model;
  return (await link.call("ListModels", {})).default_model;
}

function offeredTools(
  { capabilities }: Object,
  known: Reply<"ListTools">["tools"],
  only: readonly string[] | null,
) {
  return capabilities.flatMap(({ name, kind }) => {
    const isOffered = kind === "tool" && (only === null || only.includes(name));
    const risk = known.find((tool) => tool.name === name)?.risk;
    return isOffered && risk ? [{ name, risk }] : [];
  });
}

type Plan = Awaited<ReturnType<typeof planRun>>;

function describePlan(plan: Plan): string {
  const limits = Object.entries(plan.limits).filter(([, value]) => (value ?? null) !== null);
  const rules = plan.rules.map(
    ({ action, tool, match, call_hash }) =>
      `${action} ${match === null ? tool : `${tool}(${match})`}${call_hash === undefined ? "" : " exactly"}`,
  );
  const rows = [
    ["object", plan.object],
    ["model", plan.model],
    ["session", [plan.session, plan.session_id ?? ""].join(" ").trim()],
    [
      "parameters",
      Object.entries(plan.parameters)
        .map(([key, value]) => `${key}=${value}`)
        .join(", "),
    ],
    ["system", JSON.stringify(plan.system)],
    ["tools", plan.tools.map(({ name, risk }) => `${name} (${risk})`).join(", ") || "none"],
    ["rules", rules.join(", ") || "none"],
    ["on ask", plan.on_ask ?? ""],
    ["limits", limits.map(([key, value]) => `${key}=${value}`).join(", ")],
    ["schema", plan.output === null ? "" : JSON.stringify(plan.output.schema)],
    [
      "attached",
      plan.attachments
        .map(({ name, media_type, bytes }) => `${name ?? "stdin"} (${media_type}, ${bytes} bytes)`)
        .join(", "),
    ],
  ].filter(([, value]) => value !== "");
  return stripControl(`${columns(rows)}\n${plan.message}\n`);
}
