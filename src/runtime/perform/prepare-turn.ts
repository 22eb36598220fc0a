// What a turn is pinned to: the object as its file is now, the model, the tools, the rules, the limits.
import type { EffectOf } from "../../core/effects.ts";
import type { PermissionRule, TurnAgent } from "../../protocol/agents.ts";
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
  const prompt = settings.system ?? definition.body;
  const agent: TurnAgent = {
    po_name: definition.name,
    object_version: definition.hash,
    model,
    system_prompt: prompt,
    prompt_hash: services.world.hash(prompt),
    tools: toolsOf(definition, settings.tools, services),
    rules: rulesOf(definition, settings.rules, services.config.permissions),
    on_ask: settings.on_ask,
    config: mergeLimits(services.config.limits, definition.limits, settings.limits),
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

/** Capabilities by name; one that is no tool is left out, and the log says so. */
function toolsOf(definition: ObjectDefinition, asked: string[] | null, services: Services) {
  return [...new Set(definition.capabilities)]
    .filter((name) => asked === null || asked.includes(name))
    .flatMap((name) => {
      const tool = services.tools.find(name);
      if (tool) return [{ name: tool.name, risk: tool.risk, replay: tool.replay }];
      services.log.warn("capability is no tool", { po: definition.name, capability: name });
      return [];
    });
}

/** The caller's first, then the object's, which may only narrow, then the environment's. */
function rulesOf(
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
