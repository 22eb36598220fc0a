// The whole screen at every size, as people see it.
import { describe, expect, test } from "bun:test";
import type { Size } from "../../../src/tui/shapes.ts";
import { widthOfLine } from "../../../src/tui/text.ts";
import { expectScreen, letters, screenSizes, styled } from "../../support/screens.ts";
import { editedFrames, editedMessages } from "../../support/tui-edited.ts";
import { livelyFrames } from "../../support/tui-frames.ts";
import {
  answered,
  type PlayedInterface,
  playInterface,
  playLively,
  playSession,
  said,
  signal,
} from "../../support/tui-whole.ts";

function playEdited(size: Size): PlayedInterface {
  const played = playSession(editedMessages(), { size, name: "the other region" });
  played.frames(...editedFrames());
  return played;
}

const scenes: Record<string, (size: Size) => PlayedInterface> = {
  conversation: playLively,
  /** Others work and ask; a message was typed while the agent works, the daemon is away. */
  busy(size) {
    const played = playLively(size);
    played.frames(...livelyFrames());
    played.type("also run the linter");
    played.give({ type: "link", state: { type: "lost", reason: "it went" } });
    return played;
  },
  empty: (size) => playInterface({ size }),
  /** In the conversation, gone from change to change. */
  edited(size) {
    const played = playEdited(size);
    played.press("shift+tab", "N", "N");
    return played;
  },
  /** What all its calls changed: over the agents, too. */
  changes(size) {
    const played = playEdited(size);
    played.type("/diff");
    played.press("escape", "enter", "n", "n");
    return played;
  },
  /** One result by itself, from the message that is selected. */
  result(size) {
    const played = playEdited(size);
    played.press("shift+tab", "p", "f", "space");
    return played;
  },
  inbox(size) {
    const played = playLively(size);
    played.frames(...livelyFrames());
    played.press("ctrl+y");
    return played;
  },
  palette(size) {
    const played = playLively(size);
    played.press("ctrl+p", "m", "o");
    return played;
  },
  /** Commands by name, over the conversation and beside the agents. */
  commands(size) {
    const played = playLively(size);
    played.frames(...livelyFrames());
    played.type("/m");
    return played;
  },
  help(size) {
    const played = playInterface({ size });
    played.press("?");
    return played;
  },
};

describe("the screen", () => {
  for (const [name, play] of Object.entries(scenes)) {
    for (const size of screenSizes) {
      const place = `${size.columns}x${size.rows}`;
      test(`${name} stands as it should at ${place}`, () => {
        const { lines, cursor } = play(size).frame();
        expect(lines.length).toBe(size.rows);
        expect(lines.filter((line) => widthOfLine(line) > size.columns)).toEqual([]);
        if (cursor) expect(cursor.column < size.columns && cursor.row < size.rows).toBe(true);
        expectScreen(`whole/${name}-${place}`, letters(lines));
        if (size.columns === 120) expectScreen(`whole/${name}-styles`, styled(lines));
      });
    }
  }

  test("shows the keys of the agents beside it to who is in there, else how to get there", () => {
    const played = playInterface({ size: { columns: 120, rows: 40 } });
    expect(played.screen()).toMatch(/│ f2 keys\n/);
    played.press("f2");
    expect(played.screen()).not.toContain("f2 keys");
    expect(played.screen()).toMatch(/│ .*esc close/);
  });

  test("says that a list over it goes on, and never draws one rule below another", () => {
    for (const size of screenSizes) {
      for (const key of ["ctrl+p", "f1"]) {
        const played = playInterface({ size });
        played.press(key);
        const rows = played.screen().split("\n");
        const rules = rows.map((row) => /^─+│?/.test(row));
        expect(rules.some((isRule, index) => isRule && rules[index + 1])).toBe(false);
        expect(rows.join("\n")).toMatch(/─ ↓ (?:\d+ )?more ──/);
      }
    }
  });

  test("lets no control character through, wherever it was written", () => {
    const evil = "\u001b[2Jx\u0007\u009b31m\t\ty";
    const played = playSession(
      [
        said("m1", evil),
        answered("m2", evil, {
          name: evil,
          tool_calls: [{ id: "c1", name: evil, args: { [evil]: evil } }],
          reasoning: { text: evil, opaque: null },
        }),
        { ...said("m3", evil), role: "tool", tool_call_id: "c1" },
      ],
      { name: evil, turn_id: "t1" },
    );
    played.press("ctrl+o");
    played.frames(signal("TextDelta", "m9", evil));
    expect(played.screen()).not.toMatch(/[^\P{Cc}\n]/u);
  });

  test("is too small below 40×10, and says so", () => {
    expect(playLively({ columns: 80, rows: 24 }).screen({ columns: 39, rows: 9 })).toBe(
      "Too small: 39×9. jamey needs 40×10.\n",
    );
  });

  test("fits at every size between", () => {
    for (let columns = 40; columns <= 130; columns += 9) {
      for (let rows = 10; rows <= 45; rows += 7) {
        const { lines } = scenes.busy?.({ columns, rows })?.frame() ?? { lines: [] };
        expect(lines.length).toBe(rows);
        expect(lines.filter((line) => widthOfLine(line) > columns)).toEqual([]);
      }
    }
  });
});
