// What a turn is pinned to: the object as its file is now, the model, the tools, the rules, the limits.
import { universalOf } from "../../core/agent/universal.ts";
import type { EffectOf } from "../../core/effects.ts";
import { delegationPreamble } from "../../core/prompt/preamble.ts";
import { renderTemplate } from "../../core/prompt/template.ts";
import { MODEL, type Session } from "../../core/session/session.ts";
import type { Tool } from "../../core/tool.ts";
import type {
  AgentConfig,
  OnAsk,
  PermissionRule,
  TurnAgent,
  TurnSettings,
  TurnTool,
} from "../../protocol/agents.ts";
import { JameyError, messageOf } from "../../protocol/errors.ts";
import type { AgentMode, ToolSpec } from "../../protocol/messages.ts";
import { mergeLimits, readRule } from "../config.ts";
import type { ObjectDefinition } from "../environment/object-file.ts";
import { narrowedLimits } from "../narrowed-limits.ts";
import type { Services } from "../services.ts";
import { chosenWorkflow, requireParameters } from "../workflows/chosen.ts";
import { everybody, groupOf } from "./groups.ts";
import type { Context, Performed } from "./index.ts";
import { objectTool, workflowTool } from "./object-tools.ts";
import { expanded } from "./wildcards.ts";

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
  const words = settings.system ?? promptOf(definition, session.state.context);
  const preamble = preambleOf(definition, session, services);
  const prompt = [words, settings.instructions, preamble].filter(Boolean).join("\n\n");
  const config = limitsOf(definition, { session, asked: settings.limits }, services);
  const mode = settings.mode ?? session.agent_mode;
  const walked = { mode, metadata: session.metadata, definition };
  const workflow = await chosenWorkflow(walked, services.workflows);
  if (workflow) requireParameters(workflow, session.state.context);
  const group = groupOf(definition, mode, services);
  requirePrice(model, config, services);
  const agent: TurnAgent = {
    po_name: definition.name,
    object_version: definition.hash,
    mode,
    group,
    workflow,
    model,
    system_prompt: prompt,
    prompt_hash: services.world.hash(prompt),
    tools: withClientTools(
      await toolsOf(definition, { only: settings.tools, mode, group, workflow }, services),
      mode === "single" ? (settings.client_tools ?? []) : [],
    ),
    rules: rulesOf(definition, settings.rules, services),
    on_ask: onAskOf(settings, services),
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

/** Capabilities by name, tools before objects before workflows; what is none is left out and logged. A group has its members. */
async function toolsOf(
  definition: ObjectDefinition,
  {
    only,
    mode,
    group,
    workflow,
  }: Pick<TurnAgent, "mode" | "group" | "workflow"> & {
    only: string[] | null;
  },
  services: Services,
): Promise<TurnTool[]> {
  const declared = expanded(definition.capabilities, services.tools).filter(
    (name) => only === null || only.includes(name),
  );
  const own: TurnTool[] = [];
  for (const name of declared) {
    const tool = await capabilityOf(name, definition.name, services);
    if (tool) own.push(tool);
  }
  const universal = universalOf(definition.universal)
    .filter((name) => only === null || only.includes(name))
    .filter((name) => !own.some((tool) => tool.name === name))
    .flatMap((name) => {
      const tool = services.tools.find(name);
      return tool ? [asTool(tool)] : [];
    });
  const nodes = new Set(workflow?.nodes.map((node) => node.object));
  const calls = isGroup(mode) ? everybody(group) : [...nodes];
  const members = calls
    .filter((name) => !own.some((tool) => tool.po_name === name && tool.workflow === undefined))
    .map((name) => objectTool({ name }, services));
  return [...own, ...universal, ...members];
}

async function capabilityOf(
  name: string,
  po_name: string,
  services: Services,
): Promise<TurnTool | undefined> {
  const { tools, catalog, workflows, log } = services;
  const tool = name === MODEL ? undefined : tools.find(name);
  if (tool) return asTool(tool);
  const object = catalog.get(name);
  if (object) return objectTool(object, services);
  const about = { po: po_name, capability: name };
  try {
    if (workflows.has(name)) return workflowTool(await workflows.get(name), services);
    log.warn("capability is no tool", about);
  } catch (thrown) {
    log.warn("capability cannot run", { ...about, why: messageOf(thrown) });
  }
  return undefined;
}

/** The caller's own go before an object's of the same name. In a group nobody could call them. */
function withClientTools(tools: TurnTool[], specs: ToolSpec[]): TurnTool[] {
  const own = tools.filter((tool) => !specs.some((spec) => spec.name === tool.name));
  const like = { kind: "tool", po_name: null, risk: "none", replay: "never" } as const;
  return [...own, ...specs.map((client) => ({ ...like, name: client.name, client }))];
}

const isGroup = (mode: AgentMode): boolean => mode !== "single" && mode !== "workflow";

const asTool = ({ name, risk, replay }: Tool): TurnTool => ({
  name,
  kind: "tool",
  po_name: null,
  risk,
  replay,
});

/** What a caller asks of who it calls only narrows; a human's word may widen. */
function limitsOf(
  { limits }: ObjectDefinition,
  { session, asked }: { session: Session; asked: TurnSettings["limits"] },
  { config, isTrusted }: Services,
): AgentConfig {
  const own = isTrusted ? limits : narrowedLimits(limits, config.limits);
  const seconds = config.requests.deadline;
  const request_deadline_ms = seconds === null ? null : seconds * 1_000;
  const base = mergeLimits(
    {
      ...config.limits,
      request_deadline_ms: config.limits.request_deadline_ms ?? request_deadline_ms,
    },
    own,
  );
  return mergeLimits(base, session.parent ? narrowedLimits(asked, base) : asked);
}

/** A question that nobody would see is not asked, where the settings say so. */
function onAskOf({ on_ask }: TurnSettings, { config, isAnybodyThere }: Services): OnAsk {
  const { when_nobody } = config.requests;
  if (on_ask !== "queue" || when_nobody === "wait" || isAnybodyThere()) return on_ask;
  return when_nobody;
}

/** For an object that another one calls, unless its file wants none. */
function preambleOf(
  called: ObjectDefinition,
  { parent }: Session,
  { catalog, views }: Services,
): string | undefined {
  if (!parent || !called.preamble) return undefined;
  const description = catalog.get(parent.chain.at(-1) ?? "")?.description;
  const canRead = universalOf(called.universal).includes("get_data");
  const shared = canRead ? views.sharedData(parent.root_session_id) : [];
  return delegationPreamble(parent, { name: called.name, description }, shared);
}

/**
 * The caller's first, then what a human allowed this object in an answer, then its own, which may only narrow,
 * then the environment's; the first that fits decides.
 */
export function rulesOf(
  definition: ObjectDefinition,
  asked: PermissionRule[],
  { config, rulesFor }: Services,
): PermissionRule[] {
  const ofObject = Object.entries(definition.permissions)
    .filter(([, action]) => action !== "allow")
    .map(([text, action]) => readRule(text, action));
  const ofEnvironment = Object.entries(config.permissions).map(([text, action]) =>
    readRule(text, action),
  );
  return [...asked, ...rulesFor(definition.name), ...ofObject, ...ofEnvironment];
}
