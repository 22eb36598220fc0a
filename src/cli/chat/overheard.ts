// What others say in the session of a chat: shown between our own turns, never inside of them.
import type { TypedEvent } from "../../client/events.ts";
import { typedEvent } from "../../client/events.ts";
import type { Link } from "../../client/link.ts";
import type { Message } from "../../protocol/messages.ts";

/** What is kept while a turn of our own runs; of more than this the last. */
const MAX_HELD = 200;
/** Turns of our own whose late messages are still known as ours. */
const MAX_OWN_TURNS = 100;

export interface Overheard {
  /** A turn of ours begins: until it is known, nobody can say whose message is whose. */
  hold(): void;
  own(turn_id: string): void;
  /** It is over: what others said meanwhile is shown. */
  release(): Promise<void>;
  stop(): void;
}

export async function startOverhearing(
  link: Link,
  session_id: string,
  show: (message: Message) => Promise<void>,
): Promise<Overheard> {
  const own: string[] = [];
  const heard: Message[] = [];
  let isHeld = false;

  async function showAll(): Promise<void> {
    for (let next = heard.shift(); next; next = heard.shift()) {
      const isOwn = next.turn_id !== null && own.includes(next.turn_id);
      if (!isOwn) await show(next);
    }
  }

  const following = await link.follow(
    { session_id, event_types: ["MessageAdded"], after: null },
    async (frames) => {
      for (const frame of frames) {
        if (frame.type === "event") take(typedEvent(frame));
      }
      if (!isHeld) await showAll();
    },
  );

  function take(event: TypedEvent): void {
    if (event.event_type !== "MessageAdded") return;
    heard.push(event.payload);
    if (heard.length > MAX_HELD) heard.shift();
  }

  return {
    hold() {
      isHeld = true;
    },
    own(turn_id) {
      own.push(turn_id);
      if (own.length > MAX_OWN_TURNS) own.shift();
    },
    async release() {
      isHeld = false;
      await showAll();
    },
    stop: following.stop,
  };
}
