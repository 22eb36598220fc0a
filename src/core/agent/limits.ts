// The limits of a turn: what is counted, and the error that names the one reached.
import type { ErrorBody } from "../../protocol/errors.ts";
import type { Session } from "../session/session.ts";
import type { Turn } from "../session/state.ts";
import { later } from "../time.ts";

/** The error of a turn that reached a limit: it names the limit and its value. */
export function limitReached(limit: Limit, value: number): ErrorBody {
  return { code: "limit_reached", message: messages[limit](value), details: { limit, value } };
}

type Limit = "model_calls" | "tool_rounds" | "tokens" | "cost_usd" | "wall_ms" | "output_tokens";

const reached = (amount: string, setting: string): string =>
  `The turn reached its limit of ${amount} (${setting}).`;

/** Each names the setting that raises it. */
const messages: Record<Limit, (value: number) => string> = {
  model_calls: (value) => reached(counted(value, "model call"), "max_iterations"),
  tool_rounds: (value) => reached(counted(value, "tool round"), "max_tool_iterations"),
  tokens: (value) => reached(counted(value, "token"), "max_tokens"),
  cost_usd: (value) => reached(`$${value}`, "max_cost_usd"),
  wall_ms: (value) => reached(`${value / 1000} s of work`, "max_wall_ms"),
  output_tokens: (value) =>
    `The answer was cut off at the model's own limit, after ${counted(value, "output token")}.`,
};

const counted = (count: number, thing: string): string =>
  `${count} ${thing}${count === 1 ? "" : "s"}`;

/** The limit that the turn and all below it have reached by now: checked before anything is asked. */
export function reachedLimit(
  turn: Turn,
  session: Pick<Session, "state">,
  at: string,
): ErrorBody | undefined {
  const { max_tokens, max_cost_usd, max_wall_ms, max_iterations } = turn.agent.config;
  // The engine counts the agent's own; those of everybody who was called come on top.
  const calls = session.state.iteration_count + turn.child_model_calls;
  if (turn.child_model_calls > 0 && calls >= max_iterations) {
    return limitReached("model_calls", max_iterations);
  }
  if (max_tokens !== null && turn.tokens >= max_tokens) return limitReached("tokens", max_tokens);
  if (max_cost_usd !== null && turn.cost_usd >= max_cost_usd) {
    return limitReached("cost_usd", max_cost_usd);
  }
  if (max_wall_ms !== null && activeMs(turn, at) >= max_wall_ms) {
    return limitReached("wall_ms", max_wall_ms);
  }
  return undefined;
}

/** Milliseconds that the turn has worked: not while a human was awaited or the daemon was away. */
function activeMs(turn: Turn, at: string): number {
  const until = turn.waiting_since ?? at;
  return Date.parse(until) - Date.parse(turn.started_at) - turn.paused_ms;
}

/** When the wall limit ends the turn if nothing else does; null while only a human is awaited. */
export function wallDeadline(turn: Turn): string | null {
  const { max_wall_ms } = turn.agent.config;
  if (max_wall_ms === null || turn.waiting_since !== null) return null;
  return later(turn.started_at, turn.paused_ms + max_wall_ms);
}
