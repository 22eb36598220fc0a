// What holds of the composer whatever is pressed: nothing is lost, the cursor stands where it may, the view fits.
import { describe, expect, test } from "bun:test";
import {
  type ComposerState,
  emptyComposer,
  updateComposer,
  viewComposer,
} from "../../../src/tui/composer/index.ts";
import { composerKeys } from "../../../src/tui/composer/keys.ts";
import { columnAt, roomIn, rowsOf } from "../../../src/tui/composer/rows.ts";
import { MAX_ROWS } from "../../../src/tui/composer/state.ts";
import type { Size } from "../../../src/tui/shapes.ts";
import { widthOfLine } from "../../../src/tui/text.ts";
import { composing, play, sentBefore } from "../../support/composing.ts";

const SCRIPTS = 150;
const KEYS = 120;

/** Numbers from 0 to 1 that are the same in every run. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const letters = [
  ...["a", "b", " ", " ", "-", "/", "@", "?", "\\", "é", "語", "👨‍👩‍👧‍👦", "🇩🇪", "❤️", "क्षि"],
  // Parts of letters: what stands beside them becomes one letter with them.
  ...["\u0301", "\u200d", "\ufe0f", "\u{1f1e9}", "👩", "\u0600", "\ud83d"],
];
const pastes = [
  "two\nlines",
  "/tmp/a.png",
  "\t",
  "x".repeat(1500),
  "line\n".repeat(40),
  "👩\u200d",
  "\u0301",
];
const png = { media_type: "image/png", data: "AAAA", bytes: 3, written: "/tmp/a.png" };
const keys = Object.values(composerKeys).map(({ keys }) => keys[0]);

function pick<Item>(items: readonly Item[], number: number): Item {
  const item = items[Math.floor(number * items.length)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}

/** Every state that a random script passes through. */
function* statesOf(seed: number, columns: number): Generator<ComposerState> {
  const next = numbersFrom(seed);
  const context = composing({ columns });
  let state: ComposerState = {
    ...emptyComposer(),
    history: sentBefore("sent\nbefore", "/help", "é語"),
  };
  for (let count = 0; count < KEYS; count += 1) {
    const kind = next();
    if (kind < 0.45) {
      const text = pick(letters, next());
      const key = { name: text === " " ? "space" : text, text };
      state = updateComposer(state, { type: "key", key }, context).state;
    } else if (kind < 0.52) {
      state = updateComposer(state, { type: "paste", text: pick(pastes, next()) }, context).state;
    } else if (kind < 0.55) {
      const image = pick([null, { ...png, name: pick(letters, next()) }], next());
      const id = state.asked - 1;
      state = updateComposer(state, { type: "image", id, image, problem: null }, context).state;
    } else {
      const key = { name: pick(keys, next()), text: "" };
      state = updateComposer(state, { type: "key", key }, context).state;
    }
    yield state;
  }
}

const seeds = Array.from({ length: SCRIPTS }, (_, seed) => seed);
const sizes: Size[] = [
  { columns: 80, rows: 24 },
  { columns: 12, rows: 3 },
  { columns: 5, rows: 1 },
  { columns: 1, rows: 1 },
];
const sizeFor = (seed: number): Size => pick(sizes, (seed % sizes.length) / sizes.length);

describe("whatever is pressed", () => {
  test("paths whose files are read stand where they are looked for", () => {
    const wrong = seeds.flatMap((seed) =>
      [...statesOf(seed, sizeFor(seed).columns)].filter(({ text, reading }) =>
        reading.some(({ from, written }) => !text.startsWith(written, from)),
      ),
    );
    expect(wrong).toEqual([]);
  });

  test("the cursor stands between letters", () => {
    const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
    const wrong: unknown[] = [];
    for (const seed of seeds) {
      for (const { text, cursor } of statesOf(seed, sizeFor(seed).columns)) {
        const at = segmenter.segment(text).containing(cursor);
        if (at && at.index !== cursor) wrong.push({ seed, text, cursor });
      }
    }
    expect(wrong).toEqual([]);
  });

  test("the text stands in the rows whole and in order, and no row is wider than there is room", () => {
    for (const seed of seeds) {
      const { columns } = sizeFor(seed);
      for (const state of statesOf(seed, columns)) {
        const rows = rowsOf(state, columns);
        const texts = rows.map(({ from, to }) => state.text.slice(from, to));
        expect(texts.join("")).toBe(state.text.replaceAll("\n", ""));
        const widths = rows.map((row) => columnAt(state, row, row.to, columns));
        // A blank may stand in the column of the cursor.
        expect(Math.max(...widths)).toBeLessThanOrEqual(roomIn(columns) + 1);
      }
    }
  });

  test("the view fits its size, with the cursor in it", () => {
    const wrong: unknown[] = [];
    for (const seed of seeds) {
      const size = sizeFor(seed);
      for (const state of statesOf(seed, size.columns)) {
        const { lines, cursor, list } = viewComposer(state, size);
        const isWide = [...lines, ...list].some((line) => widthOfLine(line) > size.columns);
        const isHigh = lines.length < 1 || lines.length > Math.min(MAX_ROWS, size.rows);
        const isInside = cursor.row < lines.length && cursor.column < size.columns;
        const isNegative = cursor.row < 0 || cursor.column < 0;
        if (isWide || isHigh || !isInside || isNegative) wrong.push({ seed, size, state });
      }
    }
    expect(wrong).toEqual([]);
  });

  test("undo leads back to the beginning, and doing again to the end", () => {
    for (const seed of seeds) {
      const all = [...statesOf(seed, 80)];
      const ended = { ...(all.at(-1) ?? emptyComposer()), search: null, redo: [] };
      let state: ComposerState = ended;
      while (state.undo.length > 0) state = play("<ctrl+_>", { from: state }).state;
      expect(state.text).toBe("");
      while (state.redo.length > 0) state = play("<alt+e>", { from: state }).state;
      expect(state.text).toBe(ended.text);
    }
  });
});
