// What goes wrong beside a call is said where the human looks.
import { expect, test } from "bun:test";
import { playInterface } from "../../support/tui-whole.ts";

test("trouble beside a call is a notice", () => {
  const played = playInterface();
  const text = "What you type cannot be kept in /state: no space left on device";
  played.give({ type: "trouble", text });
  expect(played.screen()).toContain(text);
});

test("a notice that is longer than a row goes on in the next ones, where the screen has them", () => {
  const text = `What you type cannot be kept in ${"/a/folder".repeat(6)}: no space is left, so free some of it.`;
  const shown = (size: { columns: number; rows: number }) => {
    const played = playInterface({ size });
    played.give({ type: "trouble", text });
    return played.screen().replace(/\s+/g, " ").includes("free some of it.");
  };
  expect([shown({ columns: 80, rows: 24 }), shown({ columns: 80, rows: 12 })]).toEqual([
    true,
    false,
  ]);
});
