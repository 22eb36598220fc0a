// Tables: columns side by side where they fit or can be wrapped, else one "name: value" below the other.
import { paint } from "../colour.ts";
import type { Block, Node } from "./tree.ts";
import { type Page, textOf, wrap } from "./wrap.ts";

const GAP = "  ";
/** A column that is wrapped keeps at least this much. */
const MIN_WRAPPED_COLUMNS = 10;

interface Cell {
  text: string;
  align: string | undefined;
  /** It stands above its column. */
  isName?: boolean;
}

export function tableLines(table: Block, page: Page): string[] {
  const [head = [], ...body] = rowsOf(table.children);
  const widths = head.map((_, column) =>
    Math.max(...[head, ...body].map((row) => Bun.stringWidth(row[column]?.text ?? ""))),
  );
  const fitted = fittedWidths(widths, page.width - GAP.length * (widths.length - 1));
  const names = head.map((cell) => ({ ...cell, isName: true }));
  if (!fitted) return recordLines(head, body, page);
  const rows = [names, ...body].map((row) => rowLines(row, fitted, page));
  if (!rows.every((one) => one !== undefined)) return recordLines(head, body, page);
  const rule = fitted.map((width) => "─".repeat(width)).join(GAP);
  const [first = [], ...others] = rows;
  return [...first, paint(page.hasColour, "dim", rule), ...others.flat()];
}

/** Narrow columns as they are, the others alike; undefined where those would be too narrow. */
function fittedWidths(widths: readonly number[], room: number): readonly number[] | undefined {
  let [left, count] = [room, widths.length];
  for (const width of widths.toSorted((one, other) => one - other)) {
    if (width > Math.floor(left / count)) break;
    left -= width;
    count -= 1;
  }
  if (count === 0) return widths;
  const share = Math.floor(left / count);
  if (share < MIN_WRAPPED_COLUMNS) return undefined;
  return widths.map((width) => Math.min(width, share));
}

/** undefined: something in it must not be cut, such as an address. */
function rowLines(
  row: readonly Cell[],
  widths: readonly number[],
  { hasColour }: Page,
): string[] | undefined {
  const cells = widths.map((width, column) => {
    const { text = "", align, isName = false } = row[column] ?? {};
    return wrap(text, { width, hasColour }).map((line) => ({
      text: paint(hasColour && isName, "bold", line),
      align,
    }));
  });
  const isFitting = cells.every((lines, column) =>
    lines.every(({ text }) => Bun.stringWidth(text) <= (widths[column] ?? 0)),
  );
  if (!isFitting) return undefined;
  const height = Math.max(1, ...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_none, index) =>
    widths
      .map((width, column) => pad(cells[column]?.[index], width))
      .join(GAP)
      .trimEnd(),
  );
}

/** A row after the other, each value with the name of its column. */
function recordLines(head: readonly Cell[], body: readonly Cell[][], page: Page): string[] {
  return body.flatMap((row, index) => {
    const lines = row.flatMap(({ text }, column) => {
      const name = paint(page.hasColour, "bold", head[column]?.text ?? "");
      return text === "" ? [] : wrap(`${name}: ${text}`, page);
    });
    return index === 0 ? lines : ["", ...lines];
  });
}

function rowsOf(nodes: readonly Node[]): Cell[][] {
  return nodes
    .filter((node) => node.type === "block")
    .filter((node) => node.name === "tr")
    .map((row) =>
      row.children
        .filter((node) => node.type === "block")
        .map((cell) => ({
          text: textOf(cell).replace(/\s+/g, " ").trim(),
          align: cell.meta.align,
        })),
    );
}

function pad(cell: Cell | undefined, width: number): string {
  const { text = "", align } = cell ?? {};
  const missing = width - Bun.stringWidth(text);
  const before = align === "right" ? missing : align === "center" ? Math.floor(missing / 2) : 0;
  return " ".repeat(before) + text + " ".repeat(missing - before);
}
