// Performs effects: one function per effect of the core. Never rejects: whatever goes wrong becomes the
// outcome that says so.
import type { Effect } from "../../core/effects.ts";
import type { SessionCommand, SessionOutcome } from "../../core/session/inputs.ts";
import type { SessionActorState } from "../../core/session/state.ts";
import { type ErrorBody, toErrorBody } from "../../protocol/errors.ts";
import type { PerformContext } from "../actor.ts";
import type { Services } from "../services.ts";
import type { Said } from "../sessions.ts";
import { callModel } from "./call-model.ts";
import { checkAnswer } from "./check-answer.ts";
import { delegate } from "./delegate.ts";
import { prepareTurn } from "./prepare-turn.ts";
import { checkTool, runTool } from "./tools.ts";
import { wakeAt } from "./wake-at.ts";

export type Context = PerformContext<SessionActorState, Said>;
/** undefined: there is nothing to say, because the effect was aborted. */
export type Performed = Promise<SessionOutcome | undefined>;

/** One function per effect; a missing one does not compile. */
const performers: {
  [Type in Effect["type"]]: (
    effect: Extract<Effect, { type: Type }>,
    context: Context,
    services: Services,
  ) => Performed;
} = {
  prepare_turn: prepareTurn,
  call_model: callModel,
  check_tool: checkTool,
  run_tool: runTool,
  delegate,
  check_answer: checkAnswer,
  wake_at: wakeAt,
};

/** The outcome of an effect that broke. */
export function broken(effect: Effect, error: ErrorBody): SessionOutcome {
  switch (effect.type) {
    case "prepare_turn":
      return { type: "prepare_failed", turn_id: effect.turn_id, error };
    case "call_model": {
      const { call_id, attempt } = effect;
      const failed = { type: "model_failed" as const, call_id, attempt, error };
      return { ...failed, isRetryable: false, retryAfterMs: undefined };
    }
    case "check_tool": {
      const check = { valid: false as const, problem: error.message };
      return { type: "tool_checked", call_id: effect.call_id, check };
    }
    case "run_tool": {
      const output = { output: error.message, success: false, outcome: "failed" as const };
      return {
        type: "tool_finished",
        call_id: effect.call_id,
        output: { ...output, output_bytes: error.message.length, spilled_to: null },
        duration_ms: 0,
      };
    }
    case "delegate": {
      const output = `No answer: ${error.message}`;
      return {
        type: "delegated",
        call_id: effect.call_id,
        output,
        error,
        denial: null,
        duration_ms: 0,
      };
    }
    case "check_answer":
      return {
        type: "answer_checked",
        message_id: effect.message_id,
        problems: [`it could not be checked: ${error.message}`],
      };
    case "wake_at":
      return { type: "woke" };
  }
}

/** What ends an effect for good: its turn is cancelled. */
export function abandon(
  effect: Effect,
  error: ErrorBody,
  { turn }: SessionActorState,
): SessionCommand {
  const turn_id = effect.type === "wake_at" ? (turn?.turn_id ?? "") : effect.turn_id;
  const reason = `nothing of it could be kept: ${error.message}`;
  return { type: "cancel", turn_id, reason, written: {} };
}

export async function perform(effect: Effect, context: Context, services: Services): Performed {
  try {
    // The table has a function for each type, and each takes just that type: the cast only says so.
    const run = performers[effect.type] as (
      effect: Effect,
      context: Context,
      services: Services,
    ) => Performed;
    return await run(effect, context, services);
  } catch (thrown) {
    const error = toErrorBody(thrown);
    if (error.code === "internal") {
      const stack = thrown instanceof Error ? (thrown.stack ?? "") : "";
      services.log.error("effect broke", { effect: effect.id, reason: error.message, stack });
    }
    return broken(effect, error);
  }
}
