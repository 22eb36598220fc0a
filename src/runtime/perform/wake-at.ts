// Waits until a time. Long waits are cut: a timer beyond 24.8 days fires at once.
import type { EffectOf } from "../../core/effects.ts";
import type { Services } from "../services.ts";
import type { Context, Performed } from "./index.ts";

const MAX_WAIT_MS = 24 * 3_600_000;

export async function wakeAt(
  effect: EffectOf<"wake_at">,
  { signal, state }: Context,
  { world, signals }: Services,
): Performed {
  while (!signal.aborted) {
    const left = Date.parse(effect.at) - Date.parse(world.now());
    if (left <= 0) {
      const { session, turn } = state();
      if (!turn) return { type: "woke" };
      const at = { turn_id: turn.turn_id, session_id: session?.id ?? "" };
      return { type: "woke", partial: signals.answerOf(at), written: signals.writtenIn(at) };
    }
    await pause(Math.min(left, MAX_WAIT_MS), signal);
  }
  return undefined;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const stop = () => {
    clearTimeout(timer);
    resolve();
  };
  signal.addEventListener("abort", stop, { once: true });
  return promise.finally(() => signal.removeEventListener("abort", stop));
}
