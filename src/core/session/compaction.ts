// When a history is too long for its model, and what is left of it. Pure.
import type { Message } from "../../protocol/messages.ts";
import { estimatedTokens, shownHistory } from "./history.ts";
import type { SessionActorState, Turn } from "./state.ts";

/** Share of the limit that the newest messages keep, unsummarised. */
const KEPT_SHARE = 0.25;
/** Share of a model's context that a history may fill before it is compacted. */
const FULL_SHARE = 0.8;
/** Fewer new messages than this are not worth a summary. */
const MIN_MESSAGES = 4;
/** Compactions before one model call; a history that is still too long then goes to it as it is. */
const MAX_COMPACTIONS = 8;
/** Characters of one message that the summary is made from. */
const MAX_QUOTED_CHARACTERS = 4_000;

export const COMPACTION_PROMPT =
  "Summarise the conversation below for the one who continues it: the goal, what was decided and " +
  "done, what was found (names, paths, numbers exactly), what is open. Answer with the summary only.";

/** The messages to summarise now, or undefined when the history is short enough. */
export function dueCompaction(state: SessionActorState, turn: Turn): Message[] | undefined {
  const limit = compactionLimit(turn);
  if (limit === undefined || turn.compactions >= MAX_COMPACTIONS) return undefined;
  const history = shownHistory(state);
  if (estimatedTokens(history) <= limit) return undefined;
  const cut = cutPoint(history, limit);
  return cut < MIN_MESSAGES ? undefined : history.slice(0, cut);
}

function compactionLimit(turn: Turn): number | undefined {
  const { config, context_tokens } = turn.agent;
  if (config.compact_above_tokens !== null) return config.compact_above_tokens;
  return context_tokens === null ? undefined : context_tokens * FULL_SHARE;
}

/**
 * Where the kept part begins: never inside a round, so that no result loses its call. A newest round,
 * which no model has seen yet, is kept whole where it fits.
 */
function cutPoint(history: Message[], limit: number): number {
  let cut = history.length - 1;
  let kept = 0;
  while (cut > 0) {
    const message = history[cut];
    if (message) kept += estimatedTokens([message]);
    if (kept > limit * KEPT_SHARE) break;
    cut -= 1;
  }
  let next = cut;
  while (next < history.length && history[next]?.role === "tool") next += 1;
  if (next < history.length) return next;
  while (cut > 0 && history[cut]?.role === "tool") cut -= 1;
  return estimatedTokens(history.slice(cut)) <= limit ? cut : next;
}

/** The last message that a summary stands for; a result made up for the model is in no conversation. */
export function lastCompacted(messages: Message[], conversation: Message[]): string {
  const ids = new Set(conversation.map((one) => one.message_id));
  return messages.findLast((one) => ids.has(one.message_id))?.message_id ?? "";
}

/** The messages as one text, each bounded. */
export function transcriptOf(messages: Message[]): string {
  return messages.map(quoted).join("\n\n");
}

function quoted(message: Message): string {
  const calls = message.tool_calls.map(
    (call) => `[calls ${call.name} ${JSON.stringify(call.args)}]`,
  );
  const text = [message.content, ...calls].filter(Boolean).join("\n");
  const short =
    text.length > MAX_QUOTED_CHARACTERS
      ? `${text.slice(0, MAX_QUOTED_CHARACTERS)} … (${text.length - MAX_QUOTED_CHARACTERS} more)`
      : text;
  return `${message.role}: ${short}`;
}

/** What stands in for a summary that no model would write. */
export function plainSummary(messages: Message[]): string {
  const asked = messages.filter((one) => one.role === "user" && one.message_id !== "summary");
  const before = messages.find((one) => one.message_id === "summary");
  const lines = asked.slice(-20).map((one) => `- ${one.content.slice(0, 200)}`);
  return [
    `${messages.length} earlier messages are left out. The human asked:`,
    ...lines,
    ...(before ? [before.content.slice(0, MAX_QUOTED_CHARACTERS)] : []),
  ].join("\n");
}
