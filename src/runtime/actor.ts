// An actor: one machine over one stream. It takes one input at a time, commits what happened before
// anyone is told, folds it, and reconciles: aborts what is no longer outstanding, starts what is.
//
// 1. The mailbox is the lock: no half state. 2. An effect runs once for its id until its outcome is
// committed: an outcome that could not be committed is kept and tried again, never re-performed; one that
// no second try can commit is said to be broken, and where that fails too, the effect is given up.
// 3. `perform` never rejects. 4. A failed append changes nothing; a command is answered with the error.
// 5. One writer per stream: a stream at another version than its actor knows is the end of that actor.
import type { Machine } from "../core/machine.ts";
import { type ErrorBody, errorCodes, JameyError, toErrorBody } from "../protocol/errors.ts";
import type { StoredEvent } from "../protocol/events/index.ts";
import type { Log } from "./log.ts";
import { createMailbox } from "./mailbox.ts";
import { createRunning, type Run } from "./running.ts";
import type { Journal } from "./store/journal.ts";

/** Commands that may wait for one actor; outcomes are bounded by what is outstanding. */
export const MAX_MAILBOX = 1_000;
/** First wait before an outcome that could not be committed is tried again; doubled each time. */
const COMMIT_RETRY_MS = 500;
const MAX_COMMIT_RETRY_MS = 30_000;

export interface Taken<Event> {
  happened: Event[];
  /** The newest seq of what happened; 0 when nothing did. */
  seq: number;
}

export interface From {
  caller: string;
  causation_id: string | null;
}

export interface Actor<State, Said, Event> {
  state(): State;
  /** A command: rejects with a JameyError when refused or when it could not be committed. */
  take(said: Said, from: From): Promise<Taken<Event>>;
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
  perform(effect: Effect, context: PerformContext<State, Said>): Promise<Said | undefined>;
  /** The outcome that stands in for one that the journal will never take. */
  broken?(effect: Effect, error: ErrorBody): Said;
  /** What ends the effect where not even that could be committed. */
  abandon?(effect: Effect, error: ErrorBody, state: State): Said;
  /** The stream is not as this actor knows it. It has stopped; the next one begins from the journal. */
  lost?(): void;
  /** The state has changed. */
  changed?(state: State): void;
  commitRetryMs?: number;
}

export interface PerformContext<State, Said = never> {
  signal: AbortSignal;
  state(): State;
  /** What happens while the effect runs on: resolves when it is committed, rejects when it is not. */
  say(said: Said): Promise<unknown>;
}

interface Entry<Said, Event, Effect> {
  said: Said;
  from: From;
  /** The effect whose outcome this is; undefined for a command. */
  run: Run<Effect> | undefined;
  /** Times that an outcome could not be committed. */
  failures: number;
  /** The effect's own outcome, or what stands in for it. */
  resort: "own" | "broken" | "abandoned";
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
  const { stream, machine } = options;
  let { state, version } = options;
  let isStopped = false;
  let whyStopped = "The daemon is stopping.";
  let hasBegun = false;
  const nextAt = createClock(options.now, options.lastAt);
  const mailbox = createMailbox(take);
  const retries = createRetries(options, { push: mailbox.push, state: () => state });
  const running = createRunning<Effect, Said>({
    perform: (effect, signal) =>
      options.perform(effect, {
        signal,
        state: () => state,
        say: (said) => push(said, fromEffect(effect)),
      }),
    performed: (said, run) =>
      mailbox.push({ ...firstTry, ...unheard, said, from: fromEffect(run.effect), run }),
  });

  const push = (said: Said, from: From) =>
    new Promise<Taken<Event>>((resolve, reject) =>
      mailbox.push({ ...firstTry, said, from, run: undefined, resolve, reject }),
    );

  async function take(entry: Entry<Said, Event, Effect>): Promise<void> {
    if (isStopped || entry.run?.abort.signal.aborted) {
      return entry.reject(new JameyError("unavailable", whyStopped));
    }
    let happened: Event[] = [];
    let seq = 0;
    try {
      const at = nextAt();
      const input = options.stamp(entry.said, at);
      const refused = options.refuse?.(state, input);
      if (refused) throw new JameyError(refused.code, refused.message, refused);
      happened = machine.decide(state, input);
      const append = { stream, expected_version: version, events: happened, at, ...entry.from };
      const rows = happened.length === 0 ? [] : await options.journal.append(append).catch(failed);
      seq = rows[rows.length - 1]?.seq ?? 0;
    } catch (thrown) {
      return entry.run ? retries.add(entry, entry.run, thrown) : entry.reject(thrown);
    }
    version += happened.length;
    state = happened.reduce(machine.apply, state);
    if (entry.run) running.finish(entry.run);
    if (happened.length > 0) options.changed?.(state);
    reconcile();
    entry.resolve({ happened, seq });
  }

  /** Rule 5: the same append would be refused for ever. */
  function failed(thrown: unknown): never {
    if (options.lost && toErrorBody(thrown).code === "conflict" && !isStopped) {
      isStopped = true;
      whyStopped = `${stream} begins again from the journal: try once more.`;
      retries.stop();
      void running.stop();
      options.lost();
    }
    throw thrown;
  }

  function reconcile(): void {
    if (hasBegun && !isStopped) running.reconcile(machine.outstanding(state));
  }

  return {
    state: () => state,
    take: (said, from) =>
      mailbox.count() < MAX_MAILBOX ? push(said, from) : Promise.reject(overloaded(stream)),
    begin() {
      hasBegun = true;
      reconcile();
    },
    isIdle: () => mailbox.isIdle() && running.isEmpty() && retries.count() === 0,
    async stop() {
      isStopped = true;
      retries.stop();
      await Promise.all([running.stop(), mailbox.settled()]);
    },
  };
}

function overloaded(stream: string): JameyError {
  const message = `${MAX_MAILBOX} commands already wait for ${stream}; try again later.`;
  return new JameyError("overloaded", message);
}

const ignore = () => undefined;
const unheard = { resolve: ignore, reject: ignore };
const fromEffect = ({ id }: { id: string }): From => ({ caller: "effect", causation_id: id });
const firstTry = { failures: 0, resort: "own" as const };

/** Times ascend strictly within a stream, whatever the clock does. */
function createClock(now: () => string, lastAt: string): () => string {
  let last = lastAt;
  return () => {
    const at = now();
    last = at > last ? at : new Date(Date.parse(last) + 1).toISOString();
    return last;
  };
}

/** Outcomes that could not be committed: kept, and tried again until they are. Rule 2. */
function createRetries<State, Said, Input, Event, Effect extends { id: string }>(
  options: ActorOptions<State, Said, Input, Event, Effect>,
  actor: { push: (entry: Entry<Said, Event, Effect>) => void; state: () => State },
) {
  const { stream, log, broken, abandon, commitRetryMs = COMMIT_RETRY_MS } = options;
  const timers = new Set<ReturnType<typeof setTimeout>>();
  let hasStopped = false;
  return {
    count: () => timers.size,
    add(entry: Entry<Said, Event, Effect>, { effect }: Run<Effect>, thrown: unknown): void {
      const error = toErrorBody(thrown);
      const { code, message: reason } = error;
      log.error("could not commit an outcome", { stream, effect: effect.id, code, reason });
      if (!errorCodes[code].retryable) {
        const failures = entry.failures + 1;
        if (broken && entry.resort === "own") {
          const said = broken(effect, error);
          return actor.push({ ...entry, failures, resort: "broken", said });
        }
        if (abandon && entry.resort !== "abandoned") {
          const said = abandon(effect, error, actor.state());
          return actor.push({ ...entry, failures, resort: "abandoned", said });
        }
        // It waits for the next start: performing it again would be worse.
        return;
      }
      if (hasStopped) return;
      const ms = Math.min(MAX_COMMIT_RETRY_MS, commitRetryMs * 2 ** entry.failures);
      const timer = setTimeout(() => {
        timers.delete(timer);
        actor.push({ ...entry, failures: entry.failures + 1 });
      }, ms);
      timers.add(timer);
    },
    stop(): void {
      hasStopped = true;
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}
