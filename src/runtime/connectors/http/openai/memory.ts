// Which session a conversation is, that a client sends whole each time: found by a hash of what was said so
// far. Only memory: after a restart, or where a client changed what was said, a new session begins with it.
import { createHash } from "node:crypto";
import type { SaidBefore } from "./conversation.ts";

/** What is known again, two for each answer: the conversation, and the response. The oldest goes first. */
const MAX_CONVERSATIONS = 4_000;

interface Known {
  session_id: string;
  /** With more or fewer the session is not what the client believes. */
  message_count: number;
}

export interface Memory {
  find(key: string): Known | undefined;
  keep(key: string, known: Known): void;
}

export function createMemory(): Memory {
  const known = new Map<string, Known>();
  return {
    find: (key) => known.get(key),
    keep(key, entry) {
      known.delete(key);
      known.set(key, entry);
      const [oldest] = known.keys();
      if (known.size > MAX_CONVERSATIONS && oldest !== undefined) known.delete(oldest);
    },
  };
}

/** A response, of who was given it. */
export const responseKey = ({ who, turn_id }: { who: string; turn_id: string }): string =>
  createHash("sha256")
    .update(JSON.stringify([who, turn_id]))
    .digest("hex");

/** Ids of calls are the session's own; a client that makes up others is in another conversation. */
export function conversationKey(about: {
  who: string;
  po_name: string;
  said: readonly SaidBefore[];
}): string {
  const { who, po_name, said } = about;
  const words = said.map(({ role, content, calls, call_id }) => [role, content, calls, call_id]);
  return createHash("sha256")
    .update(JSON.stringify([who, po_name, words]))
    .digest("hex");
}
