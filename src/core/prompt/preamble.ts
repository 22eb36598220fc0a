// What an object is told about a call of another object, as part of its system prompt: who calls, through
// whom, and why. What the caller says of itself and its reason are quoted: they are its words, not ours.
import type { ParentCall, SharedData } from "../../protocol/messages.ts";

/** Characters of a description or a reason. */
const MAX_QUOTED = 500;
/** Keys of shared data that are named. */
const MAX_SHARED = 20;

export function delegationPreamble(
  { chain, reason }: Pick<ParentCall, "chain" | "reason">,
  called: { name: string; description: string | undefined },
  shared: readonly Pick<SharedData, "key" | "short_description">[] = [],
): string {
  const caller = chain.at(-1) ?? "unknown";
  const { name, description } = called;
  return [
    `You are ${name}, and another agent calls you. No human reads this conversation.`,
    `- Caller: ${caller}${description ? ` (${quoted(description)})` : ""}`,
    `- Chain of calls: ${[...chain, name].join(" → ")}`,
    ...(reason ? [`- Why: ${quoted(reason)}`] : []),
    ...sharedLines(shared),
    "Your last answer goes back to the caller as the result of its call: make it complete in itself.",
  ].join("\n");
}

/** What is shared is named, never shown: whoever needs it reads it. */
function sharedLines(shared: readonly Pick<SharedData, "key" | "short_description">[]): string[] {
  if (shared.length === 0) return [];
  const named = shared
    .slice(0, MAX_SHARED)
    .map(({ key, short_description: what }) => (what === "" ? key : `${key} ${quoted(what)}`));
  const rest = shared.length > MAX_SHARED ? `, and ${shared.length - MAX_SHARED} more` : "";
  return [`- Shared data (get_data reads it): ${named.join(", ")}${rest}`];
}

const quoted = (text: string): string =>
  JSON.stringify(text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)} …` : text);
