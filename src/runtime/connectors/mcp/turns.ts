// The tools that have to do with a turn: saying something, waiting for the answer, cancelling. A turn outlives the
// call that began it: where a host does not wait as long as a turn takes, it comes back with the turn's id.

import type { Reply } from "../../../protocol/commands/index.ts";
import type { Run } from "../../../protocol/commands/session.ts";
import { type ErrorBody, JameyError } from "../../../protocol/errors.ts";
import type { StoredEventName } from "../../../protocol/events/index.ts";
import type { FollowFrame } from "../../../protocol/frames.ts";
import { isObject } from "../../../protocol/json.ts";
import { MAX_DELEGATION_DEPTH, MAX_LIST_LENGTH } from "../../../protocol/limits.ts";
import {
  done,
  sendMessageCall,
  type TurnAnswer,
  turnAnswer,
  waitForTurnCall,
} from "../../../protocol/mcp.ts";
import type { HumanRequest } from "../../../protocol/messages.ts";
import { acts, changes, flow, looks, one, type Said, type ToolRow, type Visit } from "./tool.ts";

/** What a turn is seen to do while it is waited for. */
const STEPS = [
  "TurnStarted",
  "ModelCallStarted",
  "ModelCallFailed",
  "ToolCallStarted",
  "ToolCallCompleted",
  "DelegationStarted",
  "DelegationCompleted",
  "HumanRequestQueued",
] as const satisfies StoredEventName[];

type Waiting = Pick<TurnAnswer, "turn_id"> & Partial<Pick<TurnAnswer, "session_id" | "po_name">>;

export const turnTools: readonly ToolRow[] = [
  flow("send_message", {
    title: "Say something to an object",
    description:
      "Say something to a prompt object and get its answer. Where the answer takes longer than wait_ms, the " +
      "turn goes on by itself and its turn_id is returned with the status 'running': get the answer with " +
      "wait_for_turn. With the status 'waiting' a human has to answer first. A call that is given up does not " +
      "stop the turn: cancel_turn does.",
    annotations: acts,
    commands: ["SendMessage", "WaitForTurn"],
    asks: sendMessageCall,
    answers: turnAnswer,
    run: converse,
  }),
  flow("wait_for_turn", {
    title: "Wait for an answer",
    description: "Wait for the end of a turn that send_message began, and get its answer.",
    annotations: looks,
    commands: ["WaitForTurn"],
    asks: waitForTurnCall,
    answers: turnAnswer,
    async run(visit, { turn_id, wait_ms }) {
      if (visit.state?.turn_id === turn_id) return await goOn(visit, visit.state, wait_ms);
      return await wait(visit, { turn_id }, wait_ms);
    },
  }),
  one("cancel_turn", "CancelTurn", {
    title: "Stop a turn",
    annotations: changes,
    answers: done,
    to_reply: () => ({ done: true }),
  }),
];

/** Says it, unless a human was asked meanwhile, and waits for the answer. */
export async function converse(
  visit: Visit,
  { wait_ms, ...message }: ReturnType<typeof sendMessageCall.parse>,
): Promise<Said<TurnAnswer>> {
  if (visit.state) return await goOn(visit, visit.state, wait_ms);
  const { turn_id, session_id } = await visit.ask("SendMessage", message);
  const waiting = { turn_id, session_id, po_name: message.po_name };
  return await wait(visit, waiting, wait_ms, { isFirst: true });
}

/** After the human was asked: hands on what they said. */
async function goOn(
  visit: Visit,
  state: { turn_id: string; request_id: string; hash: string | null },
  wait_ms: number,
): Promise<Said<TurnAnswer>> {
  const { turn_id } = state;
  const said = visit.humans.read(state, visit.context);
  if (said?.type === "later") return await wait(visit, { turn_id }, wait_ms, { mayAsk: false });
  try {
    if (said) await visit.ask("RespondToRequest", said.params);
  } catch (thrown) {
    // Somebody else was faster, or the question is closed: the turn goes on all the same.
    const isSettled =
      thrown instanceof JameyError &&
      ["already_answered", "request_not_found", "stale_hash"].includes(thrown.code);
    if (!isSettled) throw thrown;
  }
  return await wait(visit, { turn_id }, wait_ms);
}

async function wait(
  visit: Visit,
  waiting: Waiting,
  wait_ms: number,
  { mayAsk = true, isFirst = false } = {},
): Promise<Said<TurnAnswer>> {
  const { link, context, humans } = visit;
  const asked = Promise.withResolvers<HumanRequest | "elsewhere">();
  const progress = createProgress(visit);
  const look = async () => {
    const open = mayAsk ? await openRequests(visit, waiting.turn_id) : [];
    const [first] = open;
    if (first && humans.mayAsk(first, context, link.caller)) asked.resolve(first);
    // Who waits once more has been told so.
    else if (isFirst && open.some((one) => isForOthers(one, visit))) asked.resolve("elsewhere");
  };
  const stop = await link.follow({ event_types: [...STEPS] }, (frames) => {
    progress(frames, waiting.turn_id);
    if (!frames.some((frame) => isStep(frame, "HumanRequestQueued"))) return;
    // What cannot be looked at now is shown with the end of the wait.
    look().catch(() => undefined);
  });
  try {
    const ended = visit.ask("WaitForTurn", { turn_id: waiting.turn_id, timeout_ms: wait_ms });
    await look();
    const first = await Promise.race([ended, asked.promise]);
    if (first !== "elsewhere" && !("request_id" in first)) return finished(first);
    // It is asked again when the human has answered.
    ended.catch(() => undefined);
    if (first === "elsewhere") return { answer: await unfinished(visit, waiting) };
    return { asks: await humans.ask(first, waiting.turn_id, visit) };
  } catch (thrown) {
    if (!(thrown instanceof JameyError) || thrown.code !== "timeout") throw thrown;
    return { answer: await unfinished(visit, waiting) };
  } finally {
    stop();
  }
}

function finished(run: Run): Said<TurnAnswer> {
  const { status, po_name, session_id, turn_id, response, stop_reason, error } = run;
  const answer: TurnAnswer = {
    ...{ status, po_name, session_id, turn_id, response, stop_reason, error },
    pending_requests: [],
    next: null,
  };
  return { answer, isError: status !== "completed" };
}

async function unfinished(visit: Visit, waiting: Waiting): Promise<TurnAnswer> {
  const open = await openRequests(visit, waiting.turn_id);
  const isWaiting = open.length > 0;
  const error: ErrorBody | null = null;
  return {
    status: isWaiting ? "waiting" : "running",
    po_name: waiting.po_name ?? null,
    session_id: waiting.session_id ?? null,
    turn_id: waiting.turn_id,
    response: "",
    stop_reason: null,
    error,
    pending_requests: open.map(({ request_id, kind, from_po, question }) => ({
      ...{ request_id, kind, from_po, question },
    })),
    next: isWaiting
      ? whoAnswers(open, visit)
      : "The turn goes on: call wait_for_turn with this turn_id.",
  };
}

/** Neither a form nor respond_to_request gives what this asks for: an approval, a secret, an answer to a program. */
const isForOthers = (request: HumanRequest, { humans, context, link }: Visit): boolean =>
  (request.kind !== "question" || request.asked_by !== undefined) &&
  !humans.mayAsk(request, context, link.caller);

function whoAnswers(open: readonly HumanRequest[], visit: Visit): string {
  const other = open.find((one) => isForOthers(one, visit));
  if (!other) {
    return "A human has to answer: respond_to_request, or 'jamey inbox' in a terminal. Then wait_for_turn.";
  }
  const { request_id, kind } = other;
  const command = `jamey requests ${kind === "approval" ? "approve" : "answer"} ${request_id}`;
  const also = kind === "approval" ? " From here respond_to_request can only deny it." : "";
  return `A human has to answer, elsewhere than here: '${command}' or 'jamey inbox' in a terminal of theirs, or a client with the scope admin.${also} Then wait_for_turn.`;
}

/** Those of the turn, and of the objects that it called. */
async function openRequests({ ask }: Visit, turn_id: string): Promise<HumanRequest[]> {
  const { requests } = await ask("ListPendingRequests", {});
  const found: HumanRequest[] = [];
  for (const request of requests.slice(0, MAX_LIST_LENGTH)) {
    if (request.turn_id === turn_id || (await rootTurn(ask, request)) === turn_id) {
      found.push(request);
    }
  }
  return found;
}

/** The turn at the top of the calls that led to this question. */
async function rootTurn(ask: Visit["ask"], request: HumanRequest): Promise<string | undefined> {
  let session_id: string | undefined = request.session_id;
  let turn_id: string | undefined;
  for (let depth = 0; session_id !== undefined && depth <= MAX_DELEGATION_DEPTH; depth += 1) {
    const { session }: Reply<"GetSession"> = await ask("GetSession", {
      session_id,
      messages: "none",
    });
    turn_id = session.parent?.turn_id ?? turn_id;
    session_id = session.parent?.session_id;
  }
  return turn_id;
}

const isStep = (frame: FollowFrame, type: StoredEventName): boolean =>
  frame.type === "event" && frame.event_type === type;

/** Each step is told to a host that asked for it, numbered: how many there will be, nobody knows. */
function createProgress({ context }: Visit): (frames: FollowFrame[], turn_id: string) => void {
  const progressToken = context.mcpReq._meta?.progressToken;
  if (progressToken === undefined) return () => undefined;
  let progress = 0;
  return (frames, turn_id) => {
    for (const frame of frames) {
      const step = frame.type === "event" ? stepOf(frame.event_type, frame.payload) : undefined;
      if (step?.turn_id !== turn_id) continue;
      progress += 1;
      const params = { progressToken, progress, message: step.message };
      // A host that has gone hears nothing.
      context.mcpReq.notify({ method: "notifications/progress", params }).catch(() => undefined);
    }
  };
}

function stepOf(event_type: string, payload: unknown) {
  if (!isObject(payload)) return undefined;
  const { turn_id, model, name, tool_call, po_name, question } = payload;
  const tool = isObject(tool_call) ? tool_call.name : name;
  const about = tool ?? po_name ?? model ?? question ?? "";
  const words = event_type.replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase();
  return { turn_id, message: `${words} ${String(about)}`.trim().slice(0, 200) };
}
