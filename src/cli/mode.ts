// Which of its lives a `jamey` without a subcommand begins: decided by arguments and terminals alone.
import type { JameyError } from "../protocol/errors.ts";
import { usageError } from "./arguments.ts";
import { suggest } from "./suggest.ts";

export interface ModeQuestion {
  words: readonly string[];
  /** -p was given. */
  hasPromptFlag: boolean;
  /** --stdin was given. */
  isStdinExplicit: boolean;
  isStdinTerminal: boolean;
  isStdoutTerminal: boolean;
  commands: readonly string[];
}

export type Mode =
  | { type: "one_shot"; words: readonly string[] }
  | { type: "interactive" }
  | { type: "wrong"; error: JameyError };

export function chooseMode(question: ModeQuestion): Mode {
  const { words, hasPromptFlag, isStdinExplicit, isStdinTerminal, isStdoutTerminal } = question;
  const [first] = words;
  if (hasPromptFlag || isStdinExplicit) return { type: "one_shot", words };
  if (first !== undefined) {
    const isPrompt = first === "-" || /\S\s+\S/.test(first);
    return isPrompt ? { type: "one_shot", words } : unknownCommand(first, question.commands);
  }
  if (!isStdinTerminal) return { type: "one_shot", words };
  if (isStdoutTerminal) return { type: "interactive" };
  return {
    type: "wrong",
    error: usageError(
      "No prompt, and stdout is no terminal. Give one: jamey -p 'text', or pipe it in.",
    ),
  };
}

function unknownCommand(word: string, commands: readonly string[]): Mode {
  const close = suggest(word, commands);
  const meant = close ? ` Did you mean 'jamey ${close}'?` : "";
  return {
    type: "wrong",
    error: usageError(
      `Unknown command '${word}'.${meant} For a prompt use 'jamey run ${word}'. See 'jamey --help'.`,
    ),
  };
}
