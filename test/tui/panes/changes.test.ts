// What a conversation changed, where it is more than a screen is for: too different, too long, too much.
import { describe, expect, test } from "bun:test";
import { changesPane } from "../../../src/tui/panes/changes.ts";
import { type Done, editedConversation, transcriptOfEdits } from "../../support/tui-edited.ts";
import { livelyWorld, sharedOf } from "../../support/tui-frames.ts";
import { type PlayedPane, playPane } from "../../support/tui-pane.ts";

const size = { columns: 90, rows: 14 };

function playChanges(...done: Done[]): PlayedPane {
  const conversation = editedConversation({ transcript: transcriptOfEdits(...done) });
  return playPane(changesPane, sharedOf(livelyWorld(), { size, conversation }));
}

const rows = (pane: PlayedPane): string[] => pane.screen(size).split("\n");

function patch(pane: PlayedPane): string {
  pane.press("v");
  const [effect] = pane.effects();
  return effect?.type === "edit" ? effect.text : "";
}

const lines = (word: string, count: number): string =>
  Array.from({ length: count }, (_, index) => `${word}${index}\n`).join("");

describe("what a conversation changed", () => {
  test("and cannot be compared is counted, and whole in the editor", () => {
    const [before, after] = [lines("old", 900), lines("new", 800)];
    const pane = playChanges(["file_edit", { path: "a.ts", old_text: before, new_text: after }]);
    expect(rows(pane)[0]).toStartWith("1 file  +800 −900");
    expect(rows(pane)[1]).toMatch(/^ {2}a.ts +\+800 −900 {2}1 call$/);
    expect(rows(pane)[3]).toBe(
      "  too different to be set beside each other: your editor has all of it",
    );
    const marked = (text: string, mark: string) => text.replaceAll(/^(?=.)/gm, mark);
    expect(patch(pane)).toBe(`--- a.ts\n+++ a.ts\n@@\n${marked(before, "-")}${marked(after, "+")}`);
  });

  test("and is too long to be drawn is said to be, and whole in the editor", () => {
    const content = "x\n".repeat(20_001);
    const pane = playChanges(["file_write", { path: "a.ts", content }, "Created a.ts."]);
    expect(rows(pane)[0]).toStartWith("1 file  +20001 −0");
    expect(rows(pane).slice(3, 5)).toEqual([
      "  a new file",
      "  too long to be drawn: your editor has all of it",
    ]);
    expect(patch(pane)).toBe(`--- a.ts\n+++ a.ts\n@@\n${"+x\n".repeat(20_001)}`);
  });

  test("beyond what is drawn is not counted, but named, and in the editor", () => {
    const parts = ["one", "two", "three"].map(
      (word): Done => ["file_edit", { path: "a.ts", old_text: word, new_text: lines(word, 900) }],
    );
    const whole = ["b.ts", "c.ts", "d.ts", "e.ts", "f.ts"].map(
      (path): Done => ["file_write", { path, content: lines(path, 2_000) }, `Created ${path}.`],
    );
    const pane = playChanges(...whole, ...parts);
    expect(rows(pane)[0]).toStartWith("6 files  +10000 −0 and more");
    pane.press("end");
    const shown = rows(pane)
      .slice(1, -2)
      .filter((row) => row.trim() !== "");
    expect(shown.slice(-3)).toEqual([
      expect.stringMatching(/^ {2}a.ts +not counted {2}3 calls$/),
      "  3 parts of it: in your editor",
      "  As the calls that edit files say it.",
    ]);
    expect(
      patch(pane)
        .split("\n")
        .filter((row) => row.startsWith("+t")),
    ).toHaveLength(1_800);
  });

  test("and was written whole over what is not known is not counted as if nothing went", () => {
    const over: Done = ["file_write", { path: "a.ts", content: "one\n" }, "Replaced a.ts."];
    const made: Done = ["file_write", { path: "b.ts", content: "two\n" }, "Created b.ts."];
    const pane = playChanges(over, made);
    expect(rows(pane)[0]).toStartWith("2 files  +2 −?");
    expect(rows(pane).filter((row) => /^ {2}[ab]\.ts/.test(row))).toEqual([
      expect.stringMatching(/\+1 −\?/),
      expect.stringMatching(/\+1 −0/),
    ]);
  });

  test("says how many older edits are left out", () => {
    const edits = Array.from(
      { length: 2_001 },
      (_, index): Done => ["file_edit", { path: `${index}.ts`, old_text: "a", new_text: "b" }],
    );
    const pane = playChanges(...edits);
    pane.press("end");
    expect(pane.screen(size)).toContain("what 500 older edits changed is not in it.");
  });
});
