// The key help: every key as it is bound now, and every command by name. Generated, so that it cannot be wrong.
import { type Context, type Keymap, keyTable } from "../keys.ts";
import { type PaneContext, type PaneKey, paneKeys, paneTitles } from "../panes/parts/keys.ts";
import type { Line, Size } from "../shapes.ts";
import { cut, hang, padText, span, widthOf, wrapText } from "../text.ts";
import { commandTable } from "./commands.ts";

const TITLES: Record<Context, string> = {
  everywhere: "Everywhere",
  composer: "Where you write",
  conversation: "In the conversation",
};

/** Columns before the keys, and between them and what they do. */
const MARGIN = 2;
const GAP = 2;
/** Columns of keys and names at most; what is longer stands in a row of its own. */
const MAX_LEFT = 24;

type Row = { left: string; help: string } | { title: string };

/** Lines from `scroll` on, as many as there is room for; `count` is how many there are. */
export function viewKeyHelp(
  keymap: Keymap,
  { columns, rows }: Size,
  scroll: number,
): { lines: readonly Line[]; count: number } {
  const leftColumns = Math.min(MAX_LEFT, Math.max(1, Math.floor(columns / 3)));
  const all = rowsOf(keymap).flatMap((row) => linesOf(row, { columns, leftColumns }));
  const top = Math.max(0, Math.min(scroll, all.length - rows));
  return { lines: all.slice(top, top + Math.max(0, rows)), count: all.length };
}

function linesOf(
  row: Row,
  { columns, leftColumns }: { columns: number; leftColumns: number },
): readonly Line[] {
  if ("title" in row) return [cut([span(row.title, "heading")], columns)];
  const isLong = widthOf(row.left) > leftColumns;
  const left = isLong ? " ".repeat(leftColumns) : padText(row.left, leftColumns);
  const help = wrapText(row.help, columns - leftColumns - MARGIN - GAP);
  const beside = hang(help, [span(" ".repeat(MARGIN) + left + " ".repeat(GAP), "bold")]);
  const above = isLong ? [[span(" ".repeat(MARGIN) + row.left, "bold")]] : [];
  return [...above, ...beside].map((each) => cut(each, columns));
}

function rowsOf(keymap: Keymap): readonly Row[] {
  const blank: Row = { left: "", help: "" };
  // The keys of the table are the contexts: it satisfies a record of them.
  const contexts = Object.keys(keyTable) as Context[];
  const keys = contexts.flatMap((context): readonly Row[] => [
    { title: TITLES[context] },
    ...keyRows(keymap, context),
    blank,
  ]);
  // The keys of that table are its contexts, as above.
  const paneContexts = Object.keys(paneKeys) as PaneContext[];
  const panes = paneContexts.flatMap((context): readonly Row[] => [
    { title: paneTitles[context] },
    ...Object.values(paneKeys[context]).map(({ keys: bound, help }: PaneKey) => ({
      left: bound.join(", "),
      help,
    })),
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
  return [...keys, ...panes, { title: "By name" }, ...named, ...typed];
}

function keyRows(keymap: Keymap, context: Context): readonly Row[] {
  const bound: ReadonlyMap<string, string> = keymap[context];
  return Object.entries(keyTable[context]).map(([action, { help }]) => {
    const keys = [...bound].filter(([, name]) => name === action).map(([key]) => key);
    return { left: keys.length === 0 ? "(no key)" : keys.join(", "), help };
  });
}
