// The model of a screen that the tests of the interface look at.
import { describe, expect, test } from "bun:test";
import { createScreenModel } from "../../support/screen-model.ts";

describe("the model of a screen", () => {
  const written =
    "main\r\nline\u001b[?1049h\u001b]11;?\u001b\\\u001b[2;3Hab\u001b[1;33mc日\u001b[m|\u001b]2;title\u0007" +
    "\u001b7\u001b[1;1Htop\u001b[K\u001b8!\u001b[>4;1m\u001bPtmux;\u001b\u001b]9;x\u0007\u001b\\.";

  test("shows what a terminal would, however the text is cut", () => {
    for (let length = 1; length < written.length; length += 1) {
      const screen = createScreenModel(12, 3);
      for (let from = 0; from < written.length; from += length) {
        screen.write(written.slice(from, from + length));
      }
      expect([screen.lines(), screen.mainText(), screen.title(), screen.modes()]).toEqual([
        ["top", "  abc日|!.", ""],
        "main\nline",
        "title",
        [1049],
      ]);
      expect(screen.cells()[1]?.slice(4, 7)).toEqual([
        { text: "c", style: "1;33" },
        { text: "日", style: "1;33" },
        { text: "", style: "1;33" },
      ]);
      expect(screen.others()).toContain("[>4;1m");
    }
  });

  test("goes on in the next row, and scrolls at the end", () => {
    const screen = createScreenModel(4, 2);
    screen.write("abcdef\r\nghi\r\nj");
    expect(screen.lines()).toEqual(["ghi", "j"]);
  });

  test("is as it was when the alternate screen is left", () => {
    const screen = createScreenModel(8, 2);
    screen.write("before\u001b[?1049hwithin\u001b[?1049l");
    expect([screen.lines(), screen.modes()]).toEqual([["before", ""], []]);
  });
});
