// What an edit changes, as lines: one below the other, or side by side where there is room.
import {
  beginsChange,
  type Change,
  type Comparing,
  lineChanges,
} from "../../terminal/line-changes.ts";
import type { Line, Span, Style } from "../shapes.ts";
import { cut, line, pad, span } from "../text.ts";

/** From this width of the text on old and new stand side by side. Columns. */
const SPLIT_FROM_COLUMNS = 110;

/** How many lines went, where what stood there before is not known. */
export const UNKNOWN_COUNT = "?";

export interface Difference {
  changes: readonly Change[];
  added: number;
  removed: number;
}

/** A line of a difference, and whether a change begins with it. */
export interface DifferenceLine {
  line: Line;
  isStart: boolean;
}

export function differenceOf(
  before: string,
  after: string,
  comparing?: Comparing,
): Difference | null {
  const changes = lineChanges(before, after, comparing);
  if (!changes) return null;
  const count = (type: Change["type"]) => changes.filter((change) => change.type === type).length;
  return { changes, added: count("added"), removed: count("removed") };
}

export function differenceLines(
  { changes, added, removed }: Difference,
  columns: number,
): readonly DifferenceLine[] {
  if (changes.length === 0) {
    return [{ line: cut(line("nothing but white space", "dim"), columns), isStart: false }];
  }
  // What only comes, or only goes, has nothing to stand beside.
  const isTwoSided = added > 0 && removed > 0;
  if (columns >= SPLIT_FROM_COLUMNS && isTwoSided) return splitLines(changes, columns);
  return changes.map((one, index) => ({
    line: unified(one, columns),
    isStart: beginsChange(changes, index),
  }));
}

interface Look {
  mark: string;
  style: Style;
  /** What the other line does not say: never a colour alone. */
  marked: Style;
}

export const looks = {
  same: { mark: "  ", style: "dim", marked: "dim" },
  added: { mark: "+ ", style: "added", marked: "added_word" },
  removed: { mark: "- ", style: "removed", marked: "removed_word" },
  skipped: { mark: "⋯ ", style: "rule", marked: "rule" },
} as const satisfies Record<Change["type"], Look>;

function unified({ type, parts }: Change, columns: number): Line {
  const { mark, style, marked } = looks[type];
  const said = parts.map(
    ({ text, isMarked }): Span => span(shown(text), isMarked ? marked : style),
  );
  return cut(joined([span(mark, style), ...said]), columns);
}

/** Pieces of one style are one: most lines have no marked word. */
function joined(spans: readonly Span[]): Line {
  const line: Span[] = [];
  for (const { text, style } of spans) {
    const last = line.at(-1);
    if (last?.style === style) line[line.length - 1] = { text: last.text + text, style };
    else if (text !== "") line.push({ text, style });
  }
  return line;
}

/** A line end is no text. */
const shown = (text: string): string => text.replaceAll("\t", "    ").replace(/\r$/, "");

/** Removed lines stand left of those that came in their place. */
function splitLines(changes: readonly Change[], columns: number): readonly DifferenceLine[] {
  const half = Math.floor((columns - 3) / 2);
  const lines: DifferenceLine[] = [];
  let left: Change[] = [];
  let right: Change[] = [];
  const side = (change: Change | undefined): Line => pad(change ? unified(change, half) : [], half);
  const flush = (isChange: boolean): void => {
    for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
      const line = [...side(left[index]), span(" │ ", "rule"), ...side(right[index])];
      lines.push({ line, isStart: isChange && index === 0 });
    }
    left = [];
    right = [];
  };
  for (const change of changes) {
    if (change.type === "removed") left.push(change);
    else if (change.type === "added") right.push(change);
    else {
      flush(true);
      left.push(change);
      right.push(change);
      flush(false);
    }
  }
  flush(true);
  return lines;
}
