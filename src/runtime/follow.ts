// A follower: what one subscription still has to see. It is rung, then it reads: from the journal at its
// own cursor, and of the signals what is new to it. Nothing is queued for it, so a slow client is late,
// never lossy, and costs nothing.
import type { Asked } from "../protocol/commands/index.ts";
import {
  type EventName,
  type StoredEventName,
  type StoredRow,
  storedEvents,
} from "../protocol/events/index.ts";
import type { EventFrame, FollowFrame } from "../protocol/frames.ts";
import { MAX_BATCH_BYTES } from "../protocol/limits.ts";
import type { SignalHub } from "./signals.ts";
import type { Journal } from "./store/journal.ts";

/** Rows that one batch looks at. */
const MAX_BATCH_ROWS = 500;

export interface Follower {
  /** The next batch, and whether there is more behind it already. */
  pull(): { frames: FollowFrame[]; hasMore: boolean };
}

export function createFollower(options: {
  subscription_id: string;
  asked: Asked<"Subscribe">;
  journal: Journal;
  signals: SignalHub;
  /** The object that a session belongs to. */
  poOf(session_id: string): string;
}): Follower {
  const { subscription_id, asked, journal, signals, poOf } = options;
  const { session_id, signal_types } = asked;
  const wanted = asked.event_types.length === 0 ? null : new Set<EventName>(asked.event_types);
  const types = wanted === null ? null : rowTypes(wanted);
  const seen = new Map<string, number>();
  const isForeign = asked.journal_id !== null && asked.journal_id !== journal.journal_id;
  let cursor = asked.after === null ? journal.head() : isForeign ? 0 : asked.after;
  let isCaughtUp = false;
  /** The newest seq that a gap has told of. */
  let toldThrough = 0;
  const asksHousekeeping =
    session_id === null &&
    (types === null || types.some((name) => storedEvents[name].isHousekeeping));
  let foreign = strayed();

  /** A cursor that is not one of this journal: what is there is refetched, then it goes on from now. */
  function strayed(): FollowFrame[] {
    const to = journal.head();
    if (asked.after === null || !(isForeign || asked.after > to)) return [];
    cursor = to;
    const reason = isForeign ? "other_journal" : "beyond_end";
    return [{ type: "gap", subscription_id, from: asked.after, to, reason }];
  }

  /** What was asked for and is no longer kept: looked at before each read, for a slow one falls behind. */
  function missed(): FollowFrame[] {
    const to = journal.prunedThrough();
    if (!asksHousekeeping || Math.max(cursor, toldThrough) >= to) return [];
    toldThrough = to;
    return [{ type: "gap", subscription_id, from: cursor, to, reason: "not_kept" }];
  }

  function events(): FollowFrame[] {
    if (cursor >= journal.head()) return [];
    const limit = { rows: MAX_BATCH_ROWS, bytes: MAX_BATCH_BYTES };
    const read = journal.read(cursor, { types, session_id }, limit);
    cursor = read.cursor;
    return read.rows.flatMap((row) => framesOf(row, { subscription_id, wanted, poOf }));
  }

  return {
    pull() {
      const frames: FollowFrame[] = [...foreign, ...missed(), ...events()];
      foreign = [];
      if (cursor < journal.head()) return { frames, hasMore: true };
      if (!isCaughtUp) {
        isCaughtUp = true;
        frames.push({ type: "caught_up", subscription_id, seq: cursor });
      }
      if (signal_types.length === 0) return { frames, hasMore: false };
      const news = signals.read({ types: signal_types, session_id }, seen, MAX_BATCH_BYTES);
      for (const signal of news.signals)
        frames.push({ type: "signal", subscription_id, ...signal });
      return { frames, hasMore: news.hasMore };
    },
  };
}

/** The stored rows that the wanted events are read out of. */
function rowTypes(wanted: Set<EventName>): StoredEventName[] {
  const types = new Set<StoredEventName>();
  for (const name of wanted) {
    if (name !== "BusEntry") types.add(name);
    else for (const type of ["MessageAdded", "ToolCallStarted"] as const) types.add(type);
  }
  return [...types];
}

/** A row as the events it stands for. */
function framesOf(
  row: StoredRow,
  options: {
    subscription_id: string;
    wanted: Set<EventName> | null;
    poOf(session_id: string): string;
  },
): EventFrame[] {
  const { subscription_id, wanted, poOf } = options;
  const { seq, at } = row;
  const frame = (event_type: EventName, payload: unknown): EventFrame[] =>
    wanted === null || wanted.has(event_type)
      ? [{ type: "event", subscription_id, seq, at, event_type, payload, ...answeredBy(row) }]
      : [];
  const own = frame(row.type, row.payload);
  if (wanted !== null && !wanted.has("BusEntry")) return own;
  const entry = busEntry(row, poOf);
  return entry ? [...own, ...frame("BusEntry", entry)] : own;
}

/** An audit has to say who decided. */
const answeredBy = (row: StoredRow) =>
  row.type === "HumanRequestResponded" ? { caller: row.caller } : {};

/** What travels the bus: a human's or an agent's message, a tool call, a tool's result. */
function busEntry(row: StoredRow, poOf: (session_id: string) => string) {
  if (row.type === "ToolCallStarted") {
    const { session_id, tool_call } = row.payload;
    return {
      from: poOf(session_id),
      to: tool_call.name,
      message: JSON.stringify(tool_call.args),
      timestamp: row.at,
      session_id,
      message_id: null,
    };
  }
  if (row.type !== "MessageAdded") return undefined;
  const { session_id, message_id, role, content, name, source } = row.payload;
  const po = poOf(session_id);
  // A user's message with a name is somebody else's than the human's: what does not fit a schema.
  const other =
    role === "tool" ? (name ?? "tool") : role === "system" ? "system" : (name ?? source);
  const [from, to] = role === "assistant" ? [po, other] : [other, po];
  return { from, to, message: content, timestamp: row.at, session_id, message_id };
}
