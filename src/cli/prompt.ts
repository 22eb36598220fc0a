// The whole prompt of a one-shot: words, -p, files, attachments and stdin, put together.
import { JameyError } from "../protocol/errors.ts";
import { MAX_MESSAGE_BYTES } from "../protocol/limits.ts";
import { usageError } from "./arguments.ts";
import { composeMessage, type TextPart } from "./compose.ts";
import type { Context } from "./context.ts";
import { decodeInput, undecodable } from "./decode-input.ts";
import { type AttachmentPart, attachmentOf, readAttachments, readTextFiles } from "./files.ts";
import { planStdin, readStdin, stdinKind, stdinMode } from "./stdin.ts";

export interface Prompt {
  text: string;
  attachments: AttachmentPart[];
  isStdinSkipped: boolean;
}

const NOTICES = {
  waiting: "waiting for stdin (Ctrl-D ends it)",
  skippable: "waiting for stdin, Ctrl-D or -n to skip",
} as const;

/** What stands for an instruction where only an image was given. */
const IMAGE_ALONE = "(see the attachment)";

export async function readPrompt(context: Context, warnings: string[]): Promise<Prompt> {
  const { arguments: given } = context;
  const words = given.words.filter((word) => word !== "-");
  const isDash = words.length < given.words.length;
  const instruction = [...given.list("prompt"), words.join(" ")]
    .filter((text) => text.trim() !== "")
    .join("\n\n");
  const files = await readTextFiles(given.list("file"));
  const attachments = await readAttachments(given.list("attach"));
  const stdin = await takeStdin(context, {
    hasPrompt: instruction !== "",
    isExplicit: isDash || given.has("stdin"),
    warnings,
  });
  if (stdin.attachment) attachments.push(stdin.attachment);
  if (instruction === "" && !stdin.part && !stdin.attachment) throw missing(files.length > 0);
  const parts = stdin.part ? [...files, stdin.part] : files;
  const text = composeMessage(instruction, parts) || IMAGE_ALONE;
  if (Buffer.byteLength(text) > MAX_MESSAGE_BYTES) {
    throw new JameyError(
      "too_large",
      `The prompt is larger than ${MAX_MESSAGE_BYTES / 1024 / 1024} MiB.`,
    );
  }
  return { text, attachments, isStdinSkipped: stdin.isSkipped };
}

interface Stdin {
  part: TextPart | undefined;
  attachment: AttachmentPart | undefined;
  isSkipped: boolean;
}

const nothing: Stdin = { part: undefined, attachment: undefined, isSkipped: false };

async function takeStdin(
  context: Context,
  options: { hasPrompt: boolean; isExplicit: boolean; warnings: string[] },
): Promise<Stdin> {
  const { hasPrompt, isExplicit, warnings } = options;
  const { arguments: given, err, host } = context;
  const isOff = given.has("no-stdin");
  if (isOff && isExplicit)
    throw usageError("-n says not to read stdin, '-' or --stdin to read it.");
  const mode = stdinMode(isOff, host.variables.JAMEY_STDIN);
  const kind = stdinKind();
  const plan = planStdin({ hasPrompt, isExplicit, mode, kind, isStderrTerminal: err.isTerminal });
  if (plan.type === "skip") return nothing;
  const bytes = await readStdin(plan, (notice) => void context.note(NOTICES[notice]));
  if (bytes === "skipped") {
    const seconds = (plan.graceMs ?? 0) / 1000;
    const warning = `stdin was open but silent for ${seconds} s and was skipped. Use -n to skip it at once, --stdin to wait for it.`;
    warnings.push(warning);
    await context.note(`jamey: warning: ${warning}`);
    return { ...nothing, isSkipped: true };
  }
  const input = decodeInput(bytes);
  if (input.type === "undecodable") throw undecodable("stdin");
  if (input.type === "binary") {
    return { ...nothing, attachment: attachmentOf(bytes, input.media_type, null) };
  }
  if (input.text.trim() === "") return nothing;
  return { ...nothing, part: { path: undefined, text: input.text, bytes: bytes.length } };
}

function missing(hasFiles: boolean): JameyError {
  if (hasFiles) return usageError("Say what to do with the files: jamey -f FILE -p 'text'.");
  return new JameyError(
    "input_missing",
    "The prompt is empty: stdin had no text. Give one: jamey -p 'text'.",
  );
}
