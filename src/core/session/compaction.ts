// When a history is too long for its model, and what is left of it. Pure.
import type { Message } from "../../protocol/messages.ts";
import { estimatedTokens, SUMMARY_ID, shownHistory } from "./history.ts";
import type { SessionActorState, Turn } from "./state.ts";

/** Share of the limit that the newest messages keep, unsummarised. */
const KEPT_SHARE = 0.25;
/** Share of a model's context that a history may fill before it is compacted. */
const FULL_SHARE = 0.8;
/** Tokens of context that a model is taken to have where nobody knows. */
export const DEFAULT_CONTEXT_TOKENS = 125_000;
/** Share of a history that may be left where its vendor found it too long, whatever we had estimated. */
const LEFT_SHARE = 0.5;
/** Compactions before one model call; a history that is still too long then goes to it as it is. */
const MAX_COMPACTIONS = 8;
/** Characters of one message that the summary is made from. */
const MAX_QUOTED_CHARACTERS = 4_000;

export const COMPACTION_PROMPT =
  "Summarise the conversation below for the one who continues it: the goal, what was decided and " +
  "done, what was found (names, paths, numbers exactly), what is open. Answer with the summary only.";

/** The messages to summarise now, or undefined when the history is short enough. */
export function dueCompaction(state: SessionActorState, turn: Turn): Message[] | undefined {
  if (turn.compactions >= MAX_COMPACTIONS) return undefined;
  const history = shownHistory(state);
  const tokens = estimatedTokens(history);
  const isFull = turn.full !== null && !turn.full.isCompacted;
  const limit = isFull
    ? Math.min(compactionLimit(turn), tokens * LEFT_SHARE)
    : compactionLimit(turn);
  if (tokens <= limit) return undefined;
  const older = history.slice(0, cutPoint(history, limit));
  // A summary of the summary alone would win nothing.
  return older.some((one) => one.message_id !== SUMMARY_ID) ? older : undefined;
}

function compactionLimit(turn: Turn): number {
  const { config, context_tokens } = turn.agent;
  return config.compact_above_tokens ?? (context_tokens ?? DEFAULT_CONTEXT_TOKENS) * FULL_SHARE;
}

/**
 * Where the kept part begins: never inside a round, so that no result loses its call. The newest message
 * is always kept; a newest round, which no model has seen yet, is kept whole where it fits.
 */
function cutPoint(history: Message[], limit: number): number {
  let cut = roundStart(history, history.length);
  const newest = estimatedTokens(history.slice(cut));
  if (history.length - cut > 1 && newest > limit) return history.length;
  let kept = newest;
  while (cut > 0) {
    const start = roundStart(history, cut);
    kept += estimatedTokens(history.slice(start, cut));
    if (kept > limit * KEPT_SHARE) break;
    cut = start;
  }
  return cut;
}

/** Where the message or round begins that ends before this place. */
function roundStart(history: Message[], end: number): number {
  let start = end - 1;
  while (start > 0 && history[start]?.role === "tool") start -= 1;
  return Math.max(0, start);
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
  const asked = messages.filter((one) => one.role === "user" && one.message_id !== SUMMARY_ID);
  const before = messages.find((one) => one.message_id === SUMMARY_ID);
  const lines = asked.slice(-20).map((one) => `- ${one.content.slice(0, 200)}`);
  return [
    `${messages.length} earlier messages are left out. The human asked:`,
    ...lines,
    ...(before ? [before.content.slice(0, MAX_QUOTED_CHARACTERS)] : []),
  ].join("\n");
}
