// The turns that run at once, over all sessions: so many and no more. Further ones wait in the order they
// came, and are shown as queued, for nothing of them has happened yet.
// Rules: 1. A turn that waits only for a human holds no place, and goes on without asking for one.
//        2. What was running when the daemon began holds its place without having asked.
//        3. A turn that a process of an agent asked for does not wait: what waits for it may hold the last.
import type { SessionActorState } from "../core/session/state.ts";

export interface Places {
  /** Resolves when the turn may begin; false when it was given up before. */
  enter(turn: { session_id: string; turn_id: string }, signal: AbortSignal): Promise<boolean>;
  /** The turn waits for nobody, as long as it is queued. */
  letIn(turn: { session_id: string; turn_id: string }): void;
  /** To be told of every change of a session: it holds a place as long as its turn runs. */
  changed(session_id: string, state: SessionActorState): void;
}

interface Waiting {
  session_id: string;
  turn_id: string;
  begin(isAllowed: boolean): void;
}

export function createPlaces(most: number): Places {
  /** Sessions whose turn runs. */
  const running = new Set<string>();
  /** Sessions whose turn is about to. */
  const granted = new Map<string, string>();
  let waiting: Waiting[] = [];
  /** By session, what is queued; kept for `letIn`, which may come after the turn has begun. */
  const queues = new Map<string, SessionActorState["queue"]>();
  /** Queued turns that may come in at once and have not asked yet. */
  const letIn = new Set<string>();

  function keepQueue(session_id: string, queue: SessionActorState["queue"]): void {
    const before = queues.get(session_id);
    if (before === queue) return;
    if (queue.length === 0) queues.delete(session_id);
    else queues.set(session_id, queue);
    const left = new Set(queue.map(({ turn_id }) => turn_id));
    for (const { turn_id } of before ?? []) if (!left.has(turn_id)) letIn.delete(turn_id);
  }

  function grant(one: Waiting): void {
    waiting = waiting.filter((other) => other !== one);
    letIn.delete(one.turn_id);
    granted.set(one.session_id, one.turn_id);
    one.begin(true);
  }

  function grantNext(): void {
    for (const one of waiting) {
      if (running.size + granted.size >= most) return;
      grant(one);
    }
  }

  return {
    enter({ session_id, turn_id }, signal) {
      if (signal.aborted) return Promise.resolve(false);
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const one: Waiting = { session_id, turn_id, begin: resolve };
      const giveUp = () => {
        waiting = waiting.filter((other) => other !== one);
        resolve(false);
      };
      signal.addEventListener("abort", giveUp, { once: true });
      waiting.push(one);
      if (letIn.has(turn_id) || granted.get(session_id) === turn_id) grant(one);
      else grantNext();
      return promise.finally(() => signal.removeEventListener("abort", giveUp));
    },
    letIn({ session_id, turn_id }) {
      const one = waiting.find((other) => other.turn_id === turn_id);
      if (one) grant(one);
      else if (queues.get(session_id)?.some((queued) => queued.turn_id === turn_id)) {
        letIn.add(turn_id);
      }
    },
    changed(session_id, { turn, queue }) {
      keepQueue(session_id, queue);
      const isRunning = turn !== undefined && turn.waiting_since === null;
      if (isRunning) running.add(session_id);
      else running.delete(session_id);
      const about = granted.get(session_id);
      if (!queue.some((one) => one.turn_id === about)) granted.delete(session_id);
      grantNext();
    },
  };
}
