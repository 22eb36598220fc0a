// Markdown → blocks with styled text, read by Bun's own parser.
// Rule: text that the parser made from entities (`&#27;`) is stripped again: it was no control character before.
import { paint } from "../colour.ts";
import { stripControl } from "../strip.ts";

export type Node = { type: "text"; text: string } | Block;

export interface Block {
  type: "block";
  name: BlockName;
  meta: Meta;
  children: Node[];
}

export type BlockName = (typeof BLOCKS)[number];

/** What the parser says about a block; each field only for the blocks that have it. */
export interface Meta {
  level?: number;
  language?: string;
  ordered?: boolean;
  start?: number;
  index?: number;
  checked?: boolean;
  align?: string;
}

const BLOCKS = [
  "heading",
  "paragraph",
  "blockquote",
  "code",
  "list",
  "listItem",
  "hr",
  "table",
  "tr",
  "th",
  "td",
  "html",
] as const;

/** Marks of ours between the parser's callbacks and the tree. No text holds them: it is stripped. */
const [BEGIN, META, END] = ["\u0001", "\u0002", "\u0003"];

/** Quotes and lists within each other. Each costs its whole content once more, and a step of the stack. */
const MAX_NESTING = 32;
const TOO_DEEP = new RegExp(
  `^(?:[ \\t]*(?:>|(?:[-*+]|\\d{1,9}[.)])(?=[ \\t]))){${MAX_NESTING + 1}}`,
  "m",
);

/** What is nested too deeply to be read by anybody stays as it was written. */
export function parseMarkdown(text: string, hasColour: boolean): Node[] {
  if (TOO_DEEP.test(text)) return [{ type: "text", text }];
  return readNodes(Bun.markdown.render(text, callbacks(hasColour), { autolinks: false }));
}

function callbacks(hasColour: boolean): Bun.markdown.RenderCallbacks {
  const mark = (name: BlockName) => (children: string, meta?: object) =>
    `${BEGIN}${name} ${JSON.stringify(meta ?? {})}${META}${children}${END}`;
  /** Without colours the marks of the source stay: something must show what is meant. */
  const styled = (style: "bold" | "italic" | "strike" | "cyan", plain: string) => (text: string) =>
    hasColour ? paint(true, style, text) : `${plain}${text}${plain}`;
  return {
    ...Object.fromEntries(BLOCKS.map((name) => [name, mark(name)])),
    strong: styled("bold", "**"),
    emphasis: styled("italic", "*"),
    strikethrough: styled("strike", "~~"),
    codespan: styled("cyan", "`"),
    link: (text, { href }) => link(text, href, hasColour),
    image: (text, { src }) => link(`[image${text === "" ? "" : `: ${text}`}]`, src, hasColour),
    text: (text) => stripControl(text),
  };
}

/** Where it leads is always shown: what a link says about itself may be a lie. */
function link(text: string, address: string, hasColour: boolean): string {
  const shown = stripControl(address);
  const target = paint(hasColour, "underline", shown);
  const said = Bun.stripANSI(text);
  return said === shown || `mailto:${said}` === shown || said === ""
    ? target
    : `${text} (${target})`;
}

function readNodes(marked: string): Node[] {
  const root: Node[] = [];
  const stack: Node[][] = [root];
  for (const piece of marked.split(BEGIN)) {
    const at = piece.indexOf(META);
    let rest = piece;
    if (at >= 0) {
      const block = readBlock(piece.slice(0, at));
      stack.at(-1)?.push(block);
      stack.push(block.children);
      rest = piece.slice(at + 1);
    }
    for (const [index, text] of rest.split(END).entries()) {
      if (index > 0) stack.pop();
      if (text !== "") stack.at(-1)?.push({ type: "text", text });
    }
  }
  return root;
}

function readBlock(head: string): Block {
  const at = head.indexOf(" ");
  // `mark` wrote both: a name of the table, and the parser's own object.
  const name = head.slice(0, at) as BlockName;
  return { type: "block", name, meta: JSON.parse(head.slice(at + 1)) as Meta, children: [] };
}
