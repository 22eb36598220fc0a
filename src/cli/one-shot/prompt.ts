// The whole prompt of a one-shot: words, -p, files, attachments and stdin, put together.
import { JameyError } from "../../protocol/errors.ts";
import { MAX_ATTACHMENTS, MAX_MESSAGE_BYTES } from "../../protocol/limits.ts";
import type { Context } from "../context.ts";
import { type Arguments, usageError } from "../input/arguments.ts";
import { parseSize, showSize } from "../input/byte-size.ts";
import { composeMessage, IMAGE_ALONE, type TextPart } from "./compose.ts";
import { decodeInput, undecodable } from "./decode-input.ts";
import { pathsAt } from "./expand-at.ts";
import {
  type AttachmentPart,
  attachmentOf,
  readInputFiles,
  readPath,
  tooManyAttachments,
} from "./files.ts";
import { planStdin, readStdin, type StdinUse, stdinKind, stdinMode, stdinUse } from "./stdin.ts";

export interface Prompt {
  text: string;
  attachments: AttachmentPart[];
  isStdinSkipped: boolean;
}

export type Opening = Pick<Prompt, "text" | "attachments">;

const NOTICES = {
  waiting: "waiting for stdin (Ctrl-D ends it)",
  skippable: "waiting for stdin, Ctrl-D or -n to skip",
} as const;

export async function readPrompt(context: Context, warnings: string[]): Promise<Prompt> {
  const { arguments: given } = context;
  const use = stdinUse(given);
  const written = await readInstruction(given);
  const named = given.has("expand-at") ? pathsAt(written) : [];
  const { parts, attachments, leftOut } = await readInputFiles({
    files: [...given.list("file").filter(isNoDash), ...named],
    attached: given.list("attach").filter(isNoDash),
    mime: given.text("mime"),
  });
  if (leftOut !== undefined) {
    warnings.push(leftOut);
    await context.note(`jamey: warning: ${leftOut}`);
  }
  const stdin = await takeStdin(context, { hasPrompt: written !== "", use, warnings });
  const instruction = join([written, stdin.instruction]);
  if (stdin.attachment) attachments.push(stdin.attachment);
  if (attachments.length > MAX_ATTACHMENTS) throw tooManyAttachments(attachments.length);
  if (instruction === "" && !stdin.part && !stdin.attachment) throw missing(parts.length > 0);
  const text =
    composeMessage(instruction, stdin.part ? [...parts, stdin.part] : parts) || IMAGE_ALONE;
  if (Buffer.byteLength(text) > MAX_MESSAGE_BYTES) {
    throw new JameyError(
      "too_large",
      `The prompt is larger than ${showSize(MAX_MESSAGE_BYTES)}. Give less, or name files that the agent can read.`,
    );
  }
  return { text, attachments, isStdinSkipped: stdin.isSkipped };
}

/** How a chat begins (-i): with its words, and with what is piped in as data for them. */
export async function readOpening(context: Context): Promise<Opening> {
  const words = context.arguments.text("interactive") ?? "";
  const stdin = await takeStdin(context, { hasPrompt: true, use: undefined, warnings: [] });
  return {
    text: composeMessage(words, stdin.part ? [stdin.part] : []),
    attachments: stdin.attachment ? [stdin.attachment] : [],
  };
}

const isNoDash = (name: string): boolean => name !== "-";
const join = (texts: readonly string[]): string =>
  texts.filter((text) => text.trim() !== "").join("\n\n");

/** -p, then --prompt-file, then the words. */
async function readInstruction(given: Arguments): Promise<string> {
  const files: string[] = [];
  for (const path of given.list("prompt-file").filter(isNoDash)) {
    files.push(textOf(await readPath(path, MAX_MESSAGE_BYTES), path).trimEnd());
  }
  return join([...given.list("prompt"), ...files, given.words.filter(isNoDash).join(" ")]);
}

function textOf(bytes: Uint8Array, name: string): string {
  const input = decodeInput(bytes);
  if (input.type === "text") return input.text;
  throw undecodable(name);
}

interface Stdin {
  instruction: string;
  part: TextPart | undefined;
  attachment: AttachmentPart | undefined;
  isSkipped: boolean;
}

const nothing: Stdin = {
  instruction: "",
  part: undefined,
  attachment: undefined,
  isSkipped: false,
};

async function takeStdin(
  context: Context,
  options: { hasPrompt: boolean; use: StdinUse | undefined; warnings: string[] },
): Promise<Stdin> {
  const { hasPrompt, use, warnings } = options;
  const { arguments: given, err, host } = context;
  const isExplicit = use !== undefined;
  const isOff = given.has("no-stdin");
  if (isOff && isExplicit)
    throw usageError("-n says not to read stdin, '-' or --stdin to read it.");
  const maxBytes = readMaxStdin(given);
  const mode = stdinMode(isOff, host.variables.JAMEY_STDIN);
  const kind = stdinKind();
  const plan = planStdin({ hasPrompt, isExplicit, mode, kind, isStderrTerminal: err.isTerminal });
  if (plan.type === "skip") return nothing;
  const bytes = await readStdin(plan, maxBytes, (notice) => void context.note(NOTICES[notice]));
  if (bytes === "skipped") {
    const seconds = (plan.graceMs ?? 0) / 1000;
    const warning = `stdin was open but silent for ${seconds} s and was skipped. Use -n to skip it at once, --stdin to wait for it.`;
    warnings.push(warning);
    await context.note(`jamey: warning: ${warning}`);
    return { ...nothing, isSkipped: true };
  }
  return stdinAs(use, bytes, given.text("mime"));
}

function stdinAs(use: StdinUse | undefined, bytes: Uint8Array, mime: string | undefined): Stdin {
  const of = { name: null, shown: "stdin" };
  if (use === "attachment") {
    return { ...nothing, attachment: attachmentOf(bytes, { ...of, mime }) };
  }
  if (use === "instruction") return { ...nothing, instruction: textOf(bytes, "stdin").trimEnd() };
  const input = decodeInput(bytes);
  if (input.type === "undecodable") throw undecodable("stdin");
  if (input.type === "binary") {
    return { ...nothing, attachment: attachmentOf(bytes, { ...of, mime: input.media_type }) };
  }
  if (input.text.trim() === "") return nothing;
  return { ...nothing, part: { path: undefined, text: input.text, bytes: bytes.length } };
}

function readMaxStdin(given: Arguments): number {
  const text = given.text("max-stdin");
  if (text === undefined) return MAX_MESSAGE_BYTES;
  const bytes = parseSize(text, "--max-stdin");
  if (bytes <= MAX_MESSAGE_BYTES) return bytes;
  throw usageError(
    `--max-stdin takes at most ${showSize(MAX_MESSAGE_BYTES)}: a message holds no more.`,
  );
}

function missing(hasFiles: boolean): JameyError {
  if (hasFiles) return usageError("Say what to do with the files: jamey -f FILE -p 'text'.");
  return new JameyError(
    "input_missing",
    "The prompt is empty: stdin had no text. Give one: jamey -p 'text'.",
  );
}
