// From change to change in the conversation; white space; the way to a result by itself and back.
import { describe, expect, test } from "bun:test";
import type { Message } from "../../../src/protocol/messages.ts";
import { editCalls, editedFrames, editedMessages, testOutput } from "../../support/tui-edited.ts";
import { answered, type PlayedInterface, playSession, said } from "../../support/tui-whole.ts";

const size = { columns: 80, rows: 24 };

function playEdited(more: Message[] = []): PlayedInterface {
  const played = playSession([...editedMessages(), ...more], { size });
  played.frames(...editedFrames());
  played.press("shift+tab");
  return played;
}

const notice = (played: PlayedInterface): string => played.state.notice?.text ?? "";
const markedRow = (played: PlayedInterface): string | undefined =>
  played
    .screen()
    .split("\n")
    .find((row) => row.includes("› - ") || row.includes("› + "))
    ?.replace("▌", "")
    .trim();

const filler: Message[] = Array.from({ length: 40 }, (_, index) =>
  index % 2 === 0 ? said(`x${index}`, `more ${index}`) : answered(`y${index}`, `and ${index}`),
);

/** Every change, from the last one upwards, as they are said. */
const ALL = [
  "Change 6 of 6, in NOTES.md.",
  "Change 5 of 6, in src/space.ts.",
  "Change 4 of 6, in src/server.ts.",
  "Change 3 of 6, in src/server.ts.",
  "Change 2 of 6, in src/server.ts.",
  "Change 1 of 6, in src/server.ts.",
];

describe("changes of files", () => {
  test("are gone through upwards and back, each once, whatever is said below", () => {
    for (const played of [playEdited(), playEdited(filler)]) {
      const up = ALL.map(() => {
        played.press("N");
        return notice(played);
      });
      expect(up).toEqual(ALL);
      played.press("N");
      expect(notice(played)).toBe("There is no further change of a file above.");
      const down = ALL.slice(1).map(() => {
        played.press("n");
        return notice(played);
      });
      expect(down).toEqual(ALL.slice(0, -1).reverse());
      played.press("n");
      expect(notice(played)).toBe("There is no further change of a file below.");
    }
  });

  test("are marked where they stand, and on the screen", () => {
    const played = playEdited(filler);
    const rows = ALL.map(() => {
      played.press("N");
      return markedRow(played);
    });
    expect(rows).toEqual([
      "› + # Notes",
      "› -   b();",
      '› - const region = "eu";',
      "› +   console.log('stopped');",
      "› -   const timeout = 1000;",
      '› - import { listen } from "./net";',
    ]);
  });

  test("are counted from what is on the screen once one has looked elsewhere", () => {
    const played = playEdited(filler);
    played.press("N", "N", "G", "N");
    expect(notice(played)).toBe(ALL[0] ?? "");
    played.press("g", "n");
    expect(notice(played)).toBe(ALL.at(-1) ?? "");
  });

  test("open the call that is folded, and no call that failed", () => {
    const played = playEdited();
    while (played.state.conversation.selected !== "a1") played.press("p");
    played.press("enter");
    expect(played.screen()).not.toContain("region = ");
    played.press("g", "n");
    expect(notice(played)).toBe(ALL.at(-1) ?? "");
    expect(markedRow(played)).toBe('› - import { listen } from "./net";');
    played.press("G", "N");
    expect(notice(played)).toBe(ALL[0] ?? "");
    expect(played.state.conversation.folds[editCalls.missing.id]).toBeUndefined();
  });

  test("leave the keys of a search to the search", () => {
    const played = playEdited();
    played.press("/");
    played.type("server.ts");
    played.press("enter", "n");
    expect(played.state.conversation.change).toBeNull();
    expect(played.state.conversation.search?.current).toBe(1);
  });

  test("of which there are none say so", () => {
    const played = playSession([said("m1", "hello"), answered("m2", "hello")]);
    played.press("shift+tab", "n");
    expect(notice(played)).toBe("There is no further change of a file below.");
    expect(played.state.conversation.place).toBeNull();
  });
});

describe("white space", () => {
  test("alone is no change any more, and one again", () => {
    const played = playEdited();
    expect(played.screen()).toMatch(/file_edit src\/space.ts +\+1 −1/);
    played.press("w");
    expect(played.screen()).toMatch(/file_edit src\/space.ts +\+0 −0/);
    expect(played.screen()).toContain("nothing but white space");
    expect(notice(played)).toBe("White space alone is no change now. w compares it again.");
    played.press("w");
    expect(played.screen()).toMatch(/file_edit src\/space.ts +\+1 −1/);
  });
});

describe("a result by itself", () => {
  test("is that of the selected message, whole, and goes to the editor", () => {
    const played = playEdited();
    played.press("p", "f");
    expect(played.screen()).toContain("shell bun test --bail");
    played.press("end");
    expect(played.screen()).toContain("(pass) test 60");
    played.effects();
    played.press("v");
    const text = `${JSON.stringify(editCalls.tests.args, null, 2)}\n\n${testOutput}`;
    expect(played.effects()).toEqual([
      { type: "edit", purpose: "result:editor", text, suffix: ".txt" },
    ]);
  });

  test("leads back to the message that it was opened from", () => {
    const played = playEdited();
    played.press("p", "f", "escape");
    expect([played.state.open, played.state.focus]).toEqual([null, "conversation"]);
    expect(played.state.conversation.selected).toBe("a3");
    played.press("p", "f");
    expect(played.screen()).toContain("file_edit src/space.ts");
  });
});

test("at every size the change that was gone to is on the screen", () => {
  for (const columns of [60, 100, 200]) {
    for (let rows = 14; rows <= 44; rows += 6) {
      const played = playSession([...editedMessages(), ...filler.slice(0, 4)], {
        size: { columns, rows },
      });
      played.frames(...editedFrames());
      played.press("shift+tab");
      for (const key of ["N", "N", "N", "N", "N", "N", "n", "n", "n", "n", "n"]) {
        played.press(key);
        expect([columns, rows, key, played.screen().includes("   › ")]).toEqual([
          columns,
          rows,
          key,
          true,
        ]);
      }
    }
  }
});

test("at every height the first change is on the screen, though what is said of it takes a row", () => {
  for (let rows = 12; rows <= 44; rows += 1) {
    const played = playSession(editedMessages(), { size: { columns: 80, rows } });
    played.frames(...editedFrames());
    played.press("shift+tab", "N");
    expect([rows, played.screen().includes("   › ")]).toEqual([rows, true]);
  }
});
