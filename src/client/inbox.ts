// Messages of a socket, taken one after another by somebody who may be slow.
// Rule: while the taker is busy the socket is paused: a slow reader holds the daemon back, never memory.
import { parseJson } from "../protocol/decode.ts";
import { JameyError, messageOf } from "../protocol/errors.ts";
import type { ServerFrame } from "../protocol/frames.ts";

/** Messages that may wait for a busy taker before the socket is paused. */
const PAUSE_ABOVE_MESSAGES = 16;
/** Messages that may wait at all; after the pause only what the socket had already read comes in. */
const MAX_WAITING_MESSAGES = 4096;

export interface InboxOptions {
  socket: { pause(): void; resume(): void };
  take(frames: ServerFrame[]): Promise<void>;
  /** What was received, or its taker, is broken. */
  fail(error: JameyError): void;
}

export function createInbox({ socket, take, fail }: InboxOptions): { push(text: string): void } {
  const waiting: string[] = [];
  let isTaking = false;
  let isPaused = false;

  async function takeWaiting(): Promise<void> {
    isTaking = true;
    try {
      for (let text = waiting.shift(); text !== undefined; text = waiting.shift()) {
        // The daemon is our own program: what it sends is as long as what it keeps, and one message is one
        // frame or an array of them.
        const value = parseJson(text, { maxValues: Number.POSITIVE_INFINITY });
        await take((Array.isArray(value) ? value : [value]) as ServerFrame[]);
      }
    } catch (thrown) {
      const isOurs = thrown instanceof JameyError;
      fail(isOurs ? thrown : new JameyError("internal", messageOf(thrown), { cause: thrown }));
    } finally {
      isTaking = false;
      if (isPaused) socket.resume();
      isPaused = false;
    }
  }

  return {
    push(text) {
      waiting.push(text);
      if (waiting.length > MAX_WAITING_MESSAGES) {
        fail(new JameyError("overloaded", "This client fell too far behind the daemon."));
      } else if (!isTaking) {
        void takeWaiting();
      } else if (!isPaused && waiting.length > PAUSE_ABOVE_MESSAGES) {
        isPaused = true;
        socket.pause();
      }
    },
  };
}
