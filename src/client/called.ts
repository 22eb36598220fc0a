// The questions of objects that a turn calls, and of those that they call: whoever runs the turn is there to
// answer them as well.
import type { StoredEventName } from "../protocol/events/index.ts";
import { type TypedEvent, typedEvent } from "./events.ts";
import type { Link } from "./link.ts";

/** Sessions of called objects that one turn listens to at once; the inbox has the questions of all. */
const MAX_FOLLOWED = 32;

const HEARD = [
  "DelegationStarted",
  "HumanRequestQueued",
  "HumanRequestResponded",
  "HumanRequestExpired",
] as const satisfies StoredEventName[];

export interface Called {
  /** To be told of every event of the turn. */
  take(event: TypedEvent): void;
  stop(): void;
}

/** `after` is where the turn began; what is asked is handed on as it comes. */
export function followCalled(
  link: Link,
  from: { after: number; journal_id: string },
  onQuestion: (event: TypedEvent) => Promise<void>,
): Called {
  const followed = new Map<string, { stop(): void }>();
  let isStopped = false;

  async function follow(session_id: string): Promise<void> {
    const following = await link.follow(
      { session_id, event_types: [...HEARD], ...from },
      async (frames) => {
        for (const frame of frames) {
          if (frame.type !== "event" || isStopped) continue;
          const event = typedEvent(frame);
          take(event);
          if (event.event_type !== "DelegationStarted") await onQuestion(event);
        }
      },
    );
    followed.set(session_id, following);
    if (isStopped) following.stop();
  }

  function take(event: TypedEvent): void {
    if (event.event_type === "DelegationCompleted") {
      followed.get(event.payload.child_session_id)?.stop();
      followed.delete(event.payload.child_session_id);
    }
    if (event.event_type !== "DelegationStarted" || isStopped) return;
    const { child_session_id } = event.payload;
    if (followed.has(child_session_id) || followed.size >= MAX_FOLLOWED) return;
    followed.set(child_session_id, { stop: () => undefined });
    // Where it cannot be followed, the inbox still has what it asks.
    follow(child_session_id).catch(() => undefined);
  }

  return {
    take,
    stop() {
      isStopped = true;
      for (const { stop } of followed.values()) stop();
    },
  };
}
