// Which of its lives a `jamey` without a subcommand begins: decided by arguments and terminals alone.
import type { JameyError } from "../protocol/errors.ts";
import { suggest } from "../protocol/suggest.ts";
import { type Arguments, type Flags, usageError } from "./input/arguments.ts";
import { isLanguage } from "./one-shot/code-blocks.ts";
import { chatFlags, interfaceFlags, oneShotFlags } from "./table/flags.ts";

export interface ModeQuestion {
  words: readonly string[];
  /** The whole line, to repeat it in advice, and where its first word stands; -1 after a `--`. */
  raw: readonly string[];
  wordAt: number;
  /** -p was given. */
  hasPromptFlag: boolean;
  /** -i was given. */
  isInteractive: boolean;
  /** -c or -r was given: what goes on is a conversation. */
  hasSession: boolean;
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
  if (question.isInteractive) {
    if (first === undefined) return { type: "interactive" };
    return { type: "wrong", error: twoPrompts(first) };
  }
  if (hasPromptFlag || isStdinExplicit) return { type: "one_shot", words };
  if (first !== undefined) {
    const isPrompt =
      first === "-" || /\S\s+\S/.test(first) || (question.hasSession && first.trim() !== "");
    return isPrompt ? { type: "one_shot", words } : unknownWord(first, question);
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

/** Beside that of -i. */
export const twoPrompts = (second: string): JameyError =>
  usageError(`-i has the prompt: '${second}' is one too many.`);

function unknownWord(word: string, { commands, raw, wordAt }: ModeQuestion): Mode {
  if (word.trim() === "") {
    const error = usageError(
      "The prompt is empty. Give one: jamey 'two words', or jamey -p 'text'.",
    );
    return { type: "wrong", error };
  }
  const close = suggest(word, commands);
  const meant = close ? ` Did you mean 'jamey ${close}'?` : "";
  return {
    type: "wrong",
    error: usageError(
      `Unknown command '${word}'.${meant} As a prompt it is: ${asPrompt(raw, wordAt)}. See 'jamey --help'.`,
    ),
  };
}

/** The line as it was, with `run` before its first word; a shell takes it as it stands. */
function asPrompt(raw: readonly string[], wordAt: number): string {
  const at = Math.max(wordAt, 0);
  return ["jamey", ...raw.slice(0, at), "run", ...raw.slice(at)].map(quote).join(" ");
}

/** A word as a shell takes it. */
export const quote = (argument: string): string =>
  /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;

/** `-x python -p text`: the word was meant as the language, and would be read as a part of the prompt. */
export function checkExtract(given: Arguments, { isRun }: { isRun: boolean }): void {
  for (const flag of ["extract", "extract-all"] as const) {
    const word = given.after(flag);
    if (word === undefined || !isLanguage(word) || !given.words.includes(word)) continue;
    const isPrompt = given.words.length === 1 && !given.has("prompt") && !given.has("prompt-file");
    if (isRun && isPrompt) continue;
    const letter = flag === "extract" ? "x" : "X";
    throw usageError(
      `-${letter} ${word}: the language is attached, -${letter}${word} or --${flag}=${word}. A prompt that begins with '${word}' goes before -${letter}.`,
    );
  }
}

/** Without a prompt, a flag that only a prompt has a use for is no wish for a chat. */
export function checkChat(given: Arguments): void {
  const flags: Flags = oneShotFlags;
  const lost = Object.keys(flags).find(
    (name) => given.has(name) && !Object.hasOwn(chatFlags, name),
  );
  if (lost === undefined) return;
  const alias = flags[lost]?.alias;
  const shown = alias === undefined ? `--${lost}` : `-${alias}`;
  throw usageError(`${shown} needs a prompt. Give one: jamey -p 'text'.`);
}

/** What only a conversation line by line knows, such as -i or --system, asks for one. */
export const opensInterface = (given: Arguments): boolean =>
  !given.has("no-input") &&
  Object.keys(chatFlags).every((name) => Object.hasOwn(interfaceFlags, name) || !given.has(name));
