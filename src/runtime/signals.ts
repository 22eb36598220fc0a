// Signals: the text of running model calls and the tail of running tools, kept in bounded memory and read
// by followers from their own offset. Rung, then read; never pushed, never stored.
import { LEFT_OUT } from "../core/tool.ts";
import type { Signal, SignalName } from "../protocol/signals.ts";

/** Text kept of one running stream, in UTF-16 units; a model that writes more is not shown live. */
const MAX_TEXT_LENGTH = 1024 * 1024;
/** A tool's output is kept as its newest part. */
const MAX_TAIL_LENGTH = 64 * 1024;

export type SignalKey = Omit<Signal, "offset" | "text">;

interface Stream {
  key: SignalKey;
  text: string;
  /** Units dropped before `text`. */
  start: number;
}

export interface SignalWriter {
  write(text: string): void;
  /** Nothing more comes; followers that are behind see the finished message instead. */
  close(): void;
}

export interface SignalHub {
  open(key: SignalKey): SignalWriter;
  /**
   * What is new since the offsets in `seen`, which is brought up to date: at most so many UTF-16 units,
   * and whether there is more.
   */
  read(
    filter: SignalFilter,
    seen: Map<string, number>,
    limit: number,
  ): { signals: Signal[]; hasMore: boolean };
  /** The answer that a turn's model is writing, as far as it has come; at most 1 MiB units of it. */
  answerOf(turn: {
    session_id: string;
    turn_id: string;
  }): { call_id: string; attempt: number; text: string } | null;
  /** What the tool calls of a turn that run have written, by their ids: of each the newest part. */
  writtenIn(turn: { session_id: string; turn_id: string }): Record<string, string>;
  /** Rings after each write; returns how to stop. */
  follow(listener: () => void): () => void;
}

export interface SignalFilter {
  types: readonly SignalName[];
  session_id: string | null;
}

const idOf = (key: SignalKey) => `${key.signal_type} ${key.message_id} ${key.attempt}`;

export function createSignalHub(): SignalHub {
  const streams = new Map<string, Stream>();
  const listeners = new Set<() => void>();
  const isAsked = ({ key }: Stream, filter: SignalFilter) =>
    filter.types.includes(key.signal_type) &&
    (filter.session_id === null || filter.session_id === key.session_id);

  return {
    open(key) {
      const id = idOf(key);
      const stream: Stream = { key, text: "", start: 0 };
      streams.set(id, stream);
      return {
        write(text) {
          append(stream, text);
          for (const listener of listeners) listener();
        },
        close: () => {
          if (streams.get(id) === stream) streams.delete(id);
        },
      };
    },
    read(filter, seen, limit) {
      for (const id of seen.keys()) if (!streams.has(id)) seen.delete(id);
      const signals: Signal[] = [];
      let left = limit;
      for (const [id, stream] of streams) {
        if (!isAsked(stream, filter)) continue;
        const offset = Math.max(seen.get(id) ?? 0, stream.start);
        const text = stream.text.slice(offset - stream.start, offset - stream.start + left);
        if (text === "") continue;
        left -= text.length;
        seen.set(id, offset + text.length);
        signals.push({ ...stream.key, offset, text });
        if (left === 0) return { signals, hasMore: true };
      }
      return { signals, hasMore: false };
    },
    answerOf({ session_id, turn_id }) {
      const answers = [...streams.values()].filter(
        ({ key }) =>
          key.signal_type === "TextDelta" &&
          key.session_id === session_id &&
          key.turn_id === turn_id,
      );
      const newest = answers.at(-1);
      if (!newest) return null;
      const { message_id, attempt } = newest.key;
      return { call_id: message_id, attempt, text: newest.text };
    },
    writtenIn({ session_id, turn_id }) {
      const written: Record<string, string> = {};
      for (const { key, text, start } of streams.values()) {
        const isOfTurn = key.session_id === session_id && key.turn_id === turn_id;
        if (isOfTurn && key.signal_type === "ToolOutputDelta") {
          written[key.message_id] = start > 0 ? LEFT_OUT + text : text;
        }
      }
      return written;
    },
    follow(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function append(stream: Stream, text: string): void {
  if (stream.key.signal_type !== "ToolOutputDelta") {
    stream.text += text.slice(0, Math.max(0, MAX_TEXT_LENGTH - stream.text.length));
    return;
  }
  const whole = stream.text + text;
  const cut = Math.max(0, whole.length - MAX_TAIL_LENGTH);
  stream.text = whole.slice(cut);
  stream.start += cut;
}
