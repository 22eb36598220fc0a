// A workflow as an orchestrator: it walks the data, asks the objects of its nodes by calls, and takes the
// edges whose conditions hold.
// Rules: 1. Where a run stands follows from the steps of the turn and the results of its calls: a restart
// changes nothing. 2. A condition is asked once, when its node has answered; the edge that was taken is a
// step, so that nothing asks again. 3. A run ends with a reason.
import type { TurnAgent } from "../../../protocol/agents.ts";
import type { ErrorBody } from "../../../protocol/errors.ts";
import type { GroupStep } from "../../../protocol/events/turn.ts";
import type { Json, Message, ToolCall } from "../../../protocol/messages.ts";
import type { WorkflowNode } from "../../../protocol/workflows.ts";
import type { AgentResponse, CallResult } from "../../agent/agent.ts";
import { placeholdersIn, renderTemplate } from "../../prompt/template.ts";
import { failure, type Result, success } from "../../result.ts";
import { isPatternCall } from "../../session/delegation.ts";
import { MODEL } from "../../session/session.ts";
import { SCHEMA } from "../../session/structured.ts";
import type { Orchestrator } from "../orchestrator.ts";
import { nextRoundId } from "../round-id.ts";
import { assistantMessage, createSingleAgentMode, nothing, toolMessage } from "../single.ts";
import { dataIn, quoted } from "../words.ts";
import { allFailed, answerOf, endReason, limitBeforeAnswer, NO_ANSWER } from "./end.ts";
import type { Evaluate } from "./evaluate.ts";
import { outputOf, parametersOf, type Run, runOf, stepsOf } from "./run.ts";
import { entries, nextStart, type Start, visitsOf, type Walk, walked, walkOf } from "./walk.ts";

/** UTF-16 units of an answer that a step shows; of what one node is asked. */
const MAX_SHOWN_OUTPUT = 2_000;
const MAX_ASKED_LENGTH = 4 * 1024 * 1024;

export function createWorkflowMode(agent: TurnAgent, evaluate: Evaluate): Orchestrator {
  const alone = createSingleAgentMode(agent.config);
  const { workflow } = agent;
  return {
    process: (session, message) => {
      // The answer that does not fit its schema is the object's own to mend.
      if (message.name === SCHEMA) return alone.process(session, message);
      const heard = { ...nothing, messages: [message] };
      if (!workflow) return { ...heard, end: noWorkflow };
      const run = runOf(agent, workflow, session, [...session.conversation, message]);
      return begun({ ...run, at: message.created_at }, heard);
    },
    handle_tool_result(session, result) {
      const turn_id = session.turn?.id ?? "";
      if (!workflow || result.name === MODEL || !isPatternCall(turn_id, result.id)) {
        return alone.handle_tool_result(session, result);
      }
      const heard = toolMessage(session, result);
      const run = runOf(agent, workflow, session, [...session.conversation, heard]);
      return answered({ ...run, at: result.at }, { result, heard, evaluate });
    },
  };
}

const noWorkflow: ErrorBody = {
  code: "invalid_request",
  message: "This turn is to be a workflow, and none is named.",
  details: {},
};

function begun(run: Run, heard: AgentResponse): AgentResponse {
  const pending = entries(run.workflow);
  return advanced(run, { walk: walkOf(run.workflow, []), steps: [], pending, response: heard });
}

function answered(
  run: Run,
  { result, heard, evaluate }: { result: CallResult; heard: Message; evaluate: Evaluate },
): AgentResponse {
  const { workflow } = run;
  const response = { ...nothing, messages: [heard] };
  const before = walkOf(workflow, stepsOf(run.session));
  const visit = before.running.find((one) => one.call_id === result.id);
  const node = workflow.nodes.find((one) => one.id === visit?.node);
  if (!visit || !node) return response;
  const completed: GroupStep = {
    type: "node_completed",
    node: node.id,
    visit: visit.visit,
    success: result.success,
    output: result.output.slice(0, MAX_SHOWN_OUTPUT),
  };
  const walk = walked(workflow, before, completed);
  if (!result.success && node.on_failure === "end") {
    return broken(response, [completed], {
      reason: `node ${node.id} gave no answer`,
      error: unanswered(node, result.output),
    });
  }
  const taken = takenEdges(run, { walk, node, result, evaluate });
  const steps = [completed, ...(taken.ok ? taken.value : [])];
  if (!taken.ok) {
    return broken(response, steps, { reason: taken.error.message, error: taken.error });
  }
  const after = taken.value.reduce((now, step) => walked(workflow, now, step), walk);
  return advanced(run, { walk: after, steps, pending: [], response });
}

const unanswered = ({ id, object }: WorkflowNode, output: string): ErrorBody => ({
  code: "tool_failed",
  message: `The node ${id} (${object}) gave no answer: ${output.slice(0, MAX_SHOWN_OUTPUT)}`,
  details: { node: id, object },
});

function broken(
  response: AgentResponse,
  steps: GroupStep[],
  { reason, error }: { reason: string; error: ErrorBody },
): AgentResponse {
  return { ...response, steps: [...steps, { type: "ended", reason }], end: error };
}

/** Rule 2. */
function takenEdges(
  run: Run,
  asked: { walk: Walk; node: WorkflowNode; result: CallResult; evaluate: Evaluate },
): Result<GroupStep[]> {
  const { walk, node, result, evaluate } = asked;
  const values = {
    output: result.output,
    data: dataIn(result.output),
    success: result.success,
    visits: visitsOf(walk, node.id),
    message: run.message,
    parameters: parametersOf(run),
    nodes: Object.fromEntries(
      run.workflow.nodes.map(({ id }) => {
        const last = walk.done.findLast((one) => one.node === id);
        const output = outputOf(run, walk, id);
        return [id, { output, success: last?.success ?? false, visits: visitsOf(walk, id) }];
      }),
    ),
  };
  const steps: GroupStep[] = [];
  for (const { from, to, condition } of run.workflow.edges) {
    if (from !== node.id) continue;
    const held = condition === null ? always : evaluate(condition, values);
    if (!held.ok) {
      const message = `The condition of the edge ${from} → ${to} (${condition}) has no answer: ${held.problem}`;
      return failure({ code: "bad_data", message, details: { from, to, condition } });
    }
    if (held.value) steps.push({ type: "edge_taken", from, to });
  }
  return success(steps);
}

const always = { ok: true as const, value: true };

interface Advance {
  walk: Walk;
  steps: GroupStep[];
  /** Visits that begin without an edge: the entries. */
  pending: Start[];
  response: AgentResponse;
}

/** Begins whatever may begin now; where nothing runs any more, the run has ended. */
function advanced(
  run: Run,
  { walk: from, steps: before, pending, response }: Advance,
): AgentResponse {
  const { workflow } = run;
  const id = nextRoundId(run.session);
  const calls: ToolCall[] = [];
  const steps = [...before];
  const waiting = [...pending];
  let walk = from;
  // Each start makes its node run, and a node runs once at a time: bounded by the number of nodes.
  for (
    let start = waiting.shift() ?? nextStart(workflow, walk);
    start !== undefined;
    start = waiting.shift() ?? nextStart(workflow, walk)
  ) {
    const { node } = start;
    const call_id = `${id}_${calls.length}`;
    const asked = rendered(run, walk, start);
    if (!asked.ok) {
      // What would have begun beside it does not: nobody is called.
      return broken(response, before, { reason: asked.error.message, error: asked.error });
    }
    calls.push(callOf(run, node, { id: call_id, message: asked.value }));
    const visit = visitsOf(walk, node.id) + 1;
    const po_name = node.object;
    const step: GroupStep = { type: "node_started", node: node.id, po_name, visit, call_id };
    steps.push(step);
    walk = walked(workflow, walk, step);
  }
  if (calls.length > 0) {
    const answer = { content: "", tool_calls: calls, reasoning: null };
    const said = { id, name: MODEL, output: "", success: true, at: run.at, answer };
    const message = assistantMessage(run.session, said);
    return { ...response, steps, messages: [...response.messages, message] };
  }
  if (walk.running.length > 0) return { ...response, steps };
  return ended(run, { walk, steps, response });
}

/** Rule 3. */
function ended(run: Run, { walk, steps, response }: Omit<Advance, "pending">): AgentResponse {
  const reason = endReason(run.workflow, walk);
  const limit = limitBeforeAnswer(run.workflow, walk);
  if (limit) return broken(response, steps, { reason, error: limit });
  const failed = allFailed(run, walk);
  if (failed) return broken(response, steps, { reason: NO_ANSWER, error: failed });
  const content = answerOf(run, walk);
  if (content.trim() === "") {
    const message = `The workflow ${run.workflow.name} has no answer: ${reason}.`;
    return broken(response, steps, {
      reason,
      error: { code: "empty_answer", message, details: {} },
    });
  }
  const id = `${nextRoundId(run.session)}_a`;
  const said = { id, name: MODEL, output: content, success: true, at: run.at };
  return {
    ...response,
    steps: [...steps, { type: "ended", reason }],
    messages: [...response.messages, assistantMessage(run.session, said)],
  };
}

function callOf(
  { agent, workflow }: Run,
  node: WorkflowNode,
  { id, message }: { id: string; message: string },
): ToolCall {
  const name =
    agent.tools.find((one) => one.po_name === node.object && one.workflow === undefined)?.name ??
    node.object;
  const reason = `You are the node ${node.id} of the workflow ${workflow.name}.`;
  const args: Json = { message, reason, ...(node.tools ? { tools: node.tools } : {}) };
  return { id, name, args };
}

function rendered(run: Run, walk: Walk, { node, from }: Start): Result<string> {
  const inputs = from.map((id) => ({ member: id, output: outputOf(run, walk, id), success: true }));
  const [only, ...others] = inputs;
  const input = others.length > 0 ? quoted(inputs) : (only?.output ?? run.message);
  const nodes = run.workflow.nodes.map(
    ({ id }) => [`nodes.${id}`, outputOf(run, walk, id)] as const,
  );
  const values: Record<string, string> = {
    ...Object.fromEntries(nodes),
    ...parametersOf(run),
    message: run.message,
    input,
  };
  const template = { text: node.prompt };
  const length = placeholdersIn(template).reduce((sum, key) => sum + (values[key]?.length ?? 0), 0);
  if (length > MAX_ASKED_LENGTH) {
    const message = `What the node ${node.id} is asked is longer than ${MAX_ASKED_LENGTH} characters.`;
    return failure({ code: "too_large", message, details: { node: node.id } });
  }
  const text = renderTemplate(template, values);
  if (!text.ok)
    return failure({ ...text.error, message: `Node ${node.id}: ${text.error.message}` });
  // Nothing cannot be asked: a node that is only to begin is told that.
  return text.value.trim() === "" ? success("Go on.") : text;
}
