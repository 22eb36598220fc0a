// The key help: every key as it is bound now, and every command by name. Generated, so that it cannot be wrong.

import { stripControl } from "../../terminal/strip.ts";
import { type Binding, type Context, contexts, type Keymap, keyTable } from "../keys.ts";
import { paneTitles } from "../panes/parts/keys.ts";
import type { Line, Size } from "../shapes.ts";
import { cut, hang, padText, span, spread, widthOf, widthOfLine, wrapText } from "../text.ts";
import { commandTable } from "./commands.ts";

const TITLES: Record<Context, string> = {
  everywhere: "Everywhere",
  composer: "Where you write",
  conversation: "In the conversation",
  palette: "In everything by name",
  help: "In this help",
  ...paneTitles,
};

/** Columns before the keys, and between them and what they do. */
const MARGIN = 2;
const GAP = 2;
/** Columns of keys and names at most; what is longer stands in a row of its own. */
const MAX_LEFT = 24;

type Row = { left: string; help: string; name?: string } | { title: string; name?: string };

/** Lines from `scroll` on, as many as there is room for; `count` is how many there are. */
export function viewKeyHelp(
  keymap: Keymap,
  { columns, rows }: Size,
  scroll: number,
  problems: readonly string[] = [],
): { lines: readonly Line[]; count: number } {
  const leftColumns = Math.min(MAX_LEFT, Math.max(1, Math.floor(columns / 3)));
  const all = [
    ...problemLines(problems, columns),
    ...rowsOf(keymap).flatMap((row) => linesOf(row, { columns, leftColumns })),
  ];
  const top = Math.max(0, Math.min(scroll, all.length - rows));
  return { lines: all.slice(top, top + Math.max(0, rows)), count: all.length };
}

/** What the human wrote, and does not count. */
const problemLines = (problems: readonly string[], columns: number): readonly Line[] =>
  problems.length === 0
    ? []
    : [...problems.flatMap((text) => wrapText(stripControl(text), columns, "bad")), []];

function linesOf(
  row: Row,
  { columns, leftColumns }: { columns: number; leftColumns: number },
): readonly Line[] {
  if ("title" in row) return [cut(named([span(row.title, "heading")], row, columns), columns)];
  const isLong = widthOf(row.left) > leftColumns;
  const left = isLong ? " ".repeat(leftColumns) : padText(row.left, leftColumns);
  const help = wrapText(row.help, columns - leftColumns - MARGIN - GAP);
  const beside = hang(help, [span(" ".repeat(MARGIN) + left + " ".repeat(GAP), "bold")]);
  const above = isLong ? [[span(" ".repeat(MARGIN) + row.left, "bold")]] : [];
  const [first = [], ...rest] = [...above, ...beside];
  return [named(first, row, columns), ...rest].map((each) => cut(each, columns));
}

/** By which name a file of bound keys knows it, where there is room for that. */
function named(left: Line, { name = "" }: Row, columns: number): Line {
  const isRoom = widthOfLine(left) + GAP + widthOf(name) <= columns;
  return name !== "" && isRoom ? spread(left, [span(name, "dim")], columns) : left;
}

function rowsOf(keymap: Keymap): readonly Row[] {
  const blank: Row = { left: "", help: "" };
  const keys = contexts.flatMap((context): readonly Row[] => [
    { title: TITLES[context], name: `${context}:` },
    ...keyRows(keymap, context),
    ...(context === "sessions" ? [digits] : []),
    blank,
  ]);
  const named = Object.entries(commandTable).map(([name, { argument, help }]) => ({
    left: `/${name} ${argument}`.trimEnd(),
    help,
  }));
  const typed: readonly Row[] = [
    { left: "/WORKFLOW TEXT", help: "run a workflow" },
    { left: "! COMMAND", help: "run a command line here; what it says joins the conversation" },
    { left: "@NAME", help: "name an object or a file" },
    { left: "//TEXT", help: "send a text that begins with /" },
  ];
  return [...keys, { title: "By name" }, ...named, ...typed];
}

/** No binding: they are the places of the list. */
const digits: Row = { left: "1 … 9", help: "open the one with this number" };

function keyRows(keymap: Keymap, context: Context): readonly Row[] {
  const bound: ReadonlyMap<string, string> = keymap[context];
  const table: Readonly<Record<string, Binding>> = keyTable[context];
  return Object.entries(table).map(([action, { help }]) => {
    const keys = [...bound].filter(([, name]) => name === action).map(([key]) => key);
    return { left: keys.length === 0 ? "(no key)" : keys.join(", "), help, name: action };
  });
}
