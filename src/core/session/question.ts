// The tool whose call is a question to a human: its name, its bounds, and how its arguments are read.
import type { ToolCall } from "../../protocol/messages.ts";

/** It runs nothing: the session itself turns a valid call into a human request. */
export const ASK_HUMAN = "ask_human";

/** What lets a question be asked where nobody was there to hear it. */
export const ASKED_WITH = "--on-ask queue";

/** Options that a question may offer. */
export const MAX_OPTIONS = 20;

export interface Question {
  kind: "question" | "secret";
  question: string;
  options: string[];
}

/** What a call asks; the tool's own check has refused what does not fit. */
export function readQuestion({ args }: ToolCall): Question {
  const fields = args !== null && typeof args === "object" && !Array.isArray(args) ? args : {};
  const options = Array.isArray(fields.options) ? fields.options : [];
  const isSecret = fields.kind === "secret";
  const text = typeof fields.question === "string" ? fields.question : "";
  // Whoever gives a secret sees what for, whatever the question says.
  const isNamed = isSecret && typeof fields.name === "string" && fields.name !== "";
  return {
    kind: isSecret ? "secret" : "question",
    question: isNamed ? `${text} (to be kept as ${JSON.stringify(fields.name)})` : text,
    options: options.filter((one) => typeof one === "string").slice(0, MAX_OPTIONS),
  };
}
