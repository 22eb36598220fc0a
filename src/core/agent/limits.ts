// The limits of a turn: what is counted, and the error that names the one reached.
import type { AgentConfig } from "../../protocol/agents.ts";
import type { ErrorBody } from "../../protocol/errors.ts";
import type { TurnLimit } from "../../protocol/messages.ts";
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

/** Times that humans may give one turn more. */
export const MAX_LIMIT_EXTENSIONS = 10;

/** Whether a limit is asked about and not the end: only at the root of a tree, whose budget all below share. */
export function asksAtLimit(turn: Turn, { parent }: Pick<Session, "parent">): boolean {
  const { config, on_ask } = turn.agent;
  const isOpen = turn.extensions.length < MAX_LIMIT_EXTENSIONS;
  return config.on_limit === "ask" && on_ask === "queue" && parent === null && isOpen;
}

/** As an error carries it; undefined for one that nobody can raise. */
export function extensible({ details }: ErrorBody): { name: TurnLimit; value: number } | undefined {
  const name = turnLimits.find((one) => one === details.limit);
  return name && typeof details.value === "number" ? { name, value: details.value } : undefined;
}

const turnLimits: readonly TurnLimit[] = ["model_calls", "tokens", "cost_usd", "wall_ms"];

/** What the turn has used of it, in words. */
export function usedText(
  name: TurnLimit,
  { turn, session, at }: { turn: Turn; session: Pick<Session, "state">; at: string },
): string {
  const calls = session.state.iteration_count + turn.child_model_calls;
  const used = { model_calls: calls, tokens: turn.tokens, wall_ms: activeMs(turn, at) };
  return amountText(name, name === "cost_usd" ? turn.cost_usd : used[name]);
}

export const amountText = (name: TurnLimit, value: number): string => amounts[name](value);

const amounts: Record<TurnLimit, (value: number) => string> = {
  model_calls: (value) => counted(value, "model call"),
  tokens: (value) => counted(value, "token"),
  cost_usd: (value) => `$${Number(value.toFixed(6))}`,
  wall_ms: (value) => `${value / 1000} s of work`,
};

/** The limits with as much more. With more model calls come as many rounds of tools. */
export function extended(config: AgentConfig, limit: TurnLimit, by: number): AgentConfig {
  const plus = (held: number) => Math.min(Number.MAX_SAFE_INTEGER, held + by);
  const orNone = (held: number | null) => (held === null ? null : plus(held));
  switch (limit) {
    case "model_calls": {
      const { max_iterations, max_tool_iterations } = config;
      return {
        ...config,
        max_iterations: plus(max_iterations),
        max_tool_iterations: plus(max_tool_iterations),
      };
    }
    case "tokens":
      return { ...config, max_tokens: orNone(config.max_tokens) };
    case "cost_usd":
      return { ...config, max_cost_usd: orNone(config.max_cost_usd) };
    case "wall_ms":
      return { ...config, max_wall_ms: orNone(config.max_wall_ms) };
  }
}

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

/**
 * When the wall limit ends the turn if nothing else does; null while only a human is awaited, and where it is
 * asked about before the next step.
 */
export function wallDeadline(
  turn: Turn,
  session: Pick<Session, "parent"> | undefined,
): string | null {
  const { max_wall_ms } = turn.agent.config;
  if (max_wall_ms === null || turn.waiting_since !== null) return null;
  if (session && asksAtLimit(turn, session)) return null;
  return later(turn.started_at, turn.paused_ms + max_wall_ms);
}
