// What is known of OpenAI's models by their names: which reason, and how to say how much.
import type { Effort } from "../core/model.ts";

/** Models that take an effort and give reasoning back. Unknown names count as models that do not. */
export function canReason(model: string): boolean {
  const name = model.replace(/^ft:/, "");
  return /^(o[1-9]|gpt-([5-9]|\d\d)|codex)/.test(name) && !/chat/.test(name);
}

type OpenAIEffort = "none" | "minimal" | "low" | "high" | "xhigh";

/** undefined sends nothing: the human did not ask, or the model would refuse. */
export function openaiEffort(model: string, effort: Effort | undefined): OpenAIEffort | undefined {
  if (effort === undefined || !canReason(model)) return undefined;
  if (effort === "low" || effort === "high") return effort;
  const version = Number(/gpt-(\d+(?:\.\d+)?)/.exec(model)?.[1] ?? 0);
  if (effort === "max") return version >= 5.2 ? "xhigh" : "high";
  if (version >= 5.1) return "none";
  return version >= 5 ? "minimal" : "low";
}
