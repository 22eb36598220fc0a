// What an edit changes, as lines: one below the other, or side by side where there is room.
import { type Change, lineChanges } from "../../terminal/line-changes.ts";
import type { Line, Style } from "../shapes.ts";
import { cut, line, pad, span } from "../text.ts";

/** From this width on old and new stand side by side. Columns. */
const SPLIT_FROM_COLUMNS = 110;

export interface Difference {
  changes: readonly Change[];
  added: number;
  removed: number;
}

export function differenceOf(before: string, after: string): Difference | null {
  const changes = lineChanges(before, after);
  if (!changes) return null;
  const count = (type: Change["type"]) => changes.filter((change) => change.type === type).length;
  return { changes, added: count("added"), removed: count("removed") };
}

export const differenceLines = ({ changes }: Difference, columns: number): readonly Line[] =>
  columns >= SPLIT_FROM_COLUMNS
    ? splitLines(changes, columns)
    : changes.map((one) => unified(one, columns));

const looks = {
  same: { mark: "  ", style: "dim" },
  added: { mark: "+ ", style: "added" },
  removed: { mark: "- ", style: "removed" },
  skipped: { mark: "⋯ ", style: "rule" },
} as const satisfies Record<Change["type"], { mark: string; style: Style }>;

function unified({ type, text }: Change, columns: number): Line {
  const { mark, style } = looks[type];
  return cut(line(mark + shown(text), style), columns);
}

const shown = (text: string): string => text.replaceAll("\t", "    ").replace(/\r$/, "");

/** Removed lines stand left of those that came in their place. */
function splitLines(changes: readonly Change[], columns: number): readonly Line[] {
  const half = Math.floor((columns - 3) / 2);
  const lines: Line[] = [];
  let left: Change[] = [];
  let right: Change[] = [];
  const side = (change: Change | undefined): Line => pad(change ? unified(change, half) : [], half);
  const flush = (): void => {
    for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
      lines.push([...side(left[index]), span(" │ ", "rule"), ...side(right[index])]);
    }
    left = [];
    right = [];
  };
  for (const change of changes) {
    if (change.type === "removed") left.push(change);
    else if (change.type === "added") right.push(change);
    else {
      flush();
      left.push(change);
      right.push(change);
      flush();
    }
  }
  flush();
  return lines;
}
