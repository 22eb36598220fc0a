// The judge of all torture tests. It knows only what anybody can see: what clients were told, the log that
// a fresh client reads, and a ledger that the tools themselves wrote. Each function returns the problems.
import type { WireFrame, WireMessage, WirePayload } from "./wire-client.ts";

/** A message whose acceptance was seen. Its content is told by no other message. */
export interface Sent {
  message_key: string;
  content: string;
  session_id: string;
  turn_id: string;
  message_id: string;
}

export interface Evidence {
  sent: Sent[];
  /** Contents that were sent and perhaps not accepted. */
  unsure: string[];
  /** Everything that one follower got over all its connections, in order. */
  followed: WireFrame[];
  /** The whole log as a fresh follower got it afterwards. */
  log: WireFrame[];
  conversations: Map<string, WireMessage[]>;
  /** request_id → the text of an answer whose acceptance was seen. */
  answers: Map<string, string>;
  /** Lines `start <call id>` and `done <call id>`, written by the tools. */
  ledger: string;
}

/** Of many problems of one kind the first say enough. */
const MAX_SHOWN = 5;
const MAX_LENGTH = 200;
const ENDS = ["TurnCompleted", "TurnFailed", "TurnCancelled"];

export function judgeEvidence(evidence: Evidence): string[] {
  const { log, conversations } = evidence;
  return [
    ...judgeDelivery(evidence.followed, log),
    ...judgeMessages(evidence),
    ...judgeTurns(log),
    ...judgeCalls(log, evidence.ledger),
    ...judgeRequests(log, evidence.answers),
    ...[...conversations].flatMap(([id, said]) => judgeHistory(said).map((one) => `${id}: ${one}`)),
  ];
}

const isEvent = ({ type }: WireFrame) => type === "event";
const payloadsOf = (log: WireFrame[], type: string): WirePayload[] =>
  log.flatMap((frame) => (frame.event_type === type && frame.payload ? [frame.payload] : []));

/** An event without the name of the subscription that it came by. */
const identity = ({ seq, at, event_type, payload }: WireFrame) =>
  JSON.stringify([seq, at, event_type, payload]);

/** What came over all connections is the log: nothing missing, doubled, changed or out of order. */
export function judgeDelivery(followed: WireFrame[], log: WireFrame[]): string[] {
  const gaps = followed.filter(({ type }) => type === "gap").map((gap) => JSON.stringify(gap));
  const [got, wanted] = [followed.filter(isEvent), log.filter(isEvent)];
  const at = wanted.findIndex((frame, index) => {
    const found = got[index];
    return found === undefined || identity(found) !== identity(frame);
  });
  if (at < 0 && got.length === wanted.length) return gaps;
  const place = at < 0 ? wanted.length : at;
  const show = (frame: WireFrame | undefined) =>
    frame ? identity(frame).slice(0, MAX_LENGTH) : "nothing";
  const problem = `event ${place} of ${wanted.length}: got ${show(got[place])}, the log has ${show(wanted[place])}`;
  return [...gaps, problem];
}

/**
 * For a follower of all events that was late: every seq came, in order, or a `gap` had said that it is no
 * longer kept; and what both have is the same as in the log.
 */
export function judgeLateness(
  followed: WireFrame[],
  log: WireFrame[],
  range: { from: number; to: number },
): string[] {
  const head = range.to;
  const got = followed.filter(
    ({ type, seq = 0 }) => type === "gap" || (type === "event" && seq <= head),
  );
  const upToHead = log.filter((frame) => isEvent(frame) && (frame.seq ?? 0) <= head);
  const logged = new Set(upToHead.map(identity));
  const problems: string[] = [];
  let [cursor, excused] = [range.from, range.from];
  for (const frame of got) {
    const { type, seq = 0 } = frame;
    // Both ends of a gap stand in the frame itself, which is no event.
    if (type === "gap") excused = Number((frame as { to?: number }).to);
    if (type === "gap") continue;
    const isNext = seq === cursor || seq === cursor + 1 || (seq > cursor && seq - 1 <= excused);
    if (!isNext) problems.push(`event ${seq} comes after ${cursor}, and no gap said why`);
    cursor = seq;
    logged.delete(identity(frame));
  }
  if (cursor !== head) problems.push(`ends at ${cursor}, the log at ${head}`);
  const missed = [...logged].slice(0, MAX_SHOWN).map((one) => `missed ${one.slice(0, MAX_LENGTH)}`);
  return [...problems.slice(0, MAX_SHOWN), ...missed];
}

/** Every message that was accepted stands once, with the same bytes; one that was resent stands once too. */
function judgeMessages({ sent, unsure, conversations }: Evidence): string[] {
  const all = [...conversations].flatMap(([session_id, said]) =>
    said.map((message) => ({ ...message, session_id })),
  );
  const problems = sent.flatMap(({ session_id, message_id, content }) => {
    const found = all.filter((message) => message.message_id === message_id);
    const [only] = found;
    if (found.length !== 1 || !only) return [`message ${message_id} stands ${found.length} times`];
    const isSame =
      only.session_id === session_id && only.content === content && only.role === "user";
    return isSame ? [] : [`message ${message_id} is not what was sent`];
  });
  const counted = [...sent.map(({ content }) => content), ...unsure].flatMap((content) => {
    const count = all.filter((message) => message.content === content).length;
    return count > 1 ? [`'${content}' was said ${count} times`] : [];
  });
  return [...problems, ...counted];
}

/** Every turn that was promised has exactly one end. */
function judgeTurns(log: WireFrame[]): string[] {
  const ended = log.filter(({ event_type = "" }) => ENDS.includes(event_type));
  return payloadsOf(log, "MessageQueued").flatMap(({ turn_id }) => {
    const ends = ended.filter(({ payload }) => payload?.turn_id === turn_id).length;
    return ends === 1 ? [] : [`turn ${turn_id} has ${ends} ends`];
  });
}

/** No call runs twice, none runs that the log does not know, and what is said to be done was done. */
function judgeCalls(log: WireFrame[], ledger: string): string[] {
  const lines = ledger.split("\n").filter((line) => line !== "");
  const idsOf = (word: string) =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  const [ran, done] = [idsOf("start"), idsOf("done")];
  const started = payloadsOf(log, "ToolCallStarted").map(({ tool_call }) => tool_call?.id ?? "");
  const completed = payloadsOf(log, "ToolCallCompleted");
  const shells = new Set(
    payloadsOf(log, "ToolCallStarted")
      .filter(({ tool_call }) => tool_call?.name === "shell")
      .map(({ tool_call }) => tool_call?.id),
  );
  return [
    ...doubled(ran).map((id) => `call ${id} ran twice`),
    ...doubled(started).map((id) => `call ${id} was started twice`),
    ...doubled(completed.map(({ call_id }) => call_id ?? "")).map((id) => `call ${id} ended twice`),
    ...ran.filter((id) => !started.includes(id)).map((id) => `call ${id} ran without a start`),
    ...started
      .filter((id) => !completed.some(({ call_id }) => call_id === id))
      .map((id) => `call ${id} has no end`),
    ...completed.flatMap(({ call_id = "", outcome }) =>
      outcome === "completed" && shells.has(call_id) && !done.includes(call_id)
        ? [`call ${call_id} is said to be completed, and was not`]
        : [],
    ),
  ];
}

/** Each question is asked once and answered once, by the answer that was accepted. */
function judgeRequests(log: WireFrame[], answers: Map<string, string>): string[] {
  const asked = payloadsOf(log, "HumanRequestQueued").map(({ request_id }) => request_id ?? "");
  const responded = payloadsOf(log, "HumanRequestResponded");
  const accepted = [...answers].flatMap(([request_id, text]) => {
    const found = responded.filter((one) => one.request_id === request_id);
    const said = JSON.stringify(found.map(({ response }) => response));
    return said === JSON.stringify([{ type: "answer", text }])
      ? []
      : [`request ${request_id} was answered '${text}', and the log has ${said}`];
  });
  return [
    ...doubled(asked).map((id) => `request ${id} was asked twice`),
    ...doubled(responded.map(({ request_id }) => request_id ?? "")).map(
      (id) => `request ${id} was answered twice`,
    ),
    ...accepted,
  ];
}

/**
 * Each call has exactly one result, after its message and before anybody speaks again. Results stand as they
 * came; that a vendor gets them in the order of the calls is what the fake vendor sees to.
 */
export function judgeHistory(said: WireMessage[]): string[] {
  const problems: string[] = [];
  let due: string[] = [];
  for (const { role, tool_call_id, tool_calls, message_id } of said) {
    if (role === "tool") {
      if (!due.includes(tool_call_id ?? "")) problems.push(`result of ${tool_call_id} is not due`);
      due = due.filter((id) => id !== tool_call_id);
      continue;
    }
    if (due.length > 0) problems.push(`${message_id} comes while ${due[0]} has no result`);
    due = tool_calls.map(({ id }) => id);
  }
  return due.length > 0 ? [...problems, `${due[0]} has no result`] : problems;
}

function doubled(ids: string[]): string[] {
  const seen = new Set<string>();
  return ids.filter((id) => seen.size === seen.add(id).size);
}
