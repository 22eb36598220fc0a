// Who came and who went: said to the environment's machine one after the other, so that however many go at
// once, the mailbox of its actor refuses none of them. Stream: `environment`.
import type { EnvironmentCommand } from "../core/environment/machine.ts";
import { JameyError, messageOf } from "../protocol/errors.ts";
import { MAX_CONNECTIONS } from "../protocol/limits.ts";
import type { EnvironmentActor } from "./environment-actor.ts";
import type { Log } from "./log.ts";

/** Comings and goings that wait for the journal; above it nobody more may come. */
const MAX_UNSAID = 2 * MAX_CONNECTIONS;

export interface Comings {
  /** Throws `overloaded` where too much waits already. Whoever has come may always go: those are few enough. */
  requireRoom(): void;
  say(input: EnvironmentCommand): void;
  /** Resolves when nothing waits. */
  said(): Promise<void>;
}

export function startComings({
  actor,
  log,
}: {
  actor: Pick<EnvironmentActor, "take">;
  log: Log;
}): Comings {
  const waiting: EnvironmentCommand[] = [];
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
