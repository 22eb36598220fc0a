// The actors of sessions: folded from the journal when they are needed, recovered before anything runs,
// let go when nothing waits in them.
import type { Effect } from "../core/effects.ts";
import type { SessionCommand, SessionInput, SessionOutcome } from "../core/session/inputs.ts";
import { refusal, sessionMachine } from "../core/session/machine.ts";
import { activityOf, type Happened, type SessionActorState } from "../core/session/state.ts";
import { type ErrorBody, JameyError, messageOf } from "../protocol/errors.ts";
import type { SessionEvent, StoredRow } from "../protocol/events/index.ts";
import type { Message, PoState } from "../protocol/messages.ts";
import { type Actor, type From, type PerformContext, startActor, type Taken } from "./actor.ts";
import type { Log } from "./log.ts";
import { type Journal, sessionStream } from "./store/journal.ts";

/** Actors kept in memory, and the text of their conversations in UTF-16 units; beyond either, those that
 * wait for nothing are let go, the longest unused first. */
const MAX_LOADED_SESSIONS = 256;
const MAX_LOADED_TEXT = 32 * 1024 * 1024;
/** Sessions that begin again by themselves because the journal had more of them than their actor knew. */
const MAX_BEGUN_AGAIN = 1_000;

export type Said = SessionCommand | SessionOutcome;

export interface Sessions {
  /** Begins a session with its first command; where that cannot be committed there is no session. */
  create(session_id: string, said: SessionCommand, from: From): Promise<Taken<Happened>>;
  /** Gives a command to a session that exists; rejects with `session_not_found` where none does. */
  take(session_id: string, said: SessionCommand, from: From): Promise<Taken<Happened>>;
  /** Recovers what was unfinished; one session that cannot be recovered does not hold up the others. */
  revive(session_ids: string[]): Promise<void>;
  /** The session as it is now, loaded and recovered; undefined where there is none. */
  open(session_id: string): Promise<SessionActorState | undefined>;
  /** The same without loading it, so that nothing of it runs. */
  peek(session_id: string): SessionActorState | undefined;
  /** Gives a command to a session that is not loaded, before anything of it runs. */
  conclude(session_id: string, said: SessionCommand): Promise<void>;
  /** No session does anything. */
  isIdle(): boolean;
  stop(): Promise<void>;
}

interface Loaded {
  actor: Actor<SessionActorState, Said, Happened>;
  /** Resolves when it is recovered and runs. */
  ready: Promise<void>;
  activity: PoState;
  /** Commands under way: as long as there are any it is not let go. */
  users: number;
  messages: number;
  textLength: number;
}

export interface SessionsOptions {
  /** Decides with what this daemon can answer; its fold is that of every session machine. */
  machine: typeof sessionMachine;
  journal: Journal;
  log: Log;
  now(): string;
  perform(
    effect: Effect,
    context: PerformContext<SessionActorState, Said>,
  ): Promise<SessionOutcome | undefined>;
  broken(effect: Effect, error: ErrorBody): SessionOutcome;
  abandon(effect: Effect, error: ErrorBody, state: SessionActorState): SessionCommand;
  /** A session is another than before. */
  changed(session_id: string, state: SessionActorState): void;
  /** A session does something else than before. */
  active(change: { session_id: string; po_name: string; activity: PoState }): void;
}

export function createSessions(options: SessionsOptions): Sessions {
  const { journal, log } = options;
  const sessions = new Map<string, Loaded>();
  const begunAgain = new Set<string>();

  const folded = (session_id: string) => fold(journal.readStream(sessionStream(session_id), 0));

  function load(session_id: string, { state, version }: Folded): Loaded {
    const actor = startActor<SessionActorState, Said, SessionInput, Happened, Effect>({
      ...options,
      stream: sessionStream(session_id),
      state,
      version,
      lastAt: state.last_at,
      stamp: (said, at) => ({ ...said, at }),
      refuse: refusal,
      changed: (next) => changed(session_id, loaded, next),
      lost: () => lost(session_id, loaded),
    });
    const loaded = asLoaded(actor);
    sessions.set(session_id, loaded);
    changed(session_id, loaded, state);
    if (loaded.activity === "idle") actor.begin();
    else loaded.ready = recover(loaded, () => forget(session_id, loaded));
    letGo(sessions, session_id);
    return loaded;
  }

  function forget(session_id: string, loaded: Loaded): void {
    if (sessions.get(session_id) !== loaded) return;
    sessions.delete(session_id);
    options.changed(session_id, sessionMachine.initial);
  }

  /** It begins again from the journal: by itself once, so that no turn runs in circles. */
  function lost(session_id: string, loaded: Loaded): void {
    log.error("session is not as the journal has it", { session_id });
    forget(session_id, loaded);
    if (begunAgain.has(session_id) || begunAgain.size >= MAX_BEGUN_AGAIN) return;
    begunAgain.add(session_id);
    void reviveOne(session_id, open, log);
  }

  function changed(session_id: string, loaded: Loaded, state: SessionActorState): void {
    if (state.isDeleted) sessions.delete(session_id);
    weigh(loaded, state);
    options.changed(session_id, state);
    const activity = activityOf(state);
    if (activity === loaded.activity || !state.session) return;
    loaded.activity = activity;
    options.active({ session_id, po_name: state.session.po_name, activity });
  }

  function open(session_id: string): Loaded | undefined {
    const known = touched(sessions, session_id);
    if (known) return known;
    const kept = folded(session_id);
    return existing(kept.state) ? load(session_id, kept) : undefined;
  }

  return {
    create: (session_id, said, from) => {
      const loaded = load(session_id, fold([]));
      return orElse(loaded.actor.take(said, from), () => forget(session_id, loaded));
    },
    async take(session_id, said, from) {
      const loaded = open(session_id);
      if (!loaded) throw new JameyError("session_not_found", `Session not found: ${session_id}`);
      return await takeReady(loaded, said, from);
    },
    async revive(session_ids) {
      for (const session_id of session_ids) await reviveOne(session_id, open, log);
    },
    open: (session_id) => stateOf(open(session_id)),
    peek: (session_id) =>
      existing(sessions.get(session_id)?.actor.state() ?? folded(session_id).state),
    conclude: (session_id, said) => conclude(options, session_id, said),
    isIdle: () => [...sessions.values()].every(isIdle),
    stop: () => stopAll(sessions),
  };
}

/** Where it fails, something is undone first. */
async function orElse<Out>(work: Promise<Out>, undo: () => void): Promise<Out> {
  try {
    return await work;
  } catch (thrown) {
    undo();
    throw thrown;
  }
}

async function stateOf(loaded: Loaded | undefined): Promise<SessionActorState | undefined> {
  await loaded?.ready;
  return loaded?.actor.state();
}

const existing = (state: SessionActorState): SessionActorState | undefined =>
  state.session && !state.isDeleted ? state : undefined;

async function takeReady(loaded: Loaded, said: SessionCommand, from: From) {
  loaded.users += 1;
  try {
    await loaded.ready;
    return await loaded.actor.take(said, from);
  } finally {
    loaded.users -= 1;
  }
}

async function conclude(
  { journal, now }: SessionsOptions,
  session_id: string,
  said: SessionCommand,
): Promise<void> {
  const stream = sessionStream(session_id);
  const { state, version } = fold(journal.readStream(stream, 0));
  const at = now();
  const events = sessionMachine.decide(state, { ...said, at });
  if (events.length === 0) return;
  const from = { caller: "daemon", causation_id: null };
  await journal.append({ stream, expected_version: version, events, at, ...from });
}

async function stopAll(sessions: Map<string, Loaded>): Promise<void> {
  await Promise.all([...sessions.values()].map(({ actor }) => actor.stop()));
}

const asLoaded = (actor: Loaded["actor"]): Loaded => ({
  actor,
  ready: Promise.resolve(),
  activity: "idle",
  users: 0,
  messages: 0,
  textLength: 0,
});

/** `revived` comes before anything runs: what had started and is not safe to repeat is not repeated. */
async function recover({ actor }: Loaded, forget: () => void): Promise<void> {
  try {
    await actor.take({ type: "revived" }, { caller: "daemon", causation_id: null });
    actor.begin();
  } catch (thrown) {
    forget();
    await actor.stop();
    throw thrown;
  }
}

async function reviveOne(
  session_id: string,
  open: (session_id: string) => Loaded | undefined,
  log: Log,
): Promise<void> {
  try {
    await open(session_id)?.ready;
  } catch (thrown) {
    log.error("session not revived", { session_id, reason: messageOf(thrown) });
  }
}

const isIdle = ({ actor, activity, users }: Loaded): boolean =>
  activity === "idle" && users === 0 && actor.isIdle();

/** The newest of all from now on. */
function touched(sessions: Map<string, Loaded>, session_id: string): Loaded | undefined {
  const known = sessions.get(session_id);
  if (known) {
    sessions.delete(session_id);
    sessions.set(session_id, known);
  }
  return known;
}

/** `newest` is what all this is done for: it stays. */
function letGo(sessions: Map<string, Loaded>, newest: string): void {
  let textLength = 0;
  for (const loaded of sessions.values()) textLength += loaded.textLength;
  for (const [session_id, loaded] of sessions) {
    if (sessions.size <= MAX_LOADED_SESSIONS && textLength <= MAX_LOADED_TEXT) return;
    if (session_id === newest || !isIdle(loaded)) continue;
    sessions.delete(session_id);
    textLength -= loaded.textLength;
  }
}

/** Counts what has joined the conversation since the last time. */
function weigh(loaded: Loaded, { session }: SessionActorState): void {
  const conversation = session?.conversation ?? [];
  for (const message of conversation.slice(loaded.messages)) loaded.textLength += textOf(message);
  loaded.messages = conversation.length;
}

const textOf = ({ content, tool_calls, reasoning }: Message): number =>
  content.length +
  (reasoning?.text.length ?? 0) +
  (tool_calls.length === 0 ? 0 : JSON.stringify(tool_calls).length);

interface Folded {
  state: SessionActorState;
  version: number;
}

function fold(rows: Iterable<StoredRow>): Folded {
  let state = sessionMachine.initial;
  let version = 0;
  for (const row of rows) {
    state = sessionMachine.apply(state, happenedOf(row));
    version = row.version;
  }
  return { state, version };
}

/** A row of a session's stream as its machine knows it. */
function happenedOf(row: StoredRow): Happened {
  const { type, payload, at } = row;
  // A session's stream holds only events of sessions: nobody else appends to it.
  return { type, payload, at } as SessionEvent & { at: string };
}
