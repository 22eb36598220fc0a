// Handlers over what happened in a session: its journal step by step, with the sessions it called inline.
import { applySession } from "../../core/session/apply.ts";
import { initialSessionState } from "../../core/session/state.ts";
import type { Asked, Reply } from "../../protocol/commands/index.ts";
import { JameyError } from "../../protocol/errors.ts";
import type { SessionEvent, StoredRow } from "../../protocol/events/index.ts";
import type { Message } from "../../protocol/messages.ts";
import { recordingOf } from "../cassette.ts";
import type { Handlers } from "../handle.ts";
import { sessionStream } from "../store/journal.ts";
import type { HandlerContext } from "./index.ts";
import { sessionNotFound } from "./new-session.ts";

/** Of payload, in one reply: a frame takes more. */
const MAX_PAGE_BYTES = 4 * 1024 * 1024;
/** Rows of the whole journal that one reply looks at. */
const MAX_EXAMINED_ROWS = 20_000;
const PAGE_ROWS = 1_000;

type Context = Pick<HandlerContext, "journal" | "views">;

interface Member {
  po_name: string;
  depth: number;
  first_seq: number;
}

export function replayHandlers(
  context: HandlerContext,
): Pick<Handlers, "ReplaySession" | "GetSessionAt" | "RecordTurn"> {
  return {
    ReplaySession: (asked) => replay(asked, context),
    GetSessionAt: (asked) => sessionAt(asked, context),
    RecordTurn({ turn_id, name }) {
      const { views, journal } = context;
      const found = views.findTurn(turn_id);
      if (!found) throw new JameyError("turn_not_found", `Turn not found: ${turn_id}`);
      const { session_id } = found;
      const ids = [session_id, ...views.descendants(session_id).toReversed()];
      const streams = ids.map((id) => journal.readStream(sessionStream(id), 0));
      return recordingOf({ streams, turn_id, name });
    },
  };
}

/** The session and everybody below it. */
function treeOf(session_id: string, { journal, views }: Context): Map<string, Member> {
  const members = new Map<string, Member>();
  for (const id of [session_id, ...views.descendants(session_id).toReversed()]) {
    const [first] = journal.readStream(sessionStream(id), 0);
    if (first?.type !== "SessionCreated") continue;
    const { po_name, parent } = first.payload;
    const above = members.get(parent?.session_id ?? "");
    const depth = id === session_id ? 0 : (above?.depth ?? 0) + 1;
    members.set(id, { po_name, depth, first_seq: first.seq });
  }
  if (!members.has(session_id)) throw sessionNotFound(session_id);
  return members;
}

function replay(asked: Asked<"ReplaySession">, context: Context): Reply<"ReplaySession"> {
  const { session_id, limit } = asked;
  const { journal } = context;
  const members = treeOf(session_id, context);
  const steps: Reply<"ReplaySession">["steps"] = [];
  const head = journal.head();
  let cursor = Math.max(asked.after, (members.get(session_id)?.first_seq ?? 1) - 1);
  let bytes = 0;
  for (let examined = 0; cursor < head && examined < MAX_EXAMINED_ROWS; ) {
    const page = journal.read(
      cursor,
      { types: null, session_id: null },
      { rows: PAGE_ROWS, bytes: MAX_PAGE_BYTES },
    );
    for (const row of page.rows) {
      const step = stepOf(row, members);
      if (step) {
        bytes += JSON.stringify(step.payload).length;
        const isFull = steps.length >= limit || bytes > MAX_PAGE_BYTES;
        if (steps.length > 0 && isFull) return { steps, next_after: cursor };
        steps.push(step);
      }
      cursor = row.seq;
    }
    examined += Math.max(1, page.rows.length);
    cursor = page.cursor;
  }
  return { steps, next_after: cursor < head ? cursor : null };
}

function stepOf(
  row: StoredRow,
  members: ReadonlyMap<string, Member>,
): Reply<"ReplaySession">["steps"][number] | undefined {
  const { seq, at, caller, stream, type, payload } = row;
  const session_id = ("session_id" in payload ? payload.session_id : null) ?? "";
  const member = members.get(session_id);
  if (!member || stream !== sessionStream(session_id)) return undefined;
  const { po_name, depth } = member;
  // An event's payload was JSON when it was kept.
  const told = payload as Reply<"ReplaySession">["steps"][number]["payload"];
  return { seq, at, caller, session_id, po_name, depth, event_type: type, payload: told };
}

function sessionAt({ session_id, seq }: Asked<"GetSessionAt">, { journal }: Context) {
  let state = initialSessionState;
  let newest: StoredRow | undefined;
  for (const row of journal.readStream(sessionStream(session_id), 0)) {
    if (row.seq > seq) break;
    // The stream of a session holds only the events of sessions.
    state = applySession(state, { ...(row as StoredRow & SessionEvent), at: row.at });
    newest = row;
  }
  const { session, turn, requests, queue } = state;
  if (!newest || !session) throw notThen(session_id, seq);
  return {
    session_id,
    po_name: session.po_name,
    seq: newest.seq,
    at: newest.at,
    messages: session.conversation.map(asMessage),
    turn: turn ? { turn_id: turn.turn_id, mode: turn.agent.mode, model: turn.agent.model } : null,
    calls: (turn?.calls ?? []).map(({ call }) => call),
    requests,
    queued: queue.length,
  };
}

/** As a conversation has it: in the journal a message also says which session it is of. */
function asMessage(kept: Message & { session_id?: string }): Message {
  const { session_id: _, ...message } = kept;
  return message;
}

function notThen(session_id: string, seq: number): JameyError {
  const message = `There was no session ${session_id} at event ${seq}. See 'jamey replay ${session_id}'.`;
  return new JameyError("session_not_found", message, { details: { session_id, seq } });
}
