// Bounded decoding of JSON from outside: size and nesting are checked before the parser sees it.
import { JameyError } from "./errors.ts";
import { MAX_FRAME_BYTES, MAX_JSON_DEPTH } from "./limits.ts";

const QUOTE = 34;
const BACKSLASH = 92;

/** Deepest nesting of arrays and objects in JSON text, reading no further than `limit` + 1. */
export function nestingOf(text: string, limit: number): number {
  let depth = 0;
  let deepest = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (isInString) {
      if (unit === BACKSLASH) index += 1;
      else if (unit === QUOTE) isInString = false;
    } else if (unit === QUOTE) isInString = true;
    else if (unit === 91 || unit === 123) {
      depth += 1;
      if (depth > deepest) deepest = depth;
      if (depth > limit) return deepest;
    } else if (unit === 93 || unit === 125) depth -= 1;
  }
  return deepest;
}

/** Bytes of a text as UTF-8, reading no further than `limit` + 1. */
export function bytesOf(text: string, limit: number): number {
  let bytes = 0;
  for (let index = 0; index < text.length && bytes <= limit; index += 1) {
    const unit = text.charCodeAt(index);
    // Each half of a pair counts two: the pair is four bytes.
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800 || (unit >= 0xd800 && unit < 0xe000)) bytes += 2;
    else bytes += 3;
  }
  return bytes;
}

/** JSON text → value, or a JameyError that says what is wrong. */
export function parseJson(
  text: string,
  limits: { maxBytes?: number; maxDepth?: number } = {},
): unknown {
  const maxBytes = limits.maxBytes ?? MAX_FRAME_BYTES;
  const maxDepth = limits.maxDepth ?? MAX_JSON_DEPTH;
  // Three bytes a unit is the most there is: short texts need no count.
  if (text.length * 3 > maxBytes && bytesOf(text, maxBytes) > maxBytes) {
    throw new JameyError("too_large", `The JSON is larger than ${maxBytes} bytes.`);
  }
  if (nestingOf(text, maxDepth) > maxDepth) {
    throw new JameyError("invalid_request", `The JSON is nested deeper than ${maxDepth} levels.`);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new JameyError("invalid_request", "The text is not valid JSON.", { cause });
  }
}
