// Bounded decoding of JSON from outside: size, nesting and how many values it has are checked before the
// parser sees it.
import { JameyError } from "./errors.ts";
import { MAX_FRAME_BYTES, MAX_JSON_DEPTH, MAX_JSON_VALUES } from "./limits.ts";

const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;

/** Deepest nesting of arrays and objects in JSON text, reading no further than `limit` + 1. */
export const nestingOf = (text: string, limit: number): number =>
  measure(text, { depth: limit, values: Number.POSITIVE_INFINITY }).deepest;

/** Reads no further than one beyond a limit. Values: elements, fields, and lists and objects once more. */
function measure(
  text: string,
  limits: { depth: number; values: number },
): { deepest: number; values: number } {
  let depth = 0;
  let deepest = 0;
  let values = 1;
  let isInString = false;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (isInString) {
      if (unit === BACKSLASH) index += 1;
      else if (unit === QUOTE) isInString = false;
    } else if (unit === QUOTE) isInString = true;
    else if (unit === 91 || unit === 123) {
      depth += 1;
      values += 1;
      if (depth > deepest) deepest = depth;
      if (depth > limits.depth) break;
    } else if (unit === 93 || unit === 125) depth -= 1;
    else if (unit === COMMA) {
      values += 1;
      if (values > limits.values) break;
    }
  }
  return { deepest, values };
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
  limits: { maxBytes?: number; maxDepth?: number; maxValues?: number } = {},
): unknown {
  const maxBytes = limits.maxBytes ?? MAX_FRAME_BYTES;
  const maxDepth = limits.maxDepth ?? MAX_JSON_DEPTH;
  // Three bytes a unit is the most there is: short texts need no count.
  if (text.length * 3 > maxBytes && bytesOf(text, maxBytes) > maxBytes) {
    throw new JameyError("too_large", `The JSON is larger than ${maxBytes} bytes.`);
  }
  const maxValues = limits.maxValues ?? MAX_JSON_VALUES;
  const { deepest, values } = measure(text, { depth: maxDepth, values: maxValues });
  if (deepest > maxDepth) {
    throw new JameyError("invalid_request", `The JSON is nested deeper than ${maxDepth} levels.`);
  }
  if (values > maxValues) {
    throw new JameyError("too_large", `The JSON holds more than ${maxValues} values.`);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new JameyError("invalid_request", "The text is not valid JSON.", { cause });
  }
}
