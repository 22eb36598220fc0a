// What the members of a group are told, and what is read out of what they say. English, plain, the same for
// every model.
import type { ErrorBody } from "../../protocol/errors.ts";
import type { Json, Message } from "../../protocol/messages.ts";
import type { Answer } from "./group.ts";

/** Messages of the conversation before, and UTF-16 units of each, that a member is shown. */
const MAX_SHOWN_MESSAGES = 20;
const MAX_SHOWN_LENGTH = 4_000;

/** The newest message, with the conversation before it: members begin without one. */
export function taskOf(conversation: Message[]): string {
  const newest = conversation.at(-1)?.content ?? "";
  const before = conversation
    .slice(0, -1)
    .filter(({ role, content }) => (role === "user" || role === "assistant") && content !== "")
    .slice(-MAX_SHOWN_MESSAGES)
    .map(({ role, content }) => `${role}: ${shortened(content)}`);
  if (before.length === 0) return newest;
  return `The conversation so far:\n\n${before.join("\n\n")}\n\nThe newest message:\n\n${newest}`;
}

function shortened(text: string): string {
  if (text.length <= MAX_SHOWN_LENGTH) return text;
  return `${text.slice(0, MAX_SHOWN_LENGTH)} … (${text.length - MAX_SHOWN_LENGTH} characters more)`;
}

/** Answers under the names of those who gave them. */
export const quoted = (answers: Answer[]): string =>
  answers
    .map(({ member, output, success }) => `## ${member}\n${success ? output : "(gave no answer)"}`)
    .join("\n\n");

export const list = (names: string[]): string => names.join(", ");

/** The end of a group in which nobody who had to has answered. */
export function unanswered(answers: Answer[]): ErrorBody {
  const why = answers.map(({ output }) => output).join("; ");
  return {
    code: "tool_failed",
    message: `The group has no answer. ${why}`,
    details: { members: answers.map(({ member }) => member) },
  };
}

/** The JSON object that an answer is, or holds among other words. */
export function dataIn(text: string): { [key: string]: Json } {
  const from = text.indexOf("{");
  const until = text.lastIndexOf("}");
  if (from < 0 || until < from) return {};
  try {
    const read: unknown = JSON.parse(text.slice(from, until + 1));
    // JSON.parse makes nothing but JSON, and a text from brace to brace is an object.
    return read as { [key: string]: Json };
  } catch {
    // No JSON: who asks may look at the text itself.
    return {};
  }
}
