// When a failed model call is tried again: doubling waits, the vendor's own word first, both bounded.
import type { AgentConfig } from "../../protocol/agents.ts";

const MAX_WAIT_MS = 60_000;

/** Milliseconds to wait before the next attempt, or undefined when there is none. */
export function retryDelay(options: {
  /** Failures of this call so far, this one included. */
  failures: number;
  isRetryable: boolean;
  retryAfterMs: number | undefined;
  config: AgentConfig;
}): number | undefined {
  const { failures, isRetryable, retryAfterMs, config } = options;
  if (!isRetryable || failures >= config.max_model_attempts) return undefined;
  if (retryAfterMs !== undefined) {
    return retryAfterMs <= config.max_retry_after_ms ? Math.max(0, retryAfterMs) : undefined;
  }
  return Math.min(MAX_WAIT_MS, config.retry_base_ms * 2 ** (failures - 1));
}
