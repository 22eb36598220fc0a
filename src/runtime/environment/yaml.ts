// YAML files from people: bounded, an object at the top, errors with file and line.
import { JameyError, messageOf } from "../../protocol/errors.ts";
import { isObject } from "../../protocol/json.ts";
import { findRepeatedKey } from "./repeated-keys.ts";

/** Settings, manifests and front matter are small. */
export const MAX_YAML_BYTES = 256 * 1024;
/** Nesting and values of one file; aliases count as often as they are used. */
const MAX_YAML_DEPTH = 32;
const MAX_YAML_VALUES = 100_000;
/** In a longer file the wrong line is searched by halves, which finds less exactly. */
const MAX_SEARCHED_LINES = 400;

/** YAML text → its mapping; empty text is an empty one. `firstLine` counts from where the text stands. */
export function parseYaml(text: string, file: string, firstLine = 1): Record<string, unknown> {
  const invalid = (line: number, problem: string, cause?: unknown) =>
    new JameyError("config_invalid", `${file}:${firstLine + line - 1}: ${problem}`, {
      cause,
      details: { file, line: firstLine + line - 1 },
    });
  if (Buffer.byteLength(text) > MAX_YAML_BYTES) {
    throw new JameyError("config_invalid", `${file}: larger than ${MAX_YAML_BYTES} bytes.`);
  }
  let value: unknown;
  try {
    value = Bun.YAML.parse(text);
  } catch (thrown) {
    // What its parser says of nesting that has no end is about the parser.
    if (thrown instanceof RangeError) throw invalid(1, "is nested too deeply.", thrown);
    throw invalid(badLine(text), messageOf(thrown), thrown);
  }
  if (value === null || value === undefined) return {};
  if (!isObject(value)) throw invalid(1, "must be keys and values.");
  let values = 0;
  const copy = (from: unknown, path: string[]): unknown => {
    const line = () => lineOfPath(text, path);
    values += 1;
    if (values > MAX_YAML_VALUES) throw invalid(line(), `more than ${MAX_YAML_VALUES} values.`);
    if (path.length > MAX_YAML_DEPTH)
      throw invalid(line(), `deeper than ${MAX_YAML_DEPTH} levels.`);
    if (Array.isArray(from)) return from.map((one, index) => copy(one, [...path, String(index)]));
    return isObject(from) ? copyMapping(from, path) : from;
  };
  const copyMapping = (from: object, path: string[]): Record<string, unknown> => {
    const entries = Object.entries(from).map(([key, inner]) => {
      const here = [...path, key];
      if (key === "__proto__") throw invalid(lineOfPath(text, here), `'${key}' is no key.`);
      return [key, copy(inner, here)] as const;
    });
    return Object.fromEntries(entries);
  };
  const copied = copyMapping(value, []);
  const twice = findRepeatedKey(text);
  if (twice) throw invalid(twice.line, `'${twice.key}' is given twice; take one away.`);
  return copied;
}

/** The line, from 1, on which the key at this path stands, or the deepest of its parents that is found. */
export function lineOfPath(text: string, path: readonly string[]): number {
  const lines = text.split("\n");
  let found = 0;
  let from = 0;
  let parentIndent = -1;
  for (const key of path) {
    const line = lineOfKey(lines, { key, from, parentIndent });
    if (line < 0) break;
    found = line;
    from = line + 1;
    parentIndent = indentOf(lines[line] ?? "");
  }
  return found + 1;
}

/** The line of a key deeper than its parent, before the parent ends; -1 when it is not there. */
function lineOfKey(
  lines: string[],
  { key, from, parentIndent }: { key: string; from: number; parentIndent: number },
): number {
  for (let index = from; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    const content = line.trim();
    if (content === "" || content.startsWith("#")) continue;
    if (indentOf(line) <= parentIndent) return -1;
    if ([key, `"${key}"`, `'${key}'`].some((one) => content.startsWith(`${one}:`))) return index;
  }
  return -1;
}

const indentOf = (line: string): number => line.length - line.trimStart().length;

/** The parser names no line: it is the one behind the longest beginning of the text that is YAML. */
function badLine(text: string): number {
  const lines = text.split("\n");
  const parses = (count: number) => isYaml(lines.slice(0, count).join("\n"));
  if (lines.length <= MAX_SEARCHED_LINES) {
    for (let count = lines.length - 1; count > 0; count -= 1) if (parses(count)) return count + 1;
    return 1;
  }
  let good = 0;
  let bad = lines.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (parses(middle)) good = middle;
    else bad = middle;
  }
  return bad;
}

function isYaml(text: string): boolean {
  try {
    Bun.YAML.parse(text);
    return true;
  } catch (_malformed) {
    return false;
  }
}
