// Cuts Markdown that is still being written into the parts that are complete: nothing of them changes
// any more, whatever comes. A part is a block, one item of a list, or one line of fenced code.

export type Part =
  /** `isTight`: it goes on right below the part before, without an empty line. */
  | { type: "block"; text: string; isTight: boolean }
  | { type: "code_start"; language: string }
  | { type: "code_line"; text: string }
  | { type: "code_end" };

export interface BlockSplitter {
  push(text: string): Part[];
  /** The line that has begun, where it is no longer and can only be a paragraph of its own. */
  begun(maxLength: number): string;
  /** What is not complete yet, as if nothing more came; it may still become something else. */
  open(): Part | null;
  /** What is left when nothing more comes. */
  end(): Part[];
}

/** A block, or a line of code, that grows beyond this is shown as it stands. UTF-16 units. */
const MAX_OPEN_LENGTH = 64 * 1024;

const FENCE = /^( {0,3})(`{3,}|~{3,})([^`]*)$/;
const HEADING = /^ {0,3}#{1,6}(?:\s|$)/;
const RULE = /^ {0,3}(?:(?:-[ \t]*){3,}|(?:_[ \t]*){3,}|(?:\*[ \t]*){3,})$/;
const UNDERLINE = /^ {0,3}(?:=+|-+)[ \t]*$/;
const ITEM = /^ {0,1}(?:([-*+])|(\d{1,9})([.)]))(?:[ \t]+|$)/;
const INDENTED = /^(?: {2,}|\t)/;
const PARAGRAPH = /^\p{L}/u;
const QUOTE = /^ {0,3}>/;

interface Fence {
  indent: number;
  mark: string;
}

interface Open {
  kind: "text" | "quote" | "item";
  lines: string[];
  length: number;
  isTight: boolean;
  /** Of an item: an empty line came, so that only what is indented still belongs to it. */
  isPaused: boolean;
}

/** The list that the last item belongs to, so that the next one counts on. */
interface List {
  marker: string;
  number: number;
}

/** Lines are cut off as they end, and given to the block that is open. */
export function createBlockSplitter(): BlockSplitter {
  const blocks = createBlocks();
  let rest = "";
  let fence: Fence | undefined;

  function takeLine(line: string): void {
    if (fence) {
      if (closes(line, fence)) fence = undefined;
      blocks.code(fence ? line.replace(new RegExp(`^ {0,${fence.indent}}`), "") : undefined);
      return;
    }
    const opening = blocks.isItemContinued(line) ? null : FENCE.exec(line);
    if (!opening) return blocks.line(line);
    const [, indent = "", mark = "", language = ""] = opening;
    fence = { indent: indent.length, mark };
    blocks.startCode(language.trim());
  }

  return {
    push(text) {
      rest += text;
      let from = 0;
      // A line that goes on is left alone: to look into it again would cost its whole length.
      const hasEnded = text.includes("\n");
      for (let to = hasEnded ? rest.indexOf("\n") : -1; to >= 0; to = rest.indexOf("\n", from)) {
        takeLine(rest.slice(from, to));
        from = to + 1;
      }
      if (hasEnded) rest = rest.slice(from);
      if (rest.length > MAX_OPEN_LENGTH) {
        takeLine(rest);
        rest = "";
      }
      return blocks.take();
    },
    begun(maxLength) {
      const isFree = !fence && rest.length <= maxLength && blocks.isClosed();
      return isFree && PARAGRAPH.test(rest) ? rest : "";
    },
    open() {
      if (fence) return rest === "" ? null : { type: "code_line", text: rest };
      return blocks.open(rest);
    },
    end() {
      if (rest !== "") takeLine(rest);
      rest = "";
      if (fence) blocks.code(undefined);
      fence = undefined;
      blocks.close();
      return blocks.take();
    },
  };
}

function closes(line: string, { mark }: Fence): boolean {
  const found = FENCE.exec(line);
  return found?.[3]?.trim() === "" && found[2]?.startsWith(mark) === true;
}

/** The block that is open, and the parts that are complete. */
function createBlocks() {
  let open: Open | undefined;
  let list: List | undefined;
  const parts: Part[] = [];

  function close(): void {
    if (!open) return;
    const text = open.lines.join("\n").trimEnd();
    if (text.trim() !== "") parts.push({ type: "block", text, isTight: open.isTight });
    open = undefined;
  }

  function begin(kind: Open["kind"], line: string, isTight = false): void {
    close();
    if (kind !== "item") list = undefined;
    open = { kind, lines: [line], length: line.length, isTight, isPaused: false };
  }

  function add(line: string): void {
    if (!open) return begin("text", line);
    open.lines.push(line);
    open.length += line.length + 1;
    if (open.length > MAX_OPEN_LENGTH) close();
  }

  /** An item is a part of its own, so a list that is cut into its items is counted on by hand. */
  function startItem(line: string, [all = "", bullet, number, stop = ""]: RegExpExecArray): void {
    const marker = bullet ?? stop;
    const isNext = list?.marker === marker;
    const isTight = isNext && open?.isPaused === false;
    const counted = isNext && list ? list.number + 1 : Number(number ?? 0);
    begin("item", bullet ? line : `${counted}${stop} ${line.slice(all.length)}`, isTight);
    list = { marker, number: counted };
  }

  const isItemContinued = (line: string): boolean => open?.kind === "item" && INDENTED.test(line);

  function takeEmpty(): void {
    if (open?.kind !== "item") return close();
    open.isPaused = true;
    open.lines.push("");
  }

  /** A block of one line, or the line that ends one. False where it is neither. */
  function takeSingle(line: string): boolean {
    if (open && open.kind !== "item" && UNDERLINE.test(line)) add(line);
    else if (HEADING.test(line) || RULE.test(line)) begin("text", line);
    else return false;
    close();
    return true;
  }

  function takeLine(line: string): void {
    if (line.trim() === "") return takeEmpty();
    if (isItemContinued(line)) return add(line);
    if (takeSingle(line)) return;
    const item = ITEM.exec(line);
    const isFree = !open || open.kind === "item";
    if (item && (isFree || startsListAnywhere(item))) return startItem(line, item);
    if (QUOTE.test(line) && open?.kind !== "quote") return begin("quote", line);
    if (open?.isPaused) return begin("text", line);
    add(line);
  }

  return {
    line: takeLine,
    isItemContinued,
    isClosed: () => open === undefined,
    open: (rest: string): Part | null => openPart(open, rest),
    close,
    startCode(language: string): void {
      close();
      list = undefined;
      parts.push({ type: "code_start", language });
    },
    /** A line of code; undefined ends it. */
    code(text: string | undefined): void {
      parts.push(text === undefined ? { type: "code_end" } : { type: "code_line", text });
    },
    take: (): Part[] => parts.splice(0),
  };
}

/** The block that is open, with the line that has begun. */
function openPart(open: Open | undefined, rest: string): Part | null {
  const text = [...(open?.lines ?? []), rest].join("\n").trimEnd();
  if (text.trim() === "") return null;
  return { type: "block", text, isTight: open?.isTight ?? false };
}

/** In the middle of a paragraph only these begin a list: a year at the start of a line does not. */
const startsListAnywhere = ([all = "", bullet, number]: RegExpExecArray): boolean =>
  /[ \t]$/.test(all) && (bullet !== undefined || number === "1");
