// An actor: one machine over one stream. It takes one input at a time, commits what happened before
// anyone is told, folds it, and reconciles: aborts what is no longer outstanding, starts what is.
//
// 1. The mailbox is the lock: no half state. 2. An effect runs once for its id until its outcome is
// committed: an outcome that could not be committed is kept and tried again, never re-performed.
// 3. `perform` never rejects. 4. A failed append changes nothing; a command is answered with the error.
import type { Machine } from "../core/machine.ts";
import { type ErrorBody, JameyError, toErrorBody } from "../protocol/errors.ts";
import type { StoredEvent } from "../protocol/events/index.ts";
import type { Log } from "./log.ts";
import type { Journal } from "./store/journal.ts";

/** Commands that may wait for one actor; outcomes are bounded by what is outstanding. */
const MAX_MAILBOX = 1_000;
/** Wait before an outcome that could not be committed is tried again. */
const COMMIT_RETRY_MS = 1_000;

export interface Taken<Event> {
  happened: Event[];
  /** The newest seq of what happened; 0 when nothing did. */
  seq: number;
}

export interface Actor<State, Said, Event> {
  state(): State;
  /** A command: rejects with a JameyError when refused or when it could not be committed. */
  take(said: Said, from: { caller: string; causation_id: string | null }): Promise<Taken<Event>>;
  /** Starts what is outstanding. Until then nothing runs. */
  begin(): void;
  /** Nothing waits, nothing runs. */
  isIdle(): boolean;
  /** Aborts what runs, without recording outcomes: the next start recovers. */
  stop(): Promise<void>;
}

export interface ActorOptions<State, Said, Input, Event, Effect extends { id: string }> {
  stream: string;
  machine: Machine<State, Input, Event, Effect>;
  state: State;
  version: number;
  /** Time of the stream's newest event; empty for a new one. */
  lastAt: string;
  journal: Journal;
  log: Log;
  now(): string;
  /** The input as the machine takes it, with the time it was taken. */
  stamp(said: Said, at: string): Input;
  refuse?(state: State, input: Input): ErrorBody | undefined;
  perform(effect: Effect, context: PerformContext<State>): Promise<Said | undefined>;
  /** The state has changed. */
  changed?(state: State): void;
}

export interface PerformContext<State> {
  signal: AbortSignal;
  state(): State;
}

interface Entry<Said, Event> {
  said: Said;
  caller: string;
  causation_id: string | null;
  /** The effect whose outcome this is. */
  effect_id: string | null;
  resolve(taken: Taken<Event>): void;
  reject(error: unknown): void;
}

export function startActor<
  State,
  Said,
  Input,
  Event extends StoredEvent,
  Effect extends { id: string },
>(options: ActorOptions<State, Said, Input, Event, Effect>): Actor<State, Said, Event> {
  const { stream, machine, journal, log } = options;
  let { state, version, lastAt } = options;
  let isTaking = false;
  let isStopped = false;
  let hasBegun = false;
  const mailbox: Entry<Said, Event>[] = [];
  const running = new Map<string, { abort: AbortController; done: Promise<void> }>();
  const retries = new Set<ReturnType<typeof setTimeout>>();

  /** Times ascend strictly within a stream, whatever the clock does. */
  function nextAt(): string {
    const now = options.now();
    lastAt = now > lastAt ? now : new Date(Date.parse(lastAt) + 1).toISOString();
    return lastAt;
  }

  async function drain(): Promise<void> {
    if (isTaking) return;
    isTaking = true;
    for (let entry = mailbox.shift(); entry; entry = mailbox.shift()) await takeOne(entry);
    isTaking = false;
  }

  async function takeOne(entry: Entry<Said, Event>): Promise<void> {
    if (isStopped) return entry.reject(new JameyError("unavailable", "The daemon is stopping."));
    const at = nextAt();
    const input = options.stamp(entry.said, at);
    const refused = options.refuse?.(state, input);
    if (refused) return entry.reject(new JameyError(refused.code, refused.message, refused));
    const happened = machine.decide(state, input);
    let seq = 0;
    if (happened.length > 0) {
      try {
        const { caller, causation_id } = entry;
        const append = { stream, expected_version: version, events: happened };
        const rows = await journal.append({ ...append, at, caller, causation_id });
        seq = rows[rows.length - 1]?.seq ?? 0;
      } catch (thrown) {
        return notCommitted(entry, thrown);
      }
      version += happened.length;
      state = happened.reduce(machine.apply, state);
    }
    if (entry.effect_id !== null) running.delete(entry.effect_id);
    if (happened.length > 0) options.changed?.(state);
    reconcile();
    entry.resolve({ happened, seq });
  }

  function notCommitted(entry: Entry<Said, Event>, thrown: unknown): void {
    const error = toErrorBody(thrown);
    log.error("could not commit", { stream, code: error.code, reason: error.message });
    if (entry.effect_id === null) return entry.reject(thrown);
    const timer = setTimeout(() => {
      retries.delete(timer);
      mailbox.push(entry);
      void drain();
    }, COMMIT_RETRY_MS);
    retries.add(timer);
  }

  function reconcile(): void {
    if (!hasBegun || isStopped) return;
    const wanted = new Map(machine.outstanding(state).map((effect) => [effect.id, effect]));
    for (const [id, run] of running) {
      if (wanted.has(id)) continue;
      running.delete(id);
      run.abort.abort();
    }
    for (const [id, effect] of wanted) if (!running.has(id)) start(effect);
  }

  function start(effect: Effect): void {
    const abort = new AbortController();
    const context = { signal: abort.signal, state: () => state };
    const done = options.perform(effect, context).then((said) => {
      // An aborted effect's outcome counts for nothing: it may since have started anew.
      if (said === undefined || abort.signal.aborted || isStopped) return;
      push(said, { caller: "effect", causation_id: effect.id, effect_id: effect.id }).catch(
        (thrown: unknown) => log.error("outcome refused", { stream, reason: String(thrown) }),
      );
    });
    running.set(effect.id, { abort, done });
  }

  function push(
    said: Said,
    from: { caller: string; causation_id: string | null; effect_id: string | null },
  ): Promise<Taken<Event>> {
    const { promise, resolve, reject } = Promise.withResolvers<Taken<Event>>();
    mailbox.push({ said, ...from, resolve, reject });
    void drain();
    return promise;
  }

  return {
    state: () => state,
    take(said, from) {
      if (mailbox.length >= MAX_MAILBOX) {
        const message = `${MAX_MAILBOX} commands already wait for ${stream}; try again later.`;
        return Promise.reject(new JameyError("overloaded", message));
      }
      return push(said, { ...from, effect_id: null });
    },
    begin() {
      hasBegun = true;
      reconcile();
    },
    isIdle: () =>
      mailbox.length === 0 && running.size === 0 && !isTaking && retries.size === 0,
    async stop() {
      isStopped = true;
      for (const timer of retries) clearTimeout(timer);
      for (const run of running.values()) run.abort.abort();
      await Promise.all([...running.values()].map((run) => run.done));
    },
  };
}
