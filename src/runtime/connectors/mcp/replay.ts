// What a host over HTTP that lost its stream is sent again: the newest messages of its session, bounded.
import type { EventStore, JSONRPCMessage } from "@modelcontextprotocol/server";

/** Messages of one session that are kept for a host that comes back. */
const MAX_KEPT = 256;
/** All of these together, in UTF-16 units. */
const MAX_KEPT_LENGTH = 2 * 1024 * 1024;

interface Kept {
  id: string;
  stream: string;
  message: JSONRPCMessage;
  length: number;
}

export function createReplay(): EventStore {
  const kept: Kept[] = [];
  let length = 0;
  let next = 1;
  return {
    storeEvent(stream, message) {
      const one = { id: `${next}`, stream, message, length: JSON.stringify(message).length };
      next += 1;
      kept.push(one);
      length += one.length;
      while (kept.length > MAX_KEPT || (length > MAX_KEPT_LENGTH && kept.length > 1)) {
        length -= kept.shift()?.length ?? 0;
      }
      return Promise.resolve(one.id);
    },
    getStreamIdForEventId: (id) => Promise.resolve(kept.find((one) => one.id === id)?.stream),
    async replayEventsAfter(last, { send }) {
      const found = kept.find(({ id }) => id === last);
      if (!found) throw new Error(`The event ${last} is no longer kept: begin a new session.`);
      const later = kept.filter(
        ({ id, stream }) => stream === found.stream && Number(id) > Number(last),
      );
      for (const { id, message } of later) {
        // An empty message only opened the stream.
        if (Object.keys(message).length > 0) await send(id, message);
      }
      return found.stream;
    },
  };
}
