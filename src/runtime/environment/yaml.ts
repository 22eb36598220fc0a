// YAML files from people: bounded, an object at the top, errors with file and line.
import { JameyError, messageOf } from "../../protocol/errors.ts";

/** Settings, manifests and front matter are small. */
export const MAX_YAML_BYTES = 256 * 1024;

/** YAML text → its mapping; empty text is an empty one. `firstLine` counts from where the text stands. */
export function parseYaml(text: string, file: string, firstLine = 1): Record<string, unknown> {
  if (text.length > MAX_YAML_BYTES) {
    throw new JameyError("config_invalid", `${file}: larger than ${MAX_YAML_BYTES} bytes.`);
  }
  let value: unknown;
  try {
    value = Bun.YAML.parse(text);
  } catch (thrown) {
    const line = firstLine + badLine(text, thrown) - 1;
    throw new JameyError("config_invalid", `${file}:${line}: ${messageOf(thrown)}`, {
      cause: thrown,
      details: { file, line },
    });
  }
  if (value === null || value === undefined) return {};
  if (typeof value !== "object" || Array.isArray(value)) {
    throw new JameyError("config_invalid", `${file}:${firstLine}: must be keys and values.`);
  }
  // Known keys are read one by one; a copy by Object.entries carries no prototype of the text's.
  return Object.fromEntries(Object.entries(value));
}

/** The line that an error is about: the parser's own word, else the shortest prefix that fails. */
function badLine(text: string, thrown: unknown): number {
  const named = thrown !== null && typeof thrown === "object" && "line" in thrown && thrown.line;
  if (typeof named === "number" && named > 0) return named;
  const lines = text.split("\n");
  let low = 1;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (parses(lines.slice(0, middle).join("\n"))) low = middle + 1;
    else high = middle;
  }
  return low;
}

function parses(text: string): boolean {
  try {
    Bun.YAML.parse(text);
    return true;
  } catch (_malformed) {
    return false;
  }
}
