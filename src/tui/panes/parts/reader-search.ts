// A search in what is read: what is typed, and the lines that hold it.
import type { Shared } from "../../pane.ts";
import type { Input, Line } from "../../shapes.ts";
import { plainText } from "../../text.ts";
import { paneAction } from "./bound.ts";
import { emptyField, type Field, fieldText, typeInto } from "./field.ts";

export interface ReaderSearch {
  /** null: it is typed no more. */
  field: Field | null;
  query: string;
  /** The line that was found last, and which of how many it is, from 1; null: none. */
  found: { row: number; nth: number; of: number } | null;
}

export const beginSearch = (): ReaderSearch => ({
  field: emptyField("search"),
  query: "",
  found: null,
});

/** null: it was left. A query that was sent is looked for from this line on. */
export function typedSearch(
  search: ReaderSearch,
  { input, shared }: { input: Input; shared: Shared },
  { lines, from }: { lines: readonly Line[]; from: number },
): ReaderSearch | null {
  const { field } = search;
  if (!field) return search;
  const action = input.type === "key" ? paneAction(shared, "field", input.key.name) : undefined;
  if (action === "leave") return null;
  if (action !== "submit") return { ...search, field: typeInto(field, input) ?? field };
  const query = fieldText(field);
  if (query.trim() === "") return null;
  return nextFound({ field: null, query, found: null }, { lines, from });
}

/** The next line that holds it, or the one before; after the last one the first again. */
export function nextFound(
  search: ReaderSearch,
  { lines, from }: { lines: readonly Line[]; from: number },
  step: -1 | 1 = 1,
): ReaderSearch {
  const wanted = search.query.toLowerCase();
  const rows = lines.flatMap((line, row) =>
    plainText(line).toLowerCase().includes(wanted) ? [row] : [],
  );
  const last = search.found?.row;
  const down = rows.findIndex((row) => (last === undefined ? row >= from : row > last));
  const up = rows.findLastIndex((row) => row < (last ?? from));
  const at = step === 1 ? Math.max(0, down) : up < 0 ? rows.length - 1 : up;
  const row = rows[at];
  if (row === undefined) return { ...search, found: null };
  return { ...search, found: { row, nth: at + 1, of: rows.length } };
}

export function searchText(search: ReaderSearch | null): string {
  if (!search || search.query === "") return "";
  const { query, found } = search;
  return found ? `/${query} ${found.nth} of ${found.of}` : `/${query} nothing found`;
}
