// Text from models and tools without what a terminal would obey.
import { describe, expect, test } from "bun:test";
import {
  createStripper,
  oneLine,
  showHidden,
  showHiddenInProse,
  stripControl,
  withoutHidden,
} from "../../src/terminal/strip.ts";

const ESC = "\u001b";

describe("stripping", () => {
  const hostile: [string, string][] = [
    [`a${ESC}[31mred${ESC}[0m`, "ared"],
    [`a${ESC}]52;c;ZXZpbA==\u0007b`, "ab"],
    [`a${ESC}]0;title${ESC}\\b`, "ab"],
    [`a${ESC}P1;2|data${ESC}\\b`, "ab"],
    ["a\u009b31mb\u009d0;t\u009cc", "abc"],
    [`a${ESC}(0b${ESC}7c`, "abc"],
    ["a\r\nb\bc\u0000\u007fd\te", "a\nbcd\te"],
    [`a${ESC}]never closed\nb`, "a\nb"],
    ["plain 猫 🤖 é\n", "plain 猫 🤖 é\n"],
    [`${ESC}${ESC}[31mx`, "x"],
    [`a${ESC}[31\nb`, "a\nb"],
  ];

  test("takes every control sequence out, and nothing else", () => {
    expect(hostile.map(([text]) => stripControl(text))).toEqual(hostile.map(([, clean]) => clean));
  });

  test("gives the same however the text is cut", () => {
    for (const [text, clean] of hostile) {
      for (let cut = 0; cut <= text.length; cut += 1) {
        const stripper = createStripper();
        expect(stripper.push(text.slice(0, cut)) + stripper.push(text.slice(cut))).toBe(clean);
      }
    }
  });

  test("gives up a sequence that has no end, so that nothing hides the rest for ever", () => {
    const kept = stripControl(`${ESC}]${"x".repeat(5000)}visible`);
    expect(kept.endsWith("visible")).toBe(true);
    expect(kept.length).toBeLessThan(1000);
  });

  test("makes one line of many", () => {
    expect(oneLine(" a\n b\tc ", 10)).toBe("a b c");
    expect(oneLine("🤖🤖🤖", 2)).toBe("🤖…");
  });
});

describe("what cannot be seen", () => {
  const ranges: readonly (readonly [number, number])[] = [
    ...([
      [0xad, 0xad],
      [0x34f, 0x34f],
      [0x115f, 0x1160],
      [0x180b, 0x180f],
    ] as const),
    ...([
      [0x200b, 0x200f],
      [0x2028, 0x202e],
      [0x2060, 0x206f],
      [0x3164, 0x3164],
    ] as const),
    ...([
      [0xfe00, 0xfe0f],
      [0xfeff, 0xfeff],
      [0xffa0, 0xffa0],
      [0xfff9, 0xfffb],
    ] as const),
    ...([
      [0x13430, 0x1343f],
      [0x1bca0, 0x1bca3],
      [0x1d173, 0x1d17a],
    ] as const),
    ...([
      [0xe0000, 0xe0fff],
      [0x378, 0x379],
      [0xffff, 0xffff],
    ] as const),
  ];
  const hidden = ranges.flatMap(([from, to]) =>
    Array.from({ length: to - from + 1 }, (_none, index) => String.fromCodePoint(from + index)),
  );

  test("is shown by its number, each sign of it, also behind a picture", () => {
    expect(hidden.filter((sign) => !showHidden(`❤${sign}`).startsWith("❤<U+"))).toEqual([]);
    expect([showHidden("a\u{e0041}\ufe0f"), showHidden("\u202e")]).toEqual([
      "a<U+E0041><U+FE0F>",
      "<U+202E>",
    ]);
  });

  test("is a part of a Hangul syllable without its beginning, too", () => {
    expect(showHidden("가각\u1100\u1161\u11a8 a\u1161\u11a8")).toBe(
      "가각\u1100\u1161\u11a8 a<U+1161><U+11A8>",
    );
  });

  test("is let stand in prose only where it makes a picture of a sign", () => {
    const prose = "❤\ufe0f 1\ufe0f\u20e3 a\ufe0f❤\ufe0f\ufe0f\u202e";
    expect(showHiddenInProse(prose)).toBe("❤\ufe0f 1\ufe0f\u20e3 a<U+FE0F>❤\ufe0f<U+FE0F><U+202E>");
  });

  test("is left out where nothing is decided", () => {
    expect(withoutHidden(`a${hidden.join("b")}c`).replaceAll("b", "")).toBe("ac");
  });

  test("is none of what people write, marks and the signs of numbers among it", () => {
    const seen = "a\tb\nc é e\u0301 हिंदी कো 日本 ᄀ 😀👍🏽 \u0600\u0661 \ue0b0 №";
    expect([showHidden(seen), withoutHidden(seen)]).toEqual([seen, seen]);
  });
});
