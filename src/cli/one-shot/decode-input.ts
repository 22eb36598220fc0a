// Bytes that a human hands in → text, or an attachment, or a refusal that says what to do.
import { JameyError } from "../../protocol/errors.ts";
import { mediaTypeOf } from "../../terminal/media-type.ts";

export type Input =
  | { type: "text"; text: string }
  | { type: "binary"; media_type: string }
  | { type: "undecodable" };

/** Of a file that nobody named by itself, the first bytes that are looked at. */
const PROBE_BYTES = 8192;

/** A guess by the first bytes: no image, and no zero byte unless it is UTF-16. */
export async function isProbablyText(path: string): Promise<boolean> {
  const bytes = await Bun.file(path).slice(0, PROBE_BYTES).bytes();
  const hasMark =
    (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  return mediaTypeOf(bytes) === undefined && (hasMark || !bytes.includes(0));
}

/** UTF-8, or UTF-16 with a byte order mark; the mark goes. */
export function decodeInput(bytes: Uint8Array): Input {
  const media_type = mediaTypeOf(bytes);
  if (media_type) return { type: "binary", media_type };
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? "utf-16le"
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? "utf-16be"
        : "utf-8";
  try {
    return { type: "text", text: new TextDecoder(encoding, { fatal: true }).decode(bytes) };
  } catch {
    return { type: "undecodable" };
  }
}

export function undecodable(name: string): JameyError {
  return new JameyError(
    "bad_data",
    `${name} is neither UTF-8 or UTF-16 text nor an image that jamey knows. Convert it (iconv -t utf-8), or let the agent read the file itself.`,
  );
}
