// The actor of the environment: its machine over its stream. Connections, schedules and rules say their part
// to it. What it sends comes from the stream alone, so that a message on its way survives the daemon.
import {
  type EnvironmentCommand,
  type EnvironmentState,
  environmentMachine,
} from "../core/environment/machine.ts";
import { errorCodes, messageOf } from "../protocol/errors.ts";
import type { EnvironmentEvent, EventPayload, StoredRow } from "../protocol/events/index.ts";
import { type Actor, startActor } from "./actor.ts";
import type { Caller } from "./caller.ts";
import type { Answer, Handle } from "./handle.ts";
import type { Log } from "./log.ts";
import type { Journal } from "./store/journal.ts";

export const ENVIRONMENT_STREAM = "environment";

export type EnvironmentActor = Actor<EnvironmentState, EnvironmentCommand, EnvironmentEvent>;

/** Attempts to send the message of a wake while the daemon is too busy for it. */
const MAX_SEND_ATTEMPTS = 5;
/** First wait before the next attempt; doubled each time. */
const SEND_RETRY_MS = 500;

export interface EnvironmentActorOptions {
  journal: Journal;
  log: Log;
  now(): string;
  /** How a wake is said, and as whom: known when the runtime is put together. */
  door(): { handle: Handle; caller: Caller };
}

export function startEnvironmentActor(options: EnvironmentActorOptions): EnvironmentActor {
  let hasBegun = false;
  let actor = folded(options, lost);

  /** It begins again from the journal; who was refused is told to try once more. */
  function lost(): void {
    options.log.error("environment is not as the journal has it", {});
    actor = folded(options, lost);
    if (hasBegun) actor.begin();
  }

  return {
    state: () => actor.state(),
    take: (said, from) => actor.take(said, from),
    begin() {
      hasBegun = true;
      actor.begin();
    },
    isIdle: () => actor.isIdle(),
    stop: () => actor.stop(),
  };
}

function folded(options: EnvironmentActorOptions, lost: () => void): EnvironmentActor {
  const { journal, log } = options;
  let state: EnvironmentState = environmentMachine.initial;
  let lastAt = "";
  for (const row of journal.readStream(ENVIRONMENT_STREAM, 0)) {
    state = environmentMachine.apply(state, environmentEvent(row));
    lastAt = row.at;
  }
  return startActor({
    stream: ENVIRONMENT_STREAM,
    machine: environmentMachine,
    state,
    version: journal.version(ENVIRONMENT_STREAM),
    lastAt,
    journal,
    log,
    now: options.now,
    lost,
    stamp: (said: EnvironmentCommand, at) => ({ ...said, at }),
    async perform({ id }, { signal, state: current }) {
      const wake = current().schedules.find((one) => one.wake?.wake_id === id)?.wake;
      if (!wake) return undefined;
      const answer = await send(wake, options.door, signal).catch(broken);
      if (signal.aborted || answer === undefined) return undefined;
      const problem = answer.ok ? null : answer.payload.message;
      if (problem !== null) log.error("wake not sent", { po: wake.po_name, reason: problem });
      // SendMessage replies with the session that it began.
      const session_id = answer.ok ? (answer.payload as { session_id: string }).session_id : null;
      return { type: "woken", wake_id: id, session_id, problem };
    },
  });
}

const broken = (thrown: unknown): Answer => ({
  ok: false,
  type: "Error",
  payload: { code: "internal", message: messageOf(thrown), details: {} },
});

/** The same key each time: however often it is sent, it is one message. undefined: it was aborted. */
async function send(
  { wake_id, po_name, message }: EventPayload<"ScheduleFired">,
  door: () => { handle: Handle; caller: Caller },
  signal: AbortSignal,
): Promise<Answer | undefined> {
  const payload = { po_name, message, session_id: null, message_key: `wake:${wake_id}` };
  for (let attempt = 1; !signal.aborted; attempt += 1) {
    const { handle, caller } = door();
    const answer = await handle({ type: "SendMessage", payload }, caller);
    const mayRetry = !answer.ok && errorCodes[answer.payload.code].retryable;
    if (!mayRetry || attempt >= MAX_SEND_ATTEMPTS) return answer;
    await waitFor(SEND_RETRY_MS * 2 ** (attempt - 1), signal);
  }
  return undefined;
}

function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  signal.addEventListener("abort", () => resolve(), { once: true });
  return promise.finally(() => clearTimeout(timer));
}

/** A row of the environment's stream as its machine knows it: nobody else appends to that stream. */
function environmentEvent(row: StoredRow): EnvironmentEvent {
  return { type: row.type, payload: row.payload } as EnvironmentEvent;
}
