// Tables: columns side by side where they fit, else one "name: value" below the other.
import { paint } from "../colour.ts";
import type { Block, Node } from "./tree.ts";
import { type Page, textOf, wrap } from "./wrap.ts";

const GAP = "  ";

interface Cell {
  text: string;
  align: string | undefined;
}

export function tableLines(table: Block, page: Page): string[] {
  const [head = [], ...body] = rowsOf(table.children);
  const widths = head.map((_, column) =>
    Math.max(...[head, ...body].map((row) => Bun.stringWidth(row[column]?.text ?? ""))),
  );
  const total = widths.reduce((sum, width) => sum + width, GAP.length * (widths.length - 1));
  if (total > page.width) return recordLines(head, body, page);
  const line = (row: readonly Cell[]) =>
    widths
      .map((width, column) => pad(row[column], width))
      .join(GAP)
      .trimEnd();
  const bold = head.map((cell) => ({ ...cell, text: paint(page.hasColour, "bold", cell.text) }));
  const rule = widths.map((width) => "─".repeat(width)).join(GAP);
  return [line(bold), paint(page.hasColour, "dim", rule), ...body.map(line)];
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
