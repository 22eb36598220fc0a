// Checks and runs tool calls of a turn, each in its session's workspace.
import { isKeptBack } from "../../core/agent/permission.ts";
import type { EffectOf } from "../../core/effects.ts";
import type { SessionActorState } from "../../core/session/state.ts";
import type { Tool, ToolCheck, ToolContext } from "../../core/tool.ts";
import { JameyError } from "../../protocol/errors.ts";
import type { ToolCall } from "../../protocol/messages.ts";
import type { Services } from "../services.ts";
import { environmentOf } from "./environment.ts";
import type { Context, Performed } from "./index.ts";
import { checkObjectCall } from "./object-tools.ts";
import { createAsker } from "./tool-questions.ts";
import { openWriter } from "./writer.ts";

export async function checkTool(
  effect: EffectOf<"check_tool">,
  context: Context,
  services: Services,
): Performed {
  const { call_id } = effect;
  const asked = callOf(context.state(), call_id);
  if (!asked) return undefined;
  const { call, turn, offered, workspace, session_id } = asked;
  const ofObject = await checkObjectCall(turn, call, services);
  if (ofObject) {
    const hash = callHash(call, workspace, ofObject, services);
    const check = ofObject.valid ? { ...ofObject, hash } : ofObject;
    return { type: "tool_checked", call_id, check };
  }
  const tool = offered.includes(call.name) ? services.tools.find(call.name) : undefined;
  if (!tool) {
    const problem = `There is no tool '${call.name}' here. You have: ${offered.join(", ") || "none"}.`;
    return { type: "tool_checked", call_id, check: { valid: false, problem } };
  }
  const ids = { workspace, session_id, call_id };
  const environment = environmentOf(asked, services);
  const toolContext = { ...toolContextOf(ids, context.signal, services), environment };
  const check = await tool.check(call.args, toolContext);
  if (!check.valid) return { type: "tool_checked", call_id, check };
  const hash = callHash(call, workspace, check, services);
  return { type: "tool_checked", call_id, check: { ...check, hash } };
}

export async function runTool(
  effect: EffectOf<"run_tool">,
  context: Context,
  services: Services,
): Performed {
  const { call_id, turn_id } = effect;
  const asked = callOf(context.state(), call_id);
  if (!asked) return undefined;
  const { call, hash, turn, workspace, session_id } = asked;
  const tool = services.tools.find(call.name);
  if (!tool) throw new JameyError("tool_not_found", `There is no tool '${call.name}' any more.`);
  const key = { signal_type: "ToolOutputDelta" as const, session_id, turn_id };
  const writer = openWriter(
    { ...key, message_id: call_id, attempt: 1 },
    context.signal,
    services.signals,
  );
  try {
    const ids = { workspace, session_id, call_id };
    const environment = environmentOf(asked, services);
    const ownContext = toolContextOf(ids, context.signal, services, writer.write);
    const keptBack = (path: string) => isKeptBack(turn.agent.rules, path);
    const ask = createAsker({ call_id, session_id }, context, services);
    // Where nobody is there to be asked, a question goes to a call that has somebody.
    const asks = turn.agent.on_ask === "deny" ? {} : { ask };
    const toolContext = { ...ownContext, environment, isKeptBack: keptBack, ...asks };
    const check = await tool.check(call.args, toolContext);
    const problem = changed(check, callHash(call, workspace, check, services) === hash);
    if (problem !== undefined) {
      const output = { ...nothing, output: problem };
      return { type: "tool_finished", call_id, output, duration_ms: 0 };
    }
    const { output, duration_ms } = await timed(tool, call, toolContext);
    return { type: "tool_finished", call_id, output, duration_ms };
  } finally {
    writer.close();
  }
}

async function timed(tool: Tool, call: ToolCall, context: ToolContext) {
  const begun = context.world.monotonicMs();
  const output = await tool.call(call.args, context);
  return { output, duration_ms: Math.round(context.world.monotonicMs() - begun) };
}

function callOf(state: SessionActorState, call_id: string) {
  const { turn, session } = state;
  const open = turn?.calls.find((one) => one.call.id === call_id);
  if (!turn || !session || !open) return undefined;
  return {
    call: open.call,
    turn,
    session,
    hash: open.hash,
    offered: turn.agent.tools.map((tool) => tool.name),
    workspace: session.workspace,
    session_id: session.id,
  };
}

/** What an approval is about: exactly this tool, these arguments, this folder, and what they lead to. */
function callHash(
  call: ToolCall,
  workspace: string,
  check: ToolCheck,
  { world }: Services,
): string {
  const subject = check.valid ? check.subject : null;
  return world.hash(JSON.stringify([call.name, call.args, workspace, subject]));
}

/** A link may have been turned since the call was checked, or while a human thought about it. */
function changed(check: ToolCheck, isSame: boolean): string | undefined {
  if (!check.valid) return check.problem;
  return isSame ? undefined : `What was approved has changed: it is now ${check.subject}. Not run.`;
}

const nothing = {
  success: false,
  outcome: "invalid" as const,
  output_bytes: 0,
  spilled_to: null,
};

export function toolContextOf(
  ids: { workspace: string; session_id: string | null; call_id: string },
  signal: AbortSignal,
  services: Services,
  emit: (text: string) => void = () => undefined,
): ToolContext {
  return {
    ...ids,
    session_id: ids.session_id ?? "",
    world: services.world,
    signal,
    spill_folder: services.sessionFiles.outputFolder(ids.session_id),
    child_variables: services.childVariables(ids.call_id),
    environment: null,
    emit,
  };
}
