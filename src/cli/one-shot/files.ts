// The files named by -f and -a, read before anything is sent anywhere.
// Rule: everything on this machine is read before anything is fetched: what is missing costs no call.
import { JameyError, messageOf } from "../../protocol/errors.ts";
import {
  MAX_ATTACHMENTS,
  MAX_ATTACHMENTS_BYTES,
  MAX_MESSAGE_BYTES,
} from "../../protocol/limits.ts";
import { mediaTypeOf } from "../../terminal/media-type.ts";
import { showSize } from "../input/byte-size.ts";
import type { TextPart } from "./compose.ts";
import { decodeInput, isProbablyText, undecodable } from "./decode-input.ts";
import { fetchFile, isAddress, parseAddress } from "./fetch-file.ts";
import {
  type Gathered,
  gatherFiles,
  type LeftOut,
  leaveOut,
  noText,
  statOf,
} from "./gather-files.ts";

export interface AttachmentPart {
  media_type: string;
  /** Base64 */
  data: string;
  name: string | null;
}

export interface InputFiles {
  parts: TextPart[];
  attachments: AttachmentPart[];
  /** What folders and patterns held and is no part of it, in words; undefined where that is nothing. */
  leftOut: string | undefined;
}

/** Text files of one message: a folder that is given by mistake is noticed. */
const MAX_TEXT_FILES = 500;

export async function readInputFiles(named: {
  /** -f */
  files: readonly string[];
  /** -a */
  attached: readonly string[];
  /** --mime; else the first bytes say it. */
  mime: string | undefined;
}): Promise<InputFiles> {
  if (named.attached.length > MAX_ATTACHMENTS) {
    throw tooManyAttachments(named.attached.length);
  }
  const leftOut: LeftOut = new Map();
  const gathered = await gatherFiles(named.files, leftOut);
  const left = { bytes: MAX_MESSAGE_BYTES, files: MAX_TEXT_FILES };
  const texts = new Map<Gathered, TextPart>();
  for (const one of gathered) {
    const part = one.type === "address" ? undefined : await readText(one, left, leftOut);
    if (part) texts.set(one, part);
  }
  requireText(gathered, texts);
  const attached = new Map<string, Uint8Array>();
  for (const name of named.attached) {
    if (isAddress(name)) parseAddress(name);
    else attached.set(name, await readPath(name, MAX_ATTACHMENTS_BYTES));
  }
  for (const one of gathered) {
    if (one.type !== "address") continue;
    const bytes = await fetchFile(one.url, MAX_MESSAGE_BYTES);
    texts.set(one, countPart({ path: one.url.href, ...textOf(one.url.href, bytes) }, left));
  }
  for (const name of named.attached) {
    if (!isAddress(name)) continue;
    attached.set(name, await fetchFile(parseAddress(name), MAX_ATTACHMENTS_BYTES));
  }
  return {
    parts: gathered.flatMap((one) => texts.get(one) ?? []),
    attachments: attach(named.attached, attached, named.mime),
    leftOut: describeLeftOut(leftOut),
  };
}

function describeLeftOut(leftOut: LeftOut): string | undefined {
  const count = [...leftOut.values()].reduce((sum, one) => sum + one, 0);
  if (count === 0) return undefined;
  const reasons = [...leftOut].map(([why, times]) => `${why} ${times}`).join(", ");
  return `${count} ${count === 1 ? "entry" : "entries"} of -f left out (${reasons}). Name one by itself to add it.`;
}

export const tooManyAttachments = (count: number): JameyError =>
  new JameyError("too_large", `A message takes ${MAX_ATTACHMENTS} attachments, not ${count}.`);

interface Left {
  bytes: number;
  files: number;
}

/** undefined: it was only found, and is no text. */
async function readText(
  one: Extract<Gathered, { path: string }>,
  left: Left,
  leftOut: LeftOut,
): Promise<TextPart | undefined> {
  const { path } = one;
  if (one.type === "found") {
    const why = await whyNotText(path);
    if (why !== undefined) {
      leaveOut(leftOut, why);
      return undefined;
    }
  }
  const bytes = await readPath(path, MAX_MESSAGE_BYTES);
  if (one.type === "found" && decodeInput(bytes).type !== "text") {
    leaveOut(leftOut, "not UTF-8");
    return undefined;
  }
  return countPart({ path, ...textOf(path, bytes) }, left);
}

/** Of what was only found. */
async function whyNotText(path: string): Promise<"binary" | "unreadable" | undefined> {
  try {
    return (await isProbablyText(path)) ? undefined : "binary";
  } catch (_denied) {
    return "unreadable";
  }
}

function countPart(part: TextPart, left: Left): TextPart {
  left.files -= 1;
  left.bytes -= part.bytes;
  if (left.files < 0) {
    throw new JameyError(
      "too_large",
      `-f names more than ${MAX_TEXT_FILES} text files. Name a smaller folder, or a pattern.`,
    );
  }
  if (left.bytes < 0) {
    throw new JameyError(
      "too_large",
      `The files together are larger than ${showSize(MAX_MESSAGE_BYTES)} (${part.path} is one too many). Name fewer.`,
    );
  }
  return part;
}

function textOf(name: string, bytes: Uint8Array): { text: string; bytes: number } {
  const input = decodeInput(bytes);
  // Lists in a pipe are parted by it (find -print0); a file that holds it is none that people wrote.
  if (input.type === "text" && input.text.includes("\0")) {
    throw new JameyError("bad_data", `${name} is no text: it holds a NUL byte.`);
  }
  if (input.type === "text") return { text: input.text, bytes: bytes.length };
  if (input.type === "undecodable") throw undecodable(name);
  throw new JameyError("bad_data", `${name} is no text (${input.media_type}). Attach it with -a.`);
}

/** A folder or pattern that gave nothing was surely meant to give something. */
function requireText(gathered: readonly Gathered[], texts: ReadonlyMap<Gathered, unknown>): void {
  const found = Map.groupBy(
    gathered.filter((one) => one.type === "found"),
    (one) => one.under,
  );
  for (const [name, ones] of found) {
    if (!ones.some((one) => texts.has(one))) throw noText(name);
  }
}

function attach(
  names: readonly string[],
  read: ReadonlyMap<string, Uint8Array>,
  mime: string | undefined,
): AttachmentPart[] {
  let total = 0;
  return names.map((name) => {
    const bytes = read.get(name) ?? new Uint8Array();
    total += bytes.length;
    if (total > MAX_ATTACHMENTS_BYTES) {
      throw tooLarge("The attachments together", MAX_ATTACHMENTS_BYTES);
    }
    return attachmentOf(bytes, { name, mime, shown: name });
  });
}

export function attachmentOf(
  bytes: Uint8Array,
  of: { name: string | null; mime: string | undefined; shown: string },
): AttachmentPart {
  const media_type = of.mime ?? mediaTypeOf(bytes);
  if (!media_type) {
    throw new JameyError(
      "bad_data",
      `${of.shown} is no image that jamey knows (PNG, JPEG, GIF, WebP). Add text with -f.`,
    );
  }
  if (bytes.length === 0) throw new JameyError("input_missing", `${of.shown} is empty.`);
  if (bytes.length > MAX_ATTACHMENTS_BYTES) throw tooLarge(of.shown, MAX_ATTACHMENTS_BYTES);
  const name = of.name === null ? null : of.name.slice(of.name.lastIndexOf("/") + 1).slice(0, 255);
  return { media_type, data: Buffer.from(bytes).toString("base64"), name };
}

/** A whole file; or a pipe to its end, as `-f <(git diff)` names one. */
export async function readPath(path: string, maxBytes: number): Promise<Uint8Array> {
  const stat = await statOf(path);
  if (!stat) throw new JameyError("input_missing", `Cannot read ${path}: there is no such file.`);
  // A device may never end, a folder is no data at all.
  const isPipe = stat.isFIFO();
  if (!stat.isFile() && !isPipe) {
    throw new JameyError("input_missing", `${path} is not a regular file.`);
  }
  if (stat.size > maxBytes) throw tooLarge(path, maxBytes);
  try {
    return isPipe ? await readPipe(path, maxBytes) : await Bun.file(path).bytes();
  } catch (cause) {
    if (cause instanceof JameyError) throw cause;
    throw new JameyError("input_missing", `Cannot read ${path}: ${messageOf(cause)}`, { cause });
  }
}

async function readPipe(path: string, maxBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of Bun.file(path).stream()) {
    pieces.push(piece);
    length += piece.length;
    if (length > maxBytes) throw tooLarge(path, maxBytes);
  }
  return Buffer.concat(pieces);
}

const tooLarge = (what: string, maxBytes: number): JameyError =>
  new JameyError("too_large", `${what}: more than ${showSize(maxBytes)}.`);
