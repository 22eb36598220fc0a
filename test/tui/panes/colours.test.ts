// Every pane and every scene on a terminal, in colour and without: the same letters, and no meaning in a colour alone.
import { describe, expect, test } from "bun:test";
import type { Size } from "../../../src/tui/shapes.ts";
import { drawn } from "../../support/drawn.ts";
import { letters, screenSizes } from "../../support/screens.ts";
import { livelyFrames } from "../../support/tui-frames.ts";
import { type PlayedInterface, playLively } from "../../support/tui-whole.ts";

/** Every pane of the table, and what is no pane. */
const openings: Record<string, readonly string[]> = {
  conversation: [],
  agents: ["f2"],
  inbox: ["ctrl+y"],
  sessions: ["ctrl+s"],
  objects: ["f3"],
  workflows: ["f4"],
  usage: ["f5"],
  connectors: ["f6"],
  log: ["f7"],
  changes: ["/", "d", "i", "f", "f", "escape", "enter", "n"],
  result: ["shift+tab", "p", "f"],
  context: ["/", "c", "o", "n", "t", "e", "x", "t", "escape", "enter"],
  palette: ["ctrl+p"],
  help: ["f1"],
};

function playScene(keys: readonly string[], size: Size): PlayedInterface {
  const played = playLively(size);
  played.frames(...livelyFrames());
  played.press(...keys);
  return played;
}

test("no pane is left out of the table below", () => {
  const size = { columns: 120, rows: 40 };
  const { state } = playScene([], size);
  const opened = Object.values(openings).map((keys) => playScene(keys, size).state.open);
  const names = state.panes.map(({ name }) => name);
  // On a wide screen the agents stand beside the conversation.
  expect(names.filter((name) => name !== "agents" && !opened.includes(name))).toEqual([]);
});

describe("on a terminal", () => {
  for (const [name, keys] of Object.entries(openings)) {
    for (const size of screenSizes) {
      test(`${name} at ${size.columns}x${size.rows} says the same with colours and without`, () => {
        const frame = playScene(keys, size).frame();
        const [coloured, plain] = [drawn(frame, size, true), drawn(frame, size, false)];
        const expected = letters(frame.lines).trimEnd().split("\n");
        expect(coloured.screen.text().split("\n")).toEqual(expected);
        expect(plain.screen.text()).toBe(coloured.screen.text());
        expect(plain.colours).toEqual([]);
        expect(plain.screen.cursor()).toEqual(coloured.screen.cursor());
      });
    }
  }

  test("what waits for a human stands in the accent, and bold where there are no colours", () => {
    const size = { columns: 120, rows: 40 };
    const frame = playScene([], size).frame();
    for (const hasColour of [true, false]) {
      const { screen } = drawn(frame, size, hasColour);
      const row = screen.cells().find((cells) => cells.some(({ text }) => text === "✋"));
      const style = row?.find(({ text }) => text === "✋")?.style ?? "";
      expect(style.split(";")).toContain("1");
      expect(style.split(";").includes("33")).toBe(hasColour);
    }
  });
});
