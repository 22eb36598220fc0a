// The limits that may be given by who may not widen: each at most as wide as what holds without it.
import type { AgentConfig, TurnSettings } from "../protocol/agents.ts";

type Asked = TurnSettings["limits"];

/** Bigger is wider, null the widest. The two that are missing bound no work: they are not for agents. */
const ASCENDING = [
  "max_iterations",
  "max_tool_iterations",
  "reasoning_depth",
  "max_parallel_tools",
  "max_tokens",
  "max_cost_usd",
  "max_wall_ms",
  "max_model_attempts",
  "max_retry_after_ms",
  "request_deadline_ms",
  "max_delegation_depth",
  "max_delegations",
  "max_rounds",
] as const satisfies (keyof AgentConfig)[];

/** What is asked and not wider than `base`; the rest is left out, and so stays as it is. */
export function narrowedLimits(asked: Asked, base: AgentConfig): Asked {
  const limits: Asked = {};
  for (const key of ASCENDING) {
    const wanted = asked[key];
    const held = base[key];
    if (typeof wanted === "number" && (held === null || wanted < held)) limits[key] = wanted;
  }
  if (asked.enable_self_correction === false) limits.enable_self_correction = false;
  if (asked.on_limit === "end") limits.on_limit = "end";
  return limits;
}

/** What is asked and wider than `base`. */
export function widenedLimits(asked: Asked, base: AgentConfig): (keyof AgentConfig)[] {
  const wider: (keyof AgentConfig)[] = ASCENDING.filter((key) => {
    const wanted = asked[key];
    const held = base[key];
    return wanted !== undefined && held !== null && (wanted === null || wanted > held);
  });
  const isCorrecting = asked.enable_self_correction === true && !base.enable_self_correction;
  if (isCorrecting) wider.push("enable_self_correction");
  // Who is asked may give more than the limit.
  const isAsking = asked.on_limit === "ask" && base.on_limit !== "ask";
  return isAsking ? [...wider, "on_limit"] : wider;
}
