// The arguments of a call as a human reads them, where that says all that their JSON says.
// Rules: 1. What of a text could not be seen here, such as blanks at the end of a line, leaves it to the JSON.
//        2. The lines of a text begin with a mark: none of them looks like another argument, and what is wrapped
//           does not look like a line of its own.
import { isObject } from "../../../protocol/json.ts";
import type { ToolCall } from "../../../protocol/messages.ts";
import { type Piece, readable, textPieces } from "../parts/long-text.ts";

const MARGIN = "│ ";
/** The name of an argument that is nothing but a name. */
const NAME = /^[\w.-]+$/;
/** Blanks that are not seen: at the end of a line, or where a line is wrapped. */
const UNSEEN_BLANKS = /[^\S\n](?:\n|$)|\S[^\S\n]{2,}/;

export const isLong = (value: unknown): value is string =>
  typeof value === "string" && value.includes("\n");

/** undefined: there is no text of several lines in them, or the JSON says more than could be read. */
export function exactArguments(args: ToolCall["args"]): Piece[] | undefined {
  if (!isObject(args)) return undefined;
  const entries = Object.entries(args);
  const isWhole = entries.every(
    ([key, value]) =>
      NAME.test(key) && (isLong(value) ? isSeen(value) : !isObject(value) && !Array.isArray(value)),
  );
  if (!isWhole || !entries.some(([, value]) => isLong(value))) return undefined;
  return entries.flatMap(([key, value]) => {
    if (!isLong(value)) return textPieces(`${key}: ${JSON.stringify(value)}`, { style: "code" });
    const ends = value.endsWith("\n") ? " (the last line has an end, too)" : "";
    const shown = ends === "" ? value : value.slice(0, -1);
    return [
      ...textPieces(`${key}:${ends}`, { style: "dim" }),
      ...textPieces(shown, { margin: MARGIN }),
    ];
  });
}

/** Drawn as it is, letter by letter. */
function isSeen(text: string): boolean {
  const lines = text.endsWith("\n") ? text.slice(0, -1) : text;
  return readable(lines) === lines && !UNSEEN_BLANKS.test(lines) && !/^\n|\n$/.test(lines);
}

/** Without the further lines of a text that it ends with: they stand below, with the arguments. */
export function questionAbove(question: string, call: ToolCall | null): string {
  const args = call && isObject(call.args) ? Object.values(call.args) : [];
  const text = args.filter(isLong).find((one) => question.endsWith(one.trimEnd()));
  if (text === undefined) return question;
  const whole = text.trimEnd();
  const [first = ""] = whole.split("\n");
  return first === whole ? question : `${question.slice(0, -whole.length)}${first} …`;
}
