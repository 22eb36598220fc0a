// Finds a key that a YAML text gives twice: the parser takes the last of two equal keys in silence. So the
// text is parsed once more with every key made another: where two keys of one mapping are equal without
// their marks, one is repeated.
// Rules: 1. What merely looks like a key (in a text, in a comment) may be marked too: it stays what it is.
//        2. Only for a text that parses and whose values were counted. Where the marks disturb it, nothing
//           is found: a good text is never refused.
import { isObject } from "../../protocol/json.ts";

export interface RepeatedKey {
  key: string;
  /** From 1. */
  line: number;
}

/** The end of a key: its last character, with the colon behind it; only a quote may touch what follows. */
const KEY_END = /([^\s,[{?:])(?=[ \t]*:(?:[\s,[\]{}]|$))|(["'])(?=[ \t]*:)/gm;
/** A character of no script, around the number of the mark. */
const MARK = "\uE000";
const MARKED = new RegExp(`${MARK}(\\d+)${MARK}$`);

export function findRepeatedKey(text: string): RepeatedKey | undefined {
  const places: number[] = [];
  const marked = text.replace(KEY_END, (end, _plain, _quote, offset: number) => {
    if (isEscaped(text, offset, end)) return end;
    places.push(offset);
    const mark = `${MARK}${places.length - 1}${MARK}`;
    return end === '"' || end === "'" ? mark + end : end + mark;
  });
  const found = repeatedIn(parsed(marked), new Set());
  if (!found) return undefined;
  const line = text.slice(0, places[found.mark]).split("\n").length;
  return { key: found.key, line };
}

/** A quote that does not end its text, as far as the character before it says. */
function isEscaped(text: string, offset: number, end: string): boolean {
  const before = text[offset - 1];
  return (end === '"' && before === "\\") || (end === "'" && before === "'");
}

function parsed(text: string): unknown {
  try {
    return Bun.YAML.parse(text);
  } catch (_disturbed) {
    // Rule 2.
    return undefined;
  }
}

/** `seen`: aliases lead to one mapping again and again. */
function repeatedIn(value: unknown, seen: Set<object>): { key: string; mark: number } | undefined {
  if (typeof value !== "object" || value === null || seen.has(value)) return undefined;
  seen.add(value);
  const keys = new Set<string>();
  for (const [name, inner] of Object.entries(value)) {
    const mark = isObject(value) ? MARKED.exec(name) : null;
    const key = name.slice(0, mark?.index);
    if (mark && keys.has(key)) return { key, mark: Number(mark[1]) };
    if (mark) keys.add(key);
    const deeper = repeatedIn(inner, seen);
    if (deeper) return deeper;
  }
  return undefined;
}
