// The files named by -f and -a, read before anything is sent anywhere.
import { JameyError, messageOf } from "../protocol/errors.ts";
import { MAX_ATTACHMENTS, MAX_ATTACHMENTS_BYTES, MAX_MESSAGE_BYTES } from "../protocol/limits.ts";
import type { TextPart } from "./compose.ts";
import { decodeInput, mediaTypeOf, undecodable } from "./decode-input.ts";

export interface AttachmentPart {
  media_type: string;
  /** Base64 */
  data: string;
  name: string | null;
}

export async function readTextFiles(paths: readonly string[]): Promise<TextPart[]> {
  const parts: TextPart[] = [];
  for (const path of paths) {
    const bytes = await readFile(path, MAX_MESSAGE_BYTES);
    const input = decodeInput(bytes);
    if (input.type === "binary") {
      throw new JameyError(
        "bad_data",
        `${path} is no text (${input.media_type}). Attach it with -a.`,
      );
    }
    if (input.type === "undecodable") throw undecodable(path);
    parts.push({ path, text: input.text, bytes: bytes.length });
  }
  return parts;
}

export async function readAttachments(paths: readonly string[]): Promise<AttachmentPart[]> {
  if (paths.length > MAX_ATTACHMENTS) {
    throw new JameyError(
      "too_large",
      `A message takes ${MAX_ATTACHMENTS} attachments, not ${paths.length}.`,
    );
  }
  const parts: AttachmentPart[] = [];
  let total = 0;
  for (const path of paths) {
    const bytes = await readFile(path, MAX_ATTACHMENTS_BYTES);
    const media_type = mediaTypeOf(bytes);
    if (!media_type) {
      throw new JameyError(
        "bad_data",
        `${path} is no image that jamey knows (PNG, JPEG, GIF, WebP). Add text with -f.`,
      );
    }
    total += bytes.length;
    parts.push(attachmentOf(bytes, media_type, path.slice(path.lastIndexOf("/") + 1)));
  }
  if (total > MAX_ATTACHMENTS_BYTES)
    throw tooLarge("The attachments together", MAX_ATTACHMENTS_BYTES);
  return parts;
}

export function attachmentOf(
  bytes: Uint8Array,
  media_type: string,
  name: string | null,
): AttachmentPart {
  return { media_type, data: Buffer.from(bytes).toString("base64"), name };
}

async function readFile(path: string, maxBytes: number): Promise<Uint8Array> {
  const file = Bun.file(path);
  try {
    const stat = await file.stat();
    // A pipe, a device or a folder may never end, or is no data at all.
    if (!stat.isFile()) throw new JameyError("input_missing", `${path} is not a regular file.`);
    if (stat.size > maxBytes) throw tooLarge(path, maxBytes);
    return await file.bytes();
  } catch (cause) {
    if (cause instanceof JameyError) throw cause;
    throw new JameyError("input_missing", `Cannot read ${path}: ${messageOf(cause)}`, { cause });
  }
}

function tooLarge(what: string, maxBytes: number): JameyError {
  return new JameyError("too_large", `${what}: more than ${maxBytes / 1024 / 1024} MiB.`);
}
