// Text from models and tools without what a terminal would obey.
import { describe, expect, test } from "bun:test";
import { createStripper, oneLine, stripControl } from "../../src/terminal/strip.ts";

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
