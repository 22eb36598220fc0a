// What the interface asks of the terminal, and how it hears that it could not be done.
import { expect, test } from "bun:test";
import { createPerformer, type PerformOptions } from "../../../src/tui/run/perform.ts";
import { copyOf } from "../../../src/tui/screen/sequences.ts";
import type { Input } from "../../../src/tui/shapes.ts";

test("a text that is too long for the clipboard of a terminal is said to be, and a short one is copied", () => {
  const inputs: Input[] = [];
  const written: string[] = [];
  const screen = {
    copy(text: string): boolean {
      const sequence = copyOf(text, {});
      if (sequence !== undefined) written.push(sequence);
      return sequence !== undefined;
    },
  };
  const given = { screen, directory: "/", take: (input: Input) => inputs.push(input) };
  // Copying asks for nothing else.
  const perform = createPerformer(given as unknown as PerformOptions);
  perform({ type: "copy", text: "short" });
  expect([written.length, inputs]).toEqual([1, []]);
  perform({ type: "copy", text: "x".repeat(100_000) });
  expect([written.length, inputs.map(({ type }) => type)]).toEqual([1, ["trouble"]]);
});
