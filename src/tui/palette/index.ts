// The palette: everything that can be done, found by typing some letters of its name. Pure.

import { stripControl } from "../../terminal/strip.ts";
import type { Act } from "../acts.ts";
import { mentionOf } from "../composer/index.ts";
import { actionFor, keysOf } from "../keys.ts";
import { ago } from "../panes/parts/words.ts";
import type { Effect, KeyPress, Line, Point, Size } from "../shapes.ts";
import { cut, padText, span, spread, widthOf } from "../text.ts";
import { commandNamed, commandTable } from "./commands.ts";
import { rank } from "./rank.ts";
import type { PaletteContext } from "./shapes.ts";

export interface PaletteState {
  query: string;
  selected: number;
  /** What was done last, by its name in the list, the newest first. */
  recent: readonly string[];
  /** Names of files, as they were found last. */
  files: readonly string[];
}

export const emptyPalette: PaletteState = { query: "", selected: 0, recent: [], files: [] };

/** Fewer letters fit every file: none is looked for. */
const MIN_FILE_QUERY = 2;
/** Files that are offered among everything else. */
const MAX_FILES = 20;

/** Characters that can be typed into it. */
const MAX_QUERY_LENGTH = 200;
const MAX_RECENT = 20;
/** Rows of the list that are looked at. */
const MAX_ITEMS = 200;

interface Item {
  name: string;
  help: string;
  key: string;
  /** Words that find it, where those are others than its help. */
  known?: string;
  act: Act;
}

export interface PaletteResult {
  state: PaletteState;
  isTaken: boolean;
  /** The palette goes away; what was chosen is done then. */
  isClosed: boolean;
  act: Act | null;
  effects: readonly Effect[];
}

/** What was found for what stands there; an older answer says nothing about that. */
export const withFiles = (
  state: PaletteState,
  { query, paths }: { query: string; paths: readonly string[] },
): PaletteState => (query === state.query ? { ...state, files: paths.map(stripControl) } : state);

/** Opened anew: nothing typed, and it knows what was done before. */
export const openedPalette = ({ recent }: PaletteState): PaletteState => ({
  ...emptyPalette,
  recent,
});

export function updatePalette(
  state: PaletteState,
  input: { type: "key"; key: KeyPress } | { type: "paste"; text: string },
  context: PaletteContext,
): PaletteResult {
  if (input.type === "paste") return typed(state, state.query + input.text.replace(/\s+/g, " "));
  const { name, text } = input.key;
  const action = actionFor(context.keymap, "palette", name);
  const found = itemsFor(state, context);
  const stay = (next: PaletteState): PaletteResult => closed(next, { isClosed: false });
  switch (action) {
    case "close":
      return closed(openedPalette(state), {});
    case "choose":
      return chosen(state, found[state.selected]);
    case "up":
      return stay({ ...state, selected: stepped(state.selected, -1, found.length) });
    case "down":
      return stay({ ...state, selected: stepped(state.selected, 1, found.length) });
    case "erase":
      return typed(state, withoutLast(state.query));
    case "erase_all":
      return typed(state, "");
    case "erase_word":
      return typed(state, state.query.replace(/\S*\s*$/, ""));
    default:
      if (text === "") return { ...stay(state), isTaken: false };
      return typed(state, state.query + text);
  }
}

const closed = (
  state: PaletteState,
  { isClosed = true, act = null }: { isClosed?: boolean; act?: Act | null },
): PaletteResult => ({ state, isTaken: true, isClosed, act, effects: [] });

/** Files that were found for less stay until those for more are there. */
function typed(state: PaletteState, text: string): PaletteResult {
  const query = text.slice(0, MAX_QUERY_LENGTH);
  const isAsked = query.length >= MIN_FILE_QUERY;
  const files = isAsked ? state.files : [];
  return {
    ...closed({ ...state, query, files, selected: 0 }, { isClosed: false }),
    effects: isAsked ? [{ type: "find_files", query, purpose: "palette" }] : [],
  };
}

const withoutLast = (text: string): string => {
  const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  return text.slice(0, segmenter.segment(text).containing(text.length - 1)?.index ?? 0);
};

const stepped = (selected: number, step: -1 | 1, count: number): number =>
  count === 0 ? 0 : (selected + step + count) % count;

function chosen(state: PaletteState, item: Item | undefined): PaletteResult {
  if (!item) return closed(state, { isClosed: false });
  const others = state.recent.filter((name) => name !== item.name);
  const recent = [item.name, ...others].slice(0, MAX_RECENT);
  return closed({ ...emptyPalette, recent }, { act: item.act });
}

function itemsFor(state: PaletteState, context: PaletteContext): readonly Item[] {
  const items = [...commandItems(context), ...placeItems(context), ...fileItems(state)];
  // Whoever types no slash means the word behind it: a command is found like a file of that name.
  const bare = (name: string) => (state.query.startsWith("/") ? name : name.replace(/^\//, ""));
  const nameOf = ({ name, help, known }: Item) =>
    name.startsWith("/") ? bare(name) : `${name} ${known ?? help}`;
  const recent = state.recent.map(bare);
  return rank(state.query, items, { nameOf, recent }).slice(0, MAX_ITEMS);
}

function commandItems(context: PaletteContext): readonly Item[] {
  const listed = Object.entries(commandTable).filter(([, { isAlias }]) => !isAlias);
  return listed.map(([name, command]) => {
    const key = command.key ? keysOf(context.keymap, "everywhere", command.key)[0] : undefined;
    const insert: Act = { type: "insert", text: `/${name} ` };
    const run = command.needsArgument ? insert : command.run("", context);
    const act: Act = run.type === "problem" ? { type: "notice", text: run.text } : run;
    return { name: `/${name}`, help: command.help, key: key ?? "", act };
  });
}

function placeItems({ workflows, objects, sessions, now }: PaletteContext): readonly Item[] {
  return [
    ...workflows
      .filter(({ name }) => !commandNamed(name))
      .map(({ name, description }): Item => {
        const act: Act = { type: "insert", text: `/${name} ` };
        return { name: `/${name}`, help: description, key: "workflow", act };
      }),
    ...objects.map(({ name, description }): Item => {
      const act: Act = { type: "new_session", po_name: name };
      return { name, help: description, key: "object", act };
    }),
    ...sessions.map(({ session_id, name, title, po_name, updated_at }): Item => {
      const act: Act = { type: "open_session", session_id };
      return {
        name: name ?? title,
        help: `${po_name}  ${ago(updated_at, now)}`,
        known: `${po_name} ${session_id}`,
        key: "conversation",
        act,
      };
    }),
  ];
}

const fileItems = ({ files }: PaletteState): readonly Item[] =>
  files.slice(0, MAX_FILES).map((name): Item => {
    const act: Act = { type: "insert", text: `${mentionOf(name)} ` };
    return { name, help: "", key: "file", act };
  });

export interface PaletteView {
  lines: readonly Line[];
  cursor: Point;
  /** Entries below the last one that is shown. */
  below: number;
}

/** At most so many rows as there are; the first is what is typed. */
export function viewPalette(
  state: PaletteState,
  context: PaletteContext,
  { columns, rows }: Size,
): PaletteView {
  const found = itemsFor(state, context);
  const room = Math.max(0, rows - 1);
  const top = Math.max(0, Math.min(state.selected - Math.floor(room / 2), found.length - room));
  const shown = found.slice(top, top + room);
  const nameColumns = Math.min(
    Math.max(10, ...shown.map(({ name }) => widthOf(name))),
    Math.max(10, Math.floor(columns / 2)),
  );
  const lines = shown.map((item, index) =>
    itemLine(item, { columns, nameColumns, isSelected: top + index === state.selected }),
  );
  const nothing = [cut([span("  Nothing fits. Backspace takes letters back.", "dim")], columns)];
  const typed = cut([span("› ", "bold"), span(state.query)], columns);
  return {
    lines: [typed, ...(found.length === 0 ? nothing : lines)].slice(0, Math.max(1, rows)),
    below: Math.max(0, found.length - top - room),
    cursor: { row: 0, column: Math.min(Math.max(0, columns - 1), 2 + widthOf(state.query)) },
  };
}

function itemLine(
  { name, help, key }: Item,
  look: { columns: number; nameColumns: number; isSelected: boolean },
): Line {
  const left = [
    span(look.isSelected ? "▸ " : "  ", "bold"),
    span(padText(name, look.nameColumns), look.isSelected ? "selected" : "plain"),
    span(`  ${help}`, "dim"),
  ];
  return spread(left, key === "" ? [] : [span(key, "dim")], look.columns);
}
