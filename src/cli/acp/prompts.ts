// One prompt of an editor: a turn that is shown as it goes, and whose questions are asked there.

import type { Link } from "../../client/link.ts";
import type { RunOptions, TurnFrame } from "../../client/run.ts";
import type { Params } from "../../protocol/commands/index.ts";
import type { Run } from "../../protocol/commands/session.ts";
import { JameyError, messageOf } from "../../protocol/errors.ts";
import type { HumanRequest } from "../../protocol/messages.ts";
import { messageOfPrompt } from "./content.ts";
import { formOf, wordsOf } from "./forms.ts";
import { modeRules } from "./modes.ts";
import type { Block } from "./params.ts";
import { answerOf, openQuestion, permissionOf } from "./permissions.ts";
import type { Fields, Peer } from "./rpc.ts";
import { beginTurn, endOrQuestion, putQuestion, type Turn, takeQuestion } from "./turns.ts";
import { chunk, createUpdates, type Updates } from "./updates.ts";

/** A session that the editor has open. */
export interface Open {
  session_id: string;
  link: Link;
  po_name: string;
  workspace: string;
  mode: string;
  /** A prompt is being answered. */
  isPrompted: boolean;
  /** Ends what runs, or is just about to. */
  abort: AbortController | undefined;
  /** The turn that runs, or waits for words. */
  turn: Turn | undefined;
  /** Was asked before the session was opened here, and is shown in its editor. */
  question: HumanRequest | undefined;
}

export interface Talking {
  peer: Peer;
  /** Whether the editor shows forms. */
  hasForms(): boolean;
  note(text: string): Promise<void>;
}

export const tellUpdate = ({ peer }: Pick<Talking, "peer">, sessionId: string, update: Fields) =>
  peer.notify("session/update", { sessionId, update });

export async function tellQuestion(
  talking: Pick<Talking, "peer">,
  sessionId: string,
  request: HumanRequest,
): Promise<void> {
  for (const update of chunk("agent_message_chunk", openQuestion(request))) {
    await tellUpdate(talking, sessionId, update);
  }
}

export async function runPrompt(
  talking: Talking,
  one: Open,
  blocks: readonly Block[],
): Promise<object> {
  if (one.isPrompted) {
    throw new JameyError("conflict", "The session answers already: cancel that first.");
  }
  const said = messageOfPrompt(blocks);
  one.isPrompted = true;
  // One that is being cancelled answers nothing any more.
  if (one.turn?.abort.signal.aborted) one.turn = undefined;
  one.abort = one.turn?.abort ?? new AbortController();
  try {
    const answered = await answerWith(talking, one, said);
    const [next] = answered?.questions ?? [];
    // Asked together with the one that was just answered.
    if (next) await tellQuestion(talking, one.session_id, next);
    const run = await endOrQuestion(answered ?? (await say(talking, one, said)));
    return { stopReason: run ? stopReasonOf(run) : "end_turn" };
  } finally {
    one.isPrompted = false;
  }
}

type Said = ReturnType<typeof messageOfPrompt>;

async function say(talking: Talking, one: Open, said: Said): Promise<Turn> {
  const { session_id, po_name, link } = one;
  const rules = await modeRules(link, one.mode);
  const message = { ...said, po_name, session_id, settings: { on_ask: "queue", rules } } as const;
  return follow(talking, one, { message });
}

function follow(talking: Talking, one: Open, options: Pick<RunOptions, "message" | "begin">): Turn {
  const updates = createUpdates(one);
  const { link, abort = new AbortController() } = one;
  const turn = beginTurn(link, { ...options, abort }, (own, frame) =>
    show(talking, one, { turn: own, updates }, frame),
  );
  one.turn = turn;
  const over = () => {
    if (one.turn === turn) one.turn = undefined;
  };
  turn.run.then(over, over);
  return turn;
}

/** The turn whose question this answers; undefined: nothing is asked, or somebody else was faster. */
async function answerWith(talking: Talking, one: Open, said: Said): Promise<Turn | undefined> {
  const { turn, link, session_id, po_name } = one;
  const request = turn?.questions[0] ?? one.question;
  if (!request) return undefined;
  if (said.attachments.length > 0) {
    throw new JameyError("invalid_request", "A question is waiting: answer it with text alone.");
  }
  const { request_id, turn_id } = request;
  const { seq } = link.currentHello;
  const response = { type: "answer", text: said.message } as const;
  const isTaken = await respond(link, { request_id, response });
  one.question = undefined;
  if (turn) takeQuestion(turn, request_id);
  if (!isTaken) return undefined;
  if (turn) return turn;
  const message = { ...said, po_name, session_id };
  const begin = () =>
    Promise.resolve({ session_id, turn_id, message_id: request_id, seq, warnings: [] });
  return follow(talking, one, { message, begin });
}

/** False: it is answered, or asked no more. */
async function respond(link: Link, answer: Params<"RespondToRequest">): Promise<boolean> {
  try {
    await link.call("RespondToRequest", answer);
    return true;
  } catch (thrown) {
    const code = thrown instanceof JameyError ? thrown.code : undefined;
    if (code !== "already_answered" && code !== "request_not_found") throw thrown;
    return false;
  }
}

async function show(
  talking: Talking,
  one: Open,
  { turn, updates }: { turn: Turn; updates: Updates },
  frame: TurnFrame,
): Promise<void> {
  for (const update of updates.of(frame)) await tellUpdate(talking, one.session_id, update);
  if (frame.type !== "event") return;
  const { event } = frame;
  if (event.event_type === "HumanRequestResponded") takeQuestion(turn, event.payload.request_id);
  if (event.event_type !== "HumanRequestQueued") return;
  // Beside the stream, which would wait for the answer otherwise.
  const asking = askHuman(talking, one, turn, event.payload);
  asking.catch((thrown) => talking.note(`jamey: ${messageOf(thrown)}`));
}

async function askHuman(
  talking: Talking,
  one: Open,
  turn: Turn,
  request: HumanRequest,
): Promise<void> {
  const { request_id, kind } = request;
  const asking = new AbortController();
  turn.open.set(request_id, asking);
  try {
    const answer = await answerInEditor(talking, one, { request, signal: asking.signal });
    if (answer) return void (await respond(one.link, answer));
  } catch (thrown) {
    if (asking.signal.aborted) return;
    throw thrown;
  } finally {
    turn.open.delete(request_id);
  }
  // Nobody chose at an approval: others may decide. A turn that is cancelled asks nothing any more.
  if (kind === "approval" || turn.abort.signal.aborted) return;
  await tellQuestion(talking, one.session_id, request);
  if (kind === "question") putQuestion(turn, request);
}

/** undefined: there is no way to ask it there, or nobody chose. */
async function answerInEditor(
  { peer, hasForms }: Talking,
  { session_id: sessionId, workspace }: Open,
  { request, signal }: { request: HumanRequest; signal: AbortSignal },
): Promise<Params<"RespondToRequest"> | undefined> {
  const permission = permissionOf(request, { sessionId, workspace });
  if (permission) {
    const said = await peer.request("session/request_permission", permission, signal);
    return answerOf(request, said);
  }
  const form = hasForms() ? formOf(request, sessionId) : undefined;
  if (!form) return undefined;
  const text = wordsOf(await peer.request("elicitation/create", form, signal));
  const { request_id } = request;
  return text === undefined ? undefined : { request_id, response: { type: "answer", text } };
}

/** Why the turn ended, in the editor's words; what is none of these is an error. */
function stopReasonOf({ status, error }: Run): string {
  if (status === "completed") return "end_turn";
  if (status === "cancelled") return "cancelled";
  if (error?.code === "model_refused") return "refusal";
  if (error?.code === "limit_reached") {
    return error.details.limit === "output_tokens" ? "max_tokens" : "max_turn_requests";
  }
  throw new JameyError(error?.code ?? "internal", error?.message ?? "The turn failed.");
}
