// Values as a problem shows them: JSON, and no more of it than is shown. A value may be a megabyte, and a
// problem is made wherever it does not fit.
import { isObject } from "../../protocol/json.ts";
import type { Json } from "../../protocol/messages.ts";

/** UTF-16 units of a value, a schema or a place in a problem. */
export const MAX_SHOWN = 80;

export const clipped = (text: string, most = MAX_SHOWN): string =>
  text.length > most ? `${text.slice(0, most)}…` : text;

/** `pay` is told of the fields of objects: their names cannot be looked at one by one. */
export const shown = (value: Json, pay: (fields: number) => void): string =>
  clipped(begun(value, MAX_SHOWN + 1, pay));

/** The JSON of a value, its first `most` units at least. */
function begun(value: Json, most: number, pay: (fields: number) => void): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, most));
  if (Array.isArray(value)) return parts(value, most, "[]", (item, left) => begun(item, left, pay));
  if (!isObject(value)) return JSON.stringify(value);
  const names = Object.keys(value);
  pay(names.length);
  return parts(names, most, "{}", (name, left) => {
    const part = begun(value[name] ?? null, left, pay);
    return `${begun(name, left, pay)}:${part}`;
  });
}

function parts<Part>(
  all: readonly Part[],
  most: number,
  brackets: "[]" | "{}",
  begin: (part: Part, left: number) => string,
): string {
  let text = brackets.slice(0, 1);
  for (const part of all) {
    if (text.length > most) return text;
    text += `${text.length > 1 ? "," : ""}${begin(part, Math.max(1, most - text.length))}`;
  }
  return text + brackets.slice(1);
}
