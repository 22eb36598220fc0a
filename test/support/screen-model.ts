// A terminal's screen as text: enough of a VT for what the interface writes. It answers nothing by itself.
// A wide letter takes two cells, the second one empty.

export interface Cell {
  text: string;
  /** The parameters of its SGR: `1;33`. */
  style: string;
}

export interface ScreenModel {
  write(text: string): void;
  resize(columns: number, rows: number): void;
  /** Rows without the blanks at their ends. */
  lines(): string[];
  text(): string;
  cells(): readonly (readonly Cell[])[];
  cursor(): { column: number; row: number; isVisible: boolean };
  /** Private modes that are on, such as 1049 and 2004. */
  modes(): number[];
  title(): string;
  /** Other sequences as they came, such as `[>4;1m` and `]52;c;…`. */
  others(): readonly string[];
  /** What was on the screen beside the alternate one. */
  mainText(): string;
}

interface Page {
  cells: Cell[][];
  column: number;
  row: number;
}

const TOKEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what a terminal is made of.
  /\u001b\[([?>=<]?)([\d;:]*)([ -/]*)([@-~])|\u001b\]([^\u0007\u001b]*)(?:\u0007|\u001b\\)|\u001bP[^\u001b]*(?:\u001b[^\\][^\u001b]*)*\u001b\\|\u001b[()][A-Z0-9]|\u001b[^[\]P()]|[\r\n\b\u0007]|[^\u001b\r\n\b\u0007]+/g;
const CUT =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: see above.
  /\u001b(?:\[[?>=<]?[\d;:]*[ -/]*|\][^\u0007\u001b]*\u001b?|P(?:[^\u001b]|\u001b[^\\])*\u001b?|[()])?$/;

/** Marks that some terminals give a column of their own. */
const SPACING = /^(?:\p{Mc}|[\u0600-\u0605])$/u;

/** `isOld`: a terminal that counts each code point by itself, whatever it is part of. */
export function createScreenModel(
  columns: number,
  rows: number,
  { isOld = false } = {},
): ScreenModel {
  let size = { columns, rows };
  const blank = (): Cell => ({ text: " ", style: "" });
  const blankRow = () => Array.from({ length: size.columns }, blank);
  const blankPage = (): Page => ({
    cells: Array.from({ length: size.rows }, blankRow),
    column: 0,
    row: 0,
  });
  const modes = new Set<number>();
  const others: string[] = [];
  const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  let [main, alternate] = [blankPage(), blankPage()];
  let page = main;
  let saved = { column: 0, row: 0 };
  let style = "";
  let title = "";
  /** Titles that were put away, the last one on top. */
  const titles: string[] = [];
  let held = "";
  const clamp = (value: number, most: number) => Math.max(0, Math.min(value, most));

  function scroll(): void {
    page.cells.shift();
    page.cells.push(blankRow());
    page.row = size.rows - 1;
  }

  function put(text: string): void {
    const letters = isOld ? [...text] : [...segmenter.segment(text)].map(({ segment }) => segment);
    for (const segment of letters) {
      const width = isOld && SPACING.test(segment) ? 1 : Bun.stringWidth(segment);
      if (width === 0) continue;
      if (page.column + width > size.columns) {
        page.column = 0;
        page.row += 1;
        if (page.row >= size.rows) scroll();
      }
      const row = page.cells[page.row];
      if (!row) continue;
      row[page.column] = { text: segment, style };
      for (let at = 1; at < width; at += 1) row[page.column + at] = { text: "", style };
      page.column += width;
    }
  }

  function setMode(mode: number, isOn: boolean): void {
    if (isOn) modes.add(mode);
    else modes.delete(mode);
    if (mode !== 1049) return;
    if (isOn) alternate = blankPage();
    page = isOn ? alternate : main;
  }

  function erase(mode: number, isLine: boolean): void {
    const row = page.cells[page.row];
    if (!row) return;
    if (!isLine && mode >= 2) {
      for (const index of page.cells.keys()) page.cells[index] = blankRow();
      return;
    }
    const [from, to] = mode === 0 ? [page.column, size.columns] : [0, page.column + 1];
    for (let at = mode === 2 ? 0 : from; at < (mode === 2 ? size.columns : to); at += 1) {
      row[at] = blank();
    }
    if (isLine) return;
    for (let at = page.row + 1; at < size.rows && mode === 0; at += 1) page.cells[at] = blankRow();
  }

  function control(kind: string, body: string, final: string): void {
    const numbers = body.split(";").map(Number);
    const [first = 0, second = 0] = numbers;
    if (kind === "?" && (final === "h" || final === "l")) {
      for (const mode of numbers) setMode(mode, final === "h");
    } else if (kind !== "") others.push(`[${kind}${body}${final}`);
    else if (final === "H") {
      page.row = clamp((first || 1) - 1, size.rows - 1);
      page.column = clamp((second || 1) - 1, size.columns - 1);
    } else if (final === "A") page.row = clamp(page.row - (first || 1), size.rows - 1);
    else if (final === "B") page.row = clamp(page.row + (first || 1), size.rows - 1);
    else if (final === "C") page.column = clamp(page.column + (first || 1), size.columns - 1);
    else if (final === "D") page.column = clamp(page.column - (first || 1), size.columns - 1);
    else if (final === "m") style = body === "0" ? "" : body;
    else if (final === "J") erase(first, false);
    else if (final === "K") erase(first, true);
    else if (final === "t" && first === 22) titles.push(title);
    else if (final === "t" && first === 23) title = titles.pop() ?? title;
    else others.push(`[${body}${final}`);
  }

  function plain(token: string): void {
    if (token === "\r") page.column = 0;
    else if (token === "\b") page.column = Math.max(0, page.column - 1);
    else if (token === "\n") {
      page.row += 1;
      if (page.row >= size.rows) scroll();
    } else if (token === "\u001b7") saved = { column: page.column, row: page.row };
    else if (token === "\u001b8") Object.assign(page, saved);
    else if (token === "\u0007" || token.startsWith("\u001b"))
      others.push(token.slice(1) || "bell");
    else put(token);
  }

  const rowText = (row: readonly Cell[]) =>
    row
      .map(({ text }) => text)
      .join("")
      .trimEnd();

  return {
    write(text) {
      const whole = held + text;
      held = CUT.exec(whole)?.[0] ?? "";
      for (const match of whole.slice(0, whole.length - held.length).matchAll(TOKEN)) {
        const [token, kind, body = "", , final, osc] = match;
        if (final !== undefined) control(kind ?? "", body, final);
        else if (osc?.startsWith("2;")) title = osc.slice(2);
        else if (osc !== undefined) others.push(`]${osc}`);
        else plain(token);
      }
    },
    resize(nextColumns, nextRows) {
      size = { columns: nextColumns, rows: nextRows };
      const isMain = page === main;
      [main, alternate] = [blankPage(), blankPage()];
      page = isMain ? main : alternate;
    },
    lines: () => page.cells.map(rowText),
    text: () => page.cells.map(rowText).join("\n").trimEnd(),
    cells: () => page.cells,
    cursor: () => ({ column: page.column, row: page.row, isVisible: modes.has(25) }),
    modes: () => [...modes].filter((mode) => mode !== 25).sort((left, right) => left - right),
    title: () => title,
    others: () => others,
    mainText: () => main.cells.map(rowText).join("\n").trimEnd(),
  };
}
