// The settings that come with a message: refused where they name what is not there, cannot be, or is not the
// caller's to choose; narrowed for processes that an agent started.
import type { TurnSettings } from "../../protocol/agents.ts";
import { requireScope } from "../../protocol/commands/command.ts";
import type { Asked } from "../../protocol/commands/index.ts";
import { JameyError } from "../../protocol/errors.ts";
import { type Caller, requireModelPlace } from "../caller.ts";
import { mergeLimits } from "../config.ts";
import { narrowedLimits, widenedLimits } from "../narrowed-limits.ts";
import type { Services } from "../services.ts";

/** Throws before anything is kept or asked. */
export async function requireSettings(
  asked: Asked<"SendMessage">,
  caller: Caller,
  services: Services,
): Promise<void> {
  requireTools(asked.settings, services);
  requireOwnWords(asked, caller, services);
  const { model } = asked.settings;
  if (model && model !== ownModel(asked, services)) requireModelPlace(model, caller);
  requireNarrowing(asked, caller, services);
  await requireOutput(asked.settings);
}

/** Who may do anything may allow and widen; what an agent's process sends can only narrow. */
export function allowedSettings(
  { settings, po_name }: Asked<"SendMessage">,
  caller: Caller,
  { config, catalog }: Services,
): TurnSettings {
  const model = settings.model || null;
  if (caller.isHuman) return { ...settings, model };
  const base = mergeLimits(config.limits, catalog.get(po_name)?.limits ?? {});
  return {
    ...settings,
    model,
    rules: settings.rules.filter((rule) => rule.action !== "allow"),
    limits: narrowedLimits(settings.limits, base),
  };
}

/** Who may only chat gives an agent nothing that the object and the environment did not. */
function requireNarrowing(
  { settings, po_name }: Asked<"SendMessage">,
  { isHuman, scopes }: Caller,
  { config, catalog }: Services,
): void {
  if (!isHuman || scopes.includes("admin")) return;
  if (settings.rules.some((rule) => rule.action === "allow")) {
    requireScope("A rule that allows", "admin", scopes);
  }
  const base = mergeLimits(config.limits, catalog.get(po_name)?.limits ?? {});
  const [wider] = widenedLimits(settings.limits, base);
  if (wider) requireScope(`A wider ${wider} than the environment's`, "admin", scopes);
}

/** What a caller names must be there: a rule or a tool with a slip in its name would count for nothing. */
function requireTools(
  { tools: only, rules }: TurnSettings,
  { tools, catalog, workflows }: Services,
): void {
  const named = [...(only ?? []), ...rules.map((rule) => rule.tool)];
  const isKnown = (name: string) => tools.find(name) || catalog.get(name) || workflows.has(name);
  const unknown = named.find((name) => !name.includes("*") && !isKnown(name));
  if (unknown === undefined) return;
  const known = tools.list().map((tool) => tool.name);
  const message = `There is no tool '${unknown}'. There are: ${known.join(", ") || "none"}.`;
  throw new JameyError("invalid_request", message, { details: { tool: unknown, known } });
}

/** Another model may cost more, and another prompt is another agent: for an agent's process neither narrows. */
function requireOwnWords(
  asked: Asked<"SendMessage">,
  { isHuman }: Caller,
  services: Services,
): void {
  if (isHuman) return;
  const { settings } = asked;
  const own = ownModel(asked, services);
  const widened = [
    ...(settings.model && settings.model !== own ? ["model"] : []),
    ...(settings.system === null ? [] : ["system"]),
    ...(settings.instructions === undefined ? [] : ["instructions"]),
  ];
  if (widened.length === 0) return;
  const message = `A process that an agent started cannot choose the ${widened.join(" and the ")} of a turn: leave that to the object.`;
  throw new JameyError("forbidden", message, { details: { settings: widened } });
}

const ownModel = ({ po_name }: Asked<"SendMessage">, { catalog, config }: Services) =>
  catalog.get(po_name)?.model ?? config.model;

/** A schema that nothing could fit, or that would not be understood, costs no call of a model. */
async function requireOutput({ output }: TurnSettings): Promise<void> {
  if (!output) return;
  const { requireSchema } = await import("../answers/schema.ts");
  requireSchema(output.schema);
}
