// Finds a key that a YAML text gives twice: the parser takes the last of two equal keys in silence.
// Rules: 1. All keys of a block stand at one indentation, and what else stands there (comments, items) is no
//           key; what is deeper belongs to one of them.
//        2. Only for a text that parses. Every pattern reads its line once: the text comes from anybody.

export interface RepeatedKey {
  key: string;
  /** From 1. */
  line: number;
}

interface Block {
  indent: number;
  keys: Set<string>;
}

export function findRepeatedKey(text: string): RepeatedKey | undefined {
  const open: Block[] = [];
  /** Of a text of many lines (`|`, `>`), whose lines are no keys; -1 outside of one. */
  let textIndent = -1;
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.trimEnd();
    const content = line.trimStart();
    if (content === "" || content.startsWith("#")) continue;
    const outer = line.length - content.length;
    if (textIndent >= 0 && outer > textIndent) continue;
    // Each item of a list begins a mapping of its own, at the place of its first key.
    const marker = /^(?:-\s+)+/.exec(content)?.[0] ?? "";
    const indent = outer + marker.length;
    while ((open.at(-1)?.indent ?? -1) > (marker === "" ? indent : outer)) open.pop();
    const { key, value } = splitKey(content.slice(marker.length));
    textIndent = beginsText(value) ? (key === undefined ? outer : indent) : -1;
    const twice = key === undefined ? undefined : addKey(open, indent, key);
    const found = twice ?? repeatedInFlow(value);
    if (found !== undefined) return { key: found, line: index + 1 };
  }
  return undefined;
}

/** The key, if the block at this place has it already. */
function addKey(open: Block[], indent: number, key: string): string | undefined {
  if (open.at(-1)?.indent !== indent) open.push({ indent, keys: new Set() });
  const keys = open.at(-1)?.keys;
  if (keys?.has(key)) return key;
  keys?.add(key);
  return undefined;
}

function splitKey(content: string): { key: string | undefined; value: string } {
  const quoted = /^(?:"([^"]*)"|'([^']*)')\s*:(?=\s|$)/.exec(content);
  if (quoted) {
    return { key: quoted[1] ?? quoted[2], value: content.slice(quoted[0].length).trimStart() };
  }
  const colon = content.search(/:(?=\s|$)/);
  const key = content.slice(0, Math.max(colon, 0)).trimEnd();
  const isKey = key !== "" && !/^[#&*!|>%@`"'[\]{},]/.test(key) && !key.includes(" #");
  return isKey
    ? { key, value: content.slice(colon + 1).trimStart() }
    : { key: undefined, value: content };
}

const beginsText = (value: string): boolean =>
  /^(?:[&!]\S*\s+)*[|>][+\-\d]{0,2}(?:\s+#.*)?$/.test(value);

const FLOW_TOKEN = /"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[[\]{},]|[^[\]{},"']+/g;

/** The same in `{a: 1, a: 2}`, as far as it stands on one line. */
function repeatedInFlow(value: string): string | undefined {
  if (!/^[[{]/.test(value)) return undefined;
  const open: Set<string>[] = [];
  let quoted = "";
  for (const [token] of value.matchAll(FLOW_TOKEN)) {
    if (token === "{" || token === "[") open.push(new Set());
    else if (token === "}" || token === "]") open.pop();
    else if (/^["']/.test(token)) quoted = token.slice(1, -1);
    else {
      const colon = token.search(/:(?=\s|$)/);
      if (colon < 0) continue;
      const key = token.slice(0, colon).trim() || quoted;
      if (open.at(-1)?.has(key)) return key;
      open.at(-1)?.add(key);
    }
  }
  return undefined;
}
