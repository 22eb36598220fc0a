// What a turn is pinned to: the object as its file is now, the model, the tools, the rules, the limits.
import type { EffectOf } from "../../core/effects.ts";
import { renderTemplate } from "../../core/prompt/template.ts";
import { MODEL } from "../../core/session/session.ts";
import type { AgentConfig, PermissionRule, TurnAgent } from "../../protocol/agents.ts";
import { JameyError } from "../../protocol/errors.ts";
import { mergeLimits, readRule } from "../config.ts";
import type { ObjectDefinition } from "../environment/object-file.ts";
import type { Services } from "../services.ts";
import type { Context, Performed } from "./index.ts";

export async function prepareTurn(
  effect: EffectOf<"prepare_turn">,
  context: Context,
  services: Services,
): Performed {
  const { turn_id } = effect;
  const session_id = context.state().session?.id ?? "";
  if (!(await services.places.enter({ session_id, turn_id }, context.signal))) return undefined;
  const { session, queue } = context.state();
  const queued = queue.find((one) => one.turn_id === turn_id);
  if (!session || !queued) return undefined;
  const definition = services.catalog.refresh(session.po_name);
  if (!definition) {
    const message = `PO not found: there is no object '${session.po_name}' any more.`;
    throw new JameyError("po_not_found", message);
  }
  const { settings } = queued;
  const model = settings.model ?? (await modelOf(definition, session.id, services));
  const prompt = settings.system ?? promptOf(definition, session.state.context);
  const config = mergeLimits(services.config.limits, definition.limits, settings.limits);
  requirePrice(model, config, services);
  const agent: TurnAgent = {
    po_name: definition.name,
    object_version: definition.hash,
    model,
    system_prompt: prompt,
    prompt_hash: services.world.hash(prompt),
    tools: toolsOf(definition, settings.tools, services),
    rules: rulesOf(definition, settings.rules, services.config.permissions),
    on_ask: settings.on_ask,
    config,
    context_tokens: services.models.contextTokens(model),
  };
  return { type: "prepared", turn_id, agent };
}

async function modelOf(
  definition: ObjectDefinition,
  session_id: string,
  { config, models, keyring }: Services,
): Promise<string> {
  const named = definition.model ?? config.model;
  return named ?? (await models.choose(keyring.forSession(session_id))).name;
}

/** The object's body; a template is filled in with the context of the session. */
function promptOf(definition: ObjectDefinition, context: Record<string, string>): string {
  if (!definition.template) return definition.body;
  const rendered = renderTemplate({ text: definition.body }, context);
  if (rendered.ok) return rendered.value;
  const { code, message, details } = rendered.error;
  const advice = "Give it in the session's context, or write \\{{ for plain braces.";
  throw new JameyError(code, `${definition.file}: ${message} ${advice}`, { details });
}

/** A limit on costs holds only where costs are known. */
function requirePrice(model: string, config: AgentConfig, { models }: Services): void {
  if (config.max_cost_usd === null || models.costOf(model, NOTHING_USED) !== null) return;
  const message =
    `The turn may cost at most ${config.max_cost_usd} US dollars, but the price of ${model} is not known. ` +
    "Take max_cost_usd away, limit max_tokens instead, or choose a model whose price is known.";
  throw new JameyError("config_invalid", message, { details: { model, limit: "max_cost_usd" } });
}

const NOTHING_USED = { input_tokens: 0, output_tokens: 0, cached_tokens: 0, reasoning_tokens: 0 };

/** Capabilities by name; one that is no tool, or has the reserved name, is left out and logged. */
function toolsOf(definition: ObjectDefinition, asked: string[] | null, services: Services) {
  return [...new Set(definition.capabilities)]
    .filter((name) => asked === null || asked.includes(name))
    .flatMap((name) => {
      const tool = name === MODEL ? undefined : services.tools.find(name);
      if (tool) return [{ name: tool.name, risk: tool.risk, replay: tool.replay }];
      services.log.warn("capability is no tool", { po: definition.name, capability: name });
      return [];
    });
}

/** The caller's first, then the object's, which may only narrow, then the environment's. */
/** The first that fits decides. */
export function rulesOf(
  definition: ObjectDefinition,
  asked: PermissionRule[],
  environment: Record<string, PermissionRule["action"]>,
): PermissionRule[] {
  const ofObject = Object.entries(definition.permissions)
    .filter(([, action]) => action !== "allow")
    .map(([text, action]) => readRule(text, action));
  const ofEnvironment = Object.entries(environment).map(([text, action]) => readRule(text, action));
  return [...asked, ...ofObject, ...ofEnvironment];
}
