// --timeout before there is a turn to cancel: input and the daemon are waited for no longer than that either.
import { JameyError } from "../../protocol/errors.ts";
import type { Arguments } from "../input/arguments.ts";
import { noAnswer } from "./watch-turn.ts";

export interface Deadline {
  /** The value, or the time limit as an error; what it came from is left alone then. */
  within<Value>(work: Promise<Value>): Promise<Value>;
  /** What is left of the time; undefined without a limit. Throws once it is over. */
  leftMs(): number | undefined;
}

export function startDeadline(given: Arguments, wholeMs: number | undefined): Deadline {
  const endsAt = wholeMs === undefined ? undefined : performance.now() + wholeMs;

  function late(): JameyError {
    const { code, message } = noAnswer(given);
    return new JameyError(code, message);
  }

  function leftMs(): number | undefined {
    if (endsAt === undefined) return undefined;
    const left = endsAt - performance.now();
    if (left <= 0) throw late();
    return left;
  }

  return {
    leftMs,
    async within(work) {
      const left = leftMs();
      if (left === undefined) return await work;
      const { promise, reject } = Promise.withResolvers<never>();
      const timer = setTimeout(() => reject(late()), left);
      // Given up, it may still fail.
      work.catch(() => undefined);
      return await Promise.race([work, promise]).finally(() => clearTimeout(timer));
    },
  };
}
