// The actors of sessions: folded from the journal when they are needed, revived at start, let go when
// nothing waits in them.
import type { Effect } from "../core/effects.ts";
import type { SessionCommand, SessionInput, SessionOutcome } from "../core/session/inputs.ts";
import { refusal, sessionMachine } from "../core/session/machine.ts";
import { activityOf, type Happened, type SessionActorState } from "../core/session/state.ts";
import { JameyError, messageOf } from "../protocol/errors.ts";
import type { SessionEvent, StoredRow } from "../protocol/events/index.ts";
import type { PoState } from "../protocol/messages.ts";
import { type Actor, type PerformContext, startActor } from "./actor.ts";
import type { Log } from "./log.ts";
import { type Journal, sessionStream } from "./store/journal.ts";

/** Actors kept in memory; beyond that the ones that wait for nothing are let go. */
const MAX_LOADED_SESSIONS = 256;

type Said = SessionCommand | SessionOutcome;
export type SessionActor = Actor<SessionActorState, Said, Happened>;

export interface Sessions {
  /** The actor of a session that exists; throws `session_not_found`. */
  get(session_id: string): SessionActor;
  /** The actor of a session that is about to be created. */
  create(session_id: string): SessionActor;
  /** Recovers what was unfinished; one session that cannot be recovered does not hold up the others. */
  revive(session_ids: string[]): Promise<void>;
  stop(): Promise<void>;
}

export function createSessions(options: {
  journal: Journal;
  log: Log;
  now(): string;
  perform(
    effect: Effect,
    context: PerformContext<SessionActorState>,
  ): Promise<SessionOutcome | undefined>;
  /** A session does something else than before. */
  active(change: { session_id: string; po_name: string; activity: PoState }): void;
}): Sessions {
  const { journal, log } = options;
  const actors = new Map<string, SessionActor>();

  function start(session_id: string, rows: Iterable<StoredRow>): SessionActor | undefined {
    let state = sessionMachine.initial;
    let version = 0;
    for (const row of rows) {
      state = sessionMachine.apply(state, happenedOf(row));
      version = row.version;
    }
    if (state.isDeleted) return undefined;
    let activity: PoState = "idle";
    const changed = (next: SessionActorState) => {
      const now = activityOf(next);
      if (now === activity || !next.session) return;
      activity = now;
      options.active({ session_id, po_name: next.session.po_name, activity });
    };
    changed(state);
    const actor = startActor<SessionActorState, Said, SessionInput, Happened, Effect>({
      stream: sessionStream(session_id),
      machine: sessionMachine,
      state,
      version,
      lastAt: state.last_at,
      journal,
      log,
      now: options.now,
      stamp: (said, at) => ({ ...said, at }),
      refuse: refusal,
      perform: options.perform,
      changed,
    });
    actors.set(session_id, actor);
    letGo();
    return actor;
  }

  function letGo(): void {
    if (actors.size <= MAX_LOADED_SESSIONS) return;
    for (const [session_id, actor] of actors) {
      if (actors.size <= MAX_LOADED_SESSIONS) return;
      if (actor.isIdle() && activityOf(actor.state()) === "idle") actors.delete(session_id);
    }
  }

  function open(session_id: string): SessionActor | undefined {
    const known = actors.get(session_id);
    if (!known) return start(session_id, journal.readStream(sessionStream(session_id), 0));
    actors.delete(session_id);
    actors.set(session_id, known);
    return known;
  }

  return {
    get(session_id) {
      const actor = open(session_id);
      if (!actor?.state().session || actor.state().isDeleted) {
        throw new JameyError("session_not_found", `Session not found: ${session_id}`);
      }
      actor.begin();
      return actor;
    },
    create(session_id) {
      const actor = start(session_id, []);
      if (!actor) throw new JameyError("internal", `A new session could not start: ${session_id}`);
      actor.begin();
      return actor;
    },
    async revive(session_ids) {
      for (const session_id of session_ids) {
        try {
          const actor = open(session_id);
          await actor?.take({ type: "revived" }, { caller: "daemon", causation_id: null });
          actor?.begin();
        } catch (thrown) {
          log.error("session not revived", { session_id, reason: messageOf(thrown) });
        }
      }
    },
    async stop() {
      await Promise.all([...actors.values()].map((actor) => actor.stop()));
    },
  };
}

/** A row of a session's stream as its machine knows it. */
function happenedOf(row: StoredRow): Happened {
  const { type, payload, at } = row;
  // A session's stream holds only events of sessions: nobody else appends to it.
  return { type, payload, at } as SessionEvent & { at: string };
}
