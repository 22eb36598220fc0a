// Who came and who went: said to the environment's machine one after the other, so that however many go at
// once, the mailbox of its actor refuses none of them. Stream: `environment`.
import {
  type EnvironmentInput,
  type EnvironmentState,
  environmentMachine,
} from "../core/environment/machine.ts";
import { JameyError, messageOf } from "../protocol/errors.ts";
import type { EnvironmentEvent, StoredRow } from "../protocol/events/index.ts";
import { MAX_CONNECTIONS } from "../protocol/limits.ts";
import { startActor } from "./actor.ts";
import type { Log } from "./log.ts";
import type { Journal } from "./store/journal.ts";

const STREAM = "environment";
/** Comings and goings that wait for the journal; above it nobody more may come. */
const MAX_UNSAID = 2 * MAX_CONNECTIONS;

export interface Comings {
  /** Throws `overloaded` where too much waits already. Whoever has come may always go: those are few enough. */
  requireRoom(): void;
  say(input: EnvironmentInput): void;
  /** Resolves when nothing waits. */
  said(): Promise<void>;
}

export function startComings(options: { journal: Journal; log: Log; now(): string }): Comings {
  const { log } = options;
  const actor = startEnvironmentActor(options);
  const waiting: EnvironmentInput[] = [];
  let saying: Promise<void> | undefined;

  async function sayAll(): Promise<void> {
    for (let input = waiting.shift(); input !== undefined; input = waiting.shift()) {
      try {
        await actor.take(input, { caller: "daemon", causation_id: null });
      } catch (thrown) {
        log.error("connector not kept", { reason: messageOf(thrown) });
      }
    }
    saying = undefined;
  }

  return {
    requireRoom() {
      if (waiting.length < MAX_UNSAID) return;
      throw new JameyError("overloaded", "Too many clients come and go: try again later.");
    },
    say(input) {
      waiting.push(input);
      saying ??= sayAll();
    },
    async said() {
      await saying;
    },
  };
}

function startEnvironmentActor(options: { journal: Journal; log: Log; now(): string }) {
  const { journal } = options;
  let state: EnvironmentState = environmentMachine.initial;
  let lastAt = "";
  for (const row of journal.readStream(STREAM, 0)) {
    state = environmentMachine.apply(state, environmentEvent(row));
    lastAt = row.at;
  }
  return startActor({
    stream: STREAM,
    machine: environmentMachine,
    state,
    version: journal.version(STREAM),
    lastAt,
    journal,
    log: options.log,
    now: options.now,
    stamp: (said: EnvironmentInput) => said,
    perform: () => Promise.resolve(undefined),
  });
}

/** A row of the environment's stream as its machine knows it: nobody else appends to that stream. */
function environmentEvent(row: StoredRow): EnvironmentEvent {
  return { type: row.type, payload: row.payload } as EnvironmentEvent;
}
