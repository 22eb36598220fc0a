// Every pane and every scene on a terminal, in colour and without: the same letters, and no meaning in a colour alone.
import { describe, expect, test } from "bun:test";
import { createPainter } from "../../../src/tui/screen/painter.ts";
import type { Frame, Size } from "../../../src/tui/shapes.ts";
import { createScreenModel } from "../../support/screen-model.ts";
import { letters, screenSizes } from "../../support/screens.ts";
import { livelyFrames } from "../../support/tui-frames.ts";
import { type PlayedInterface, playLively } from "../../support/tui-whole.ts";

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
  palette: ["ctrl+p"],
  help: ["f1"],
};

function playScene(keys: readonly string[], size: Size): PlayedInterface {
  const played = playLively(size);
  played.frames(...livelyFrames());
  played.press(...keys);
  return played;
}

/** As a terminal of this size shows it. */
function drawn(frame: Frame, { columns, rows }: Size, hasColour: boolean) {
  const screen = createScreenModel(columns, rows);
  let written = "";
  const stdout = {
    columns,
    rows,
    write(text: string) {
      written += text;
      screen.write(text);
    },
    on: () => undefined,
    removeListener: () => undefined,
  };
  const options = { stdout, variables: {}, theme: "auto", hasColour } as const;
  const painter = createPainter(options, () => ({ columns, rows }));
  painter.reset({ columns, rows });
  painter.draw(frame);
  painter.destroy();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what a terminal is made of.
  const styles = [...written.matchAll(/\u001b\[([\d;]*)m/g)].flatMap(([, body = ""]) =>
    body.split(";").map(Number),
  );
  return { screen, colours: [...new Set(styles)].filter((style) => style >= 30) };
}

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
