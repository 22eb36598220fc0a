// One line of text that is typed in a pane: an answer, a name, a filter, a secret.
import type { Input, Line, Span } from "../../shapes.ts";
import { graphemes, span, widthOf } from "../../text.ts";

/** Longest text that is taken, in UTF-16 units. */
const MAX_FIELD_LENGTH = 64 * 1024;

export interface Field {
  label: string;
  /** Before and after the cursor. */
  before: string;
  after: string;
  isHidden: boolean;
}

export const emptyField = (label: string, text = "", isHidden = false): Field => ({
  label,
  before: text,
  after: "",
  isHidden,
});

export const fieldText = ({ before, after }: Field): string => before + after;

const withoutLast = (text: string): string => graphemes(text).slice(0, -1).join("");

function moved(field: Field, letters: number): Field {
  const text = graphemes(fieldText(field));
  const at = Math.min(Math.max(0, graphemes(field.before).length + letters), text.length);
  return { ...field, before: text.slice(0, at).join(""), after: text.slice(at).join("") };
}

const edits: Readonly<Record<string, (field: Field) => Field>> = {
  backspace: (field) => ({ ...field, before: withoutLast(field.before) }),
  delete: (field) => ({ ...field, after: graphemes(field.after).slice(1).join("") }),
  left: (field) => moved(field, -1),
  right: (field) => moved(field, 1),
  home: (field) => moved(field, Number.NEGATIVE_INFINITY),
  end: (field) => moved(field, Number.POSITIVE_INFINITY),
  "ctrl+a": (field) => moved(field, Number.NEGATIVE_INFINITY),
  "ctrl+e": (field) => moved(field, Number.POSITIVE_INFINITY),
  "ctrl+u": (field) => ({ ...field, before: "" }),
  "ctrl+k": (field) => ({ ...field, after: "" }),
  "ctrl+w": (field) => ({ ...field, before: field.before.replace(/\S*\s*$/, "") }),
};

/** Undefined for what is no typing. */
export function typeInto(field: Field, input: Input): Field | undefined {
  if (input.type === "paste") return inserted(field, input.text.replace(/\r?\n$/, ""));
  if (input.type !== "key") return undefined;
  const { name, text } = input.key;
  const edit = Object.hasOwn(edits, name) ? edits[name] : undefined;
  if (edit) return edit(field);
  return text === "" ? undefined : inserted(field, text);
}

function inserted(field: Field, text: string): Field {
  const room = MAX_FIELD_LENGTH - fieldText(field).length;
  return room <= 0 ? field : { ...field, before: field.before + text.slice(0, room) };
}

/** The end of what stands before the cursor is always seen. There is none where nothing is typed just now. */
export function fieldLine(field: Field, columns: number, { isTyped = true } = {}): Line {
  const hidden = (text: string) =>
    field.isHidden ? "•".repeat(graphemes(text).length) : text.replace(/\r?\n/g, "⏎");
  const label: Span = span(`${field.label}: `, "bold");
  const room = Math.max(1, columns - widthOf(label.text) - 2);
  const shown = lastColumns(hidden(field.before), room);
  const [under = " ", ...rest] = graphemes(hidden(field.after));
  const here = span(under, isTyped ? "caret" : "plain");
  return [label, span(shown), here, span(rest.join(""))];
}

function lastColumns(text: string, columns: number): string {
  const letters = graphemes(text);
  let used = 0;
  let at = letters.length;
  for (; at > 0; at -= 1) {
    used += widthOf(letters[at - 1] ?? "");
    if (used > columns) break;
  }
  return letters.slice(at).join("");
}
