// Frames → the cells of blessed → one write with what differs.
import type { ThemeName } from "../../terminal/interface.ts";
import type { Frame, Line, Size } from "../shapes.ts";
import { isAsciiOnly } from "./ascii.ts";
import { type CellBuffer, createCellBuffer } from "./blessed.ts";
import { cellsOf } from "./cells.ts";
import type { ScreenOptions } from "./screen-shapes.ts";
import * as sequences from "./sequences.ts";
import { type Attributes, attributesOf, withDimAndItalic } from "./theme.ts";

export type Painter = ReturnType<typeof createPainter>;

export function createPainter(
  options: Pick<ScreenOptions, "stdout" | "variables" | "theme" | "hasColour">,
  sizeOf: () => Size,
) {
  const { stdout, variables, hasColour } = options;
  let { theme } = options;
  let isDarkNow: boolean | undefined;
  let segmenter: Intl.Segmenter | undefined;
  const isAscii = isAsciiOnly(variables);
  let written = "";
  let attributes: Attributes = attributesOf({ theme, hasColour, isDark: undefined });
  let isSynchronised = variables.JAMEY_SYNC === "1";
  let drawn: readonly Line[] = [];
  let cursor = sequences.CURSOR_HIDE;
  let buffer: CellBuffer | undefined;

  function reset(size: Size): void {
    if (buffer) buffer.reset(size);
    else buffer = createCellBuffer(size, (text) => (written += text));
    drawn = [];
    // The cursor's place is lost too.
    cursor = "";
  }

  function fill({ lines }: Frame): void {
    const rows = buffer?.rows() ?? [];
    for (const [row, cells] of rows.entries()) {
      const line = lines[row] ?? NOTHING;
      if (isSameLine(drawn[row], line)) continue;
      const next = cellsOf(line, {
        columns: cells.length,
        row,
        attributes,
        segmenter: () => (segmenter ??= new Intl.Segmenter(undefined, { granularity: "grapheme" })),
        isAscii,
      });
      for (let column = 0; column < next.length; column += 1) {
        const [old, cell] = [cells[column], next[column]];
        if (!cell || (old && old[0] === cell[0] && old[1] === cell[1])) continue;
        cells[column] = cell;
        cells.dirty = true;
      }
    }
    drawn = rows.map((_, row) => lines[row] ?? NOTHING);
  }

  return {
    reset,
    /** What a style looks like has changed, or how a frame is written. */
    repaint({ isDark, hasSync }: { isDark?: boolean; hasSync?: boolean }) {
      if (isDark !== undefined) {
        isDarkNow = isDark;
        attributes = attributesOf({ theme, hasColour, isDark });
        drawn = [];
      }
      // tmux answers for itself, whatever the terminal around it can do.
      if (hasSync !== undefined && !variables.JAMEY_SYNC && !variables.TMUX) {
        isSynchronised = hasSync;
      }
    },
    setTheme(name: ThemeName) {
      theme = name;
      attributes = attributesOf({ theme, hasColour, isDark: isDarkNow });
      drawn = [];
    },
    draw(frame: Frame) {
      fill(frame);
      buffer?.draw();
      const cells = withDimAndItalic(written);
      written = "";
      const place = placeOf(frame, sizeOf());
      if (cells === "" && place === cursor) return;
      const text = `${cells === "" ? "" : `${sequences.CURSOR_HIDE}${cells}`}${place}`;
      cursor = place;
      const { SYNC_BEGIN, SYNC_END } = sequences;
      stdout.write(isSynchronised && cells !== "" ? `${SYNC_BEGIN}${text}${SYNC_END}` : text);
    },
    destroy: () => buffer?.destroy(),
  };
}

const NOTHING: Line = [];

/** Most rows of a frame are made anew, and say what they said before. */
function isSameLine(drawn: Line | undefined, line: Line): boolean {
  if (drawn === line) return true;
  if (drawn?.length !== line.length) return false;
  return line.every(({ text, style }, index) => {
    const before = drawn[index];
    return before?.text === text && before.style === style;
  });
}

function placeOf({ cursor }: Frame, { columns, rows }: Size): string {
  if (cursor === null || cursor.column < 0 || cursor.row < 0) return sequences.CURSOR_HIDE;
  return sequences.placeCursor(
    Math.min(cursor.column, columns - 1),
    Math.min(cursor.row, rows - 1),
  );
}
