// Cells of a screen → pixels, in the bitmap font that comes with blessed (Terminus).
import bold from "blessed/usr/fonts/ter-u14b.json";
import normal from "blessed/usr/fonts/ter-u14n.json";
import type { Cell, ScreenModel } from "../../test/support/screen-model.ts";
import type { Colour, Picture } from "./png.ts";

type Font = Readonly<Record<string, { map: readonly string[] }>>;

/** Pixels of the picture for one of the font. */
const SCALE = 2;
const MARGIN = 28;
/** How wide the cursor is, in pixels of the font. */
const CURSOR_WIDTH = 1;

/** Letters that the font lacks, and what looks most like them. */
const ALIKE: Readonly<Record<string, string>> = {
  ...{ "❯": "›", "▸": "▶", "▾": "▼", "⇄": "↔", "⏎": "↵" },
  ...{ "☑": "■", "☐": "□", "⋯": "…" },
};

/** The only letter of two columns that the interface writes by itself, and what it looks like. */
const WIDE = "✋";
const HAND = [
  "                ",
  "      # # #     ",
  "      # # # #   ",
  "      # # # #   ",
  "      # # # #   ",
  "      # # # #   ",
  "   #  #######   ",
  "   ## #######   ",
  "    #########   ",
  "    #########   ",
  "     #######    ",
  "      #####     ",
  "                ",
  "                ",
];

/** Background, foreground and their faint mixture; then the eight colours of a terminal. */
const PALETTE: readonly Colour[] = [
  ...([
    [24, 26, 31],
    [214, 216, 220],
    [124, 128, 138],
  ] as const),
  ...([
    [24, 26, 31],
    [224, 108, 117],
    [140, 194, 101],
    [229, 181, 103],
  ] as const),
  ...([
    [97, 175, 239],
    [198, 120, 221],
    [86, 182, 194],
    [230, 230, 230],
  ] as const),
];
const [BACK, FRONT, FAINT, FIRST] = [0, 1, 2, 3];

/** The cells, and where the cursor stands. */
export function drawScreen(screen: ScreenModel): Picture {
  const picture = drawCells(screen.cells());
  const { column, row, isVisible } = screen.cursor();
  for (let y = 0; y < normal.height && isVisible; y += 1) {
    for (let x = 0; x < CURSOR_WIDTH; x += 1) {
      const left = MARGIN + (column * normal.width + x) * SCALE;
      dot(picture, { left, top: MARGIN + (row * normal.height + y) * SCALE, index: FRONT });
    }
  }
  return picture;
}

function drawCells(rows: readonly (readonly Cell[])[]): Picture {
  const { width, height } = normal;
  const columns = rows[0]?.length ?? 0;
  const picture: Picture = {
    width: columns * width * SCALE + 2 * MARGIN,
    height: rows.length * height * SCALE + 2 * MARGIN,
    pixels: new Uint8Array(0),
    palette: PALETTE,
  };
  picture.pixels = new Uint8Array(picture.width * picture.height);
  for (const [row, cells] of rows.entries()) {
    for (const [column, cell] of cells.entries()) {
      const isCovered = cell.text === "" && cells[column - 1]?.text === WIDE;
      if (!isCovered) drawCell(picture, cell, { column, row });
    }
  }
  return picture;
}

function drawCell(picture: Picture, cell: Cell, at: { column: number; row: number }): void {
  const { flags, colour } = lookOf(cell.style);
  const fonts: { bold: Font; normal: Font } = { bold: bold.glyphs, normal: normal.glyphs };
  const font = flags.has(1) ? fonts.bold : fonts.normal;
  const letter = [...cell.text][0] ?? " ";
  const map = letter === WIDE ? HAND : (font[letter] ?? font[ALIKE[letter] ?? " "])?.map;
  const columns = letter === WIDE ? 2 * normal.width : normal.width;
  const isInverse = flags.has(7);
  for (let y = 0; y < normal.height; y += 1) {
    const isUnderlined = flags.has(4) && y === normal.height - 2;
    for (let x = 0; x < columns; x += 1) {
      const isInk = isUnderlined || (map?.[y]?.[x] ?? " ") !== " ";
      const index = isInk === isInverse ? BACK : colour;
      const left = MARGIN + (at.column * normal.width + x) * SCALE;
      const top = MARGIN + (at.row * normal.height + y) * SCALE;
      dot(picture, { left, top, index });
    }
  }
}

function dot(
  { pixels, width }: Picture,
  { left, top, index }: { left: number; top: number; index: number },
): void {
  for (let y = 0; y < SCALE; y += 1) {
    pixels.fill(index, (top + y) * width + left, (top + y) * width + left + SCALE);
  }
}

function lookOf(style: string): { flags: Set<number>; colour: number } {
  const numbers = style === "" ? [] : style.split(";").map(Number);
  const flags = new Set(numbers);
  const coloured = numbers.find((number) => number >= 30 && number <= 37);
  const plain = flags.has(2) ? FAINT : FRONT;
  return { flags, colour: coloured === undefined ? plain : FIRST + coloured - 30 };
}
