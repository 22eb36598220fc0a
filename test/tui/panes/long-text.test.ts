// Long text in a pane: what begins with a mark stays behind it, however it is wrapped, and nothing is left out.
import { expect, test } from "bun:test";
import { differencePieces, pageOf, textPieces } from "../../../src/tui/panes/parts/long-text.ts";
import { plainText } from "../../../src/tui/text.ts";

const rowsOf = (pieces: ReturnType<typeof textPieces>, from: number, rows = 99): string[] =>
  pageOf(pieces, from, { columns: 30, rows }).lines.map((each) => plainText(each).trimEnd());

const words = (word: string): string => Array.from({ length: 14 }, () => word).join(" ");

test("a line of a difference that is wrapped goes on behind its mark", () => {
  const pieces = differencePieces(`${words("one")}\n`, `${words("two")}\n`);
  const rows = rowsOf(pieces, 0);
  expect(rows).toEqual([
    `- ${words("one").slice(0, 27)}`,
    `  ${words("one").slice(28)}`,
    `+ ${words("two").slice(0, 27)}`,
    `  ${words("two").slice(28)}`,
  ]);
  // A page that begins in the middle of it shows no mark, and begins where the others stand.
  expect(rowsOf(pieces, 1)[0]).toStartWith("  ");
});

test("what is left of a page begins the next one, with a mark as without", () => {
  const pieces = [
    ...differencePieces(`${words("one")}\n`, `${words("two")}\n`),
    ...textPieces(words("three"), { margin: "  " }),
  ];
  const whole = rowsOf(pieces, 0)
    .join("")
    .replace(/[-+\s]+/g, "");
  let read = "";
  for (let from = 0; from < pieces.length; ) {
    const page = pageOf(pieces, from, { columns: 30, rows: 2 });
    read += pieces
      .slice(from, page.end)
      .map(({ line }) => plainText(line))
      .join("");
    expect(page.end).toBeGreaterThan(from);
    from = page.end;
  }
  expect(read.replace(/\s+/g, "")).toBe(whole);
});

test("a page begins with a word wherever there are blanks, also in the middle of a line", () => {
  const said = "something which was written of many words that are not all as long as each other ";
  for (const pieces of [textPieces(said.repeat(8)), differencePieces("", said.repeat(8))]) {
    const words = new Set(said.trim().split(" "));
    for (let from = 0; from < pieces.length; ) {
      const { lines, end } = pageOf(pieces, from, { columns: 30, rows: 3 });
      const shown = lines.flatMap((each) => plainText(each).split(/[\s+]+/));
      expect(shown.filter((word) => word !== "" && !words.has(word))).toEqual([]);
      expect(end).toBeGreaterThan(from);
      from = end;
    }
  }
});

test("without blanks a line is cut, and a letter is not", () => {
  const text = `${"x".repeat(39)}\u{1f469}\u200d\u{1f4bb}${" ".repeat(90)}y`;
  const pieces = textPieces(text).map(({ line }) => plainText(line));
  expect([pieces.join("").length > 90, pieces.some((one) => one === "")]).toEqual([true, false]);
});
