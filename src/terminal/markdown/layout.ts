// Blocks → lines of a terminal: wrapped by words at its width, code left as it is, tables aligned.
import { paint } from "../colour.ts";
import { tableLines } from "./table.ts";
import type { Block, Node } from "./tree.ts";
import { type Page, textOf, wrap } from "./wrap.ts";

/** Deep nesting leaves at least this much for the text. Columns. */
const MIN_WIDTH = 12;
/** The lines above and below code. Columns. */
const FRAME_WIDTH = 40;

export function layout(nodes: readonly Node[], page: Page): string[] {
  const lines: string[] = [];
  let isFirst = true;
  for (const node of joinText(nodes)) {
    const laid = node.type === "text" ? wrap(node.text, page) : blockLines(node, page);
    if (laid.length === 0) continue;
    // A list that stands right below the words of its item needs no air.
    const isAttached = node.type === "block" && node.name === "list" && isFirstText(nodes);
    if (!isFirst && !isAttached) lines.push("");
    for (const line of laid) lines.push(line);
    isFirst = false;
  }
  return lines;
}

const isFirstText = ([first]: readonly Node[]): boolean => first?.type === "text";

/** Pieces of one text come separately; only line ends between blocks are left out. */
function joinText(nodes: readonly Node[]): Node[] {
  const joined: Node[] = [];
  for (const node of nodes) {
    const last = joined.at(-1);
    if (node.type === "text" && last?.type === "text") last.text += node.text;
    else joined.push(node.type === "text" ? { ...node } : node);
  }
  return joined.filter((node) => node.type === "block" || node.text.trim() !== "");
}

function blockLines(block: Block, page: Page): string[] {
  const { hasColour, width } = page;
  switch (block.name) {
    case "heading":
      return headingLines(block, page);
    case "blockquote":
      return indent(layout(block.children, narrow(page, 2)), paint(hasColour, "dim", "│ "));
    case "code":
      return [
        frameLine(block.meta.language ?? "", page),
        ...textOf(block).replace(/\n$/, "").split("\n"),
        frameLine("", page),
      ];
    case "list":
      return listLines(block, page);
    case "hr":
      return [paint(hasColour, "dim", "─".repeat(width))];
    case "table":
      return tableLines(block, page);
    case "html":
      return textOf(block).trimEnd().split("\n");
    default:
      return layout(block.children, page);
  }
}

function headingLines({ children, meta }: Block, page: Page): string[] {
  const text = children.map((node) => (node.type === "text" ? node.text : "")).join("");
  if (!page.hasColour) return wrap(`${"#".repeat(meta.level ?? 1)} ${text}`, page);
  // Bold within it ends there, and a heading stays bold.
  const whole = text.replaceAll("\u001b[22m", "");
  return wrap(whole, page).map((line) => {
    const bold = paint(true, "bold", line);
    return meta.level === 1 ? paint(true, "underline", bold) : bold;
  });
}

function listLines({ children, meta }: Block, page: Page): string[] {
  const items = children.filter((node) => node.type === "block");
  const isLoose = items.some((item) => item.children.some(isParagraph));
  return items.flatMap((item, index) => {
    const marker = markerOf(item, meta);
    const columns = Bun.stringWidth(marker);
    const lines = layout(item.children, narrow(page, columns));
    const shown = lines.length === 0 ? [""] : lines;
    const gap = isLoose && index > 0 ? [""] : [];
    return [...gap, ...indent(shown, " ".repeat(columns), marker)];
  });
}

const isParagraph = (node: Node): boolean => node.type === "block" && node.name === "paragraph";

function markerOf({ meta }: Block, list: Block["meta"]): string {
  const box = meta.checked === undefined ? "" : meta.checked ? "☑ " : "☐ ";
  if (list.ordered) return `${(list.start ?? 1) + (meta.index ?? 0)}. ${box}`;
  return box === "" ? "• " : box;
}

/** The line above code, with its language, and the one below. Code itself is left free, to be copied. */
export function frameLine(language: string, { width, hasColour }: Page): string {
  const columns = Math.min(width, FRAME_WIDTH);
  const label = language === "" ? "" : `── ${language} `;
  const line = label + "─".repeat(Math.max(0, columns - Bun.stringWidth(label)));
  return paint(hasColour, "dim", line);
}

export const narrow = (page: Page, columns: number): Page => ({
  ...page,
  width: Math.max(MIN_WIDTH, page.width - columns),
});

function indent(lines: readonly string[], prefix: string, first = prefix): string[] {
  return lines.map((line, index) => {
    if (index === 0) return `${first}${line}`.trimEnd();
    return line === "" && prefix.trim() === "" ? "" : `${prefix}${line}`;
  });
}
