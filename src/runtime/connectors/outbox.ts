// What one WebSocket client still has to be sent: replies first, then events as it can take them.
//
// 1. Nothing is sent into a full socket: replies and events wait where they are until it has drained.
// 2. Events are pulled, never pushed; a client that does not read costs one batch.
// 3. Replies that wait are bounded; a client beyond the bound is closed.
// 4. While it is held nothing is pulled: the reply to a Subscribe goes before what it begins.
import { MAX_BATCH_BYTES, MAX_FRAME_BYTES } from "../../protocol/limits.ts";
import type { Ring } from "../connections.ts";
import { createGathering } from "./gathering.ts";

/** Above this the socket counts as full. */
export const HIGH_WATER_BYTES = 512 * 1024;
/** Replies that wait for a client which does not read, in UTF-16 units. */
const MAX_WAITING_LENGTH = 2 * MAX_FRAME_BYTES;
/** Batches pulled before others get their turn. */
const MAX_PULLS = 4;

type Pull = () => { frames: object[]; hasMore: boolean };

export interface Outbox {
  /** False when too much waits already. */
  reply(text: string): boolean;
  /** From now on there are events to pull. */
  follow(pull: Pull): void;
  /** Pulls nothing until as many releases have come. */
  hold(): void;
  release(): void;
  /** Replies that wait. */
  count(): number;
  /** Sends what the socket takes. */
  flush(): void;
  ring: Ring;
  close(): void;
}

export function createOutbox(options: {
  socket: { send(text: string): unknown; getBufferedAmount(): number };
  /** Reading the events failed; nothing more is pulled. */
  broke(thrown: unknown): void;
  /** False: each frame is a message of its own. */
  isBatched?: boolean;
}): Outbox {
  const { socket, isBatched = true } = options;
  const replies: string[] = [];
  let waitingLength = 0;
  let batch: string[] = [];
  let pull: Pull | undefined;
  let soon: ReturnType<typeof setImmediate> | undefined;
  let isClosed = false;
  let holds = 0;
  const isFull = () => socket.getBufferedAmount() > HIGH_WATER_BYTES;

  function flush(): void {
    for (let pulls = 0; !isClosed && !isFull(); ) {
      const text = nextReply() ?? batch.shift();
      if (text !== undefined) socket.send(text);
      else if (!pull || holds > 0) return;
      else if (pulls === MAX_PULLS) return flushSoon();
      else if (!fill(pull)) return;
      else pulls += 1;
    }
  }

  function nextReply(): string | undefined {
    const text = replies.shift();
    waitingLength -= text?.length ?? 0;
    return text;
  }

  /** The next batch; false when there is nothing to send now and nothing more behind it. */
  function fill(from: Pull): boolean {
    try {
      const { frames, hasMore } = from();
      batch = isBatched ? messagesOf(frames) : frames.map((frame) => JSON.stringify(frame));
      return hasMore || batch.length > 0;
    } catch (thrown) {
      pull = undefined;
      options.broke(thrown);
      return false;
    }
  }

  function flushSoon(): void {
    soon ??= setImmediate(() => {
      soon = undefined;
      flush();
    });
  }

  const gathering = createGathering(flushSoon, flush);
  return {
    reply(text) {
      replies.push(text);
      waitingLength += text.length;
      flush();
      return waitingLength <= MAX_WAITING_LENGTH;
    },
    follow(from) {
      pull = from;
    },
    hold() {
      holds += 1;
    },
    release() {
      holds -= 1;
      flush();
    },
    count: () => replies.length,
    flush,
    ring: { events: flushSoon, signals: gathering.ring },
    close() {
      isClosed = true;
      clearImmediate(soon);
      gathering.close();
    },
  };
}

/** Frames as WebSocket messages: many small ones travel together, a large one alone. */
function messagesOf(frames: readonly object[]): string[] {
  const messages: string[] = [];
  let together: string[] = [];
  let length = 0;
  const finish = () => {
    if (together.length === 1) messages.push(together[0] ?? "");
    else if (together.length > 1) messages.push(`[${together.join(",")}]`);
    together = [];
    length = 0;
  };
  for (const frame of frames) {
    const text = JSON.stringify(frame);
    if (length + text.length > MAX_BATCH_BYTES) finish();
    together.push(text);
    length += text.length;
  }
  finish();
  return messages;
}
