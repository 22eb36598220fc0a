// Answers that must fit a JSON Schema: which one waits for its check, what the model is told before and
// after, and how a turn ends whose answers never fit. Pure; the check itself is an effect.
import type { OutputShape } from "../../protocol/agents.ts";
import type { ErrorBody } from "../../protocol/errors.ts";
import type { Message } from "../../protocol/messages.ts";
import type { SessionActorState } from "./state.ts";

/** Who speaks where the daemon tells the model what does not fit: no human said it. */
export const SCHEMA = "schema";

/** UTF-16 units of an answer that did not fit, as the error of its turn carries it. */
const MAX_RAW_LENGTH = 64 * 1024;

/** The turn's answer that nobody has held against its schema yet. */
export function uncheckedAnswer({ turn, session }: SessionActorState): Message | undefined {
  if (!turn?.settings.output || turn.model || turn.calls.length > 0) return undefined;
  const last = session?.conversation.at(-1);
  return last?.role === "assistant" && last.turn_id === turn.turn_id ? last : undefined;
}

/**
 * What the model is told in its system prompt. That is all: the vendors' own switches take other parts of
 * JSON Schema each, refuse older models, and one of them forbids tool calls. The check holds for every vendor.
 */
export function schemaPrompt({ schema }: OutputShape): string {
  return (
    "Your final answer must be exactly one JSON document that fits the JSON Schema below: nothing before " +
    `it, nothing after it, no code fence.\n${JSON.stringify(schema)}`
  );
}

/** How often answers of this turn were sent back. */
export const timesSentBack = (conversation: Message[], turn_id: string): number =>
  conversation.filter((one) => one.turn_id === turn_id && isSentBack(one)).length;

const isSentBack = ({ role, name }: Message): boolean => role === "user" && name === SCHEMA;

/** The answer goes back to the model with what is wrong with it. */
export function sentBack(answer: Message, problems: string[], at: string): Message {
  const lines = problems.map((problem) => `- ${problem}`).join("\n");
  return {
    ...answer,
    message_id: `${answer.message_id}_s`,
    role: "user",
    content: `Your answer does not fit the JSON Schema:\n${lines}\nAnswer again with the whole JSON document and nothing else.`,
    name: SCHEMA,
    tool_calls: [],
    attachments: [],
    reasoning: null,
    created_at: at,
  };
}

/** The end of a turn whose answer does not fit. */
export function misfit(answer: Message, problems: string[]): ErrorBody {
  const [first = "it is not known why", ...more] = problems;
  const others = more.length === 0 ? "" : ` (and ${more.length} more)`;
  return {
    code: "bad_data",
    message: `The answer does not fit its JSON Schema: ${first}${others}.`,
    details: { problems, raw: answer.content.slice(0, MAX_RAW_LENGTH) },
  };
}
