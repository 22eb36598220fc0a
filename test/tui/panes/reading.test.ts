// A search in what is read in a pane: typed, from hit to hit and round, left again.
import { describe, expect, test } from "bun:test";
import { changesPane } from "../../../src/tui/panes/changes.ts";
import { resultPane } from "../../../src/tui/panes/result.ts";
import { styled } from "../../support/screens.ts";
import { editedConversation } from "../../support/tui-edited.ts";
import { livelyWorld, sharedOf } from "../../support/tui-frames.ts";
import { type PlayedPane, playPane } from "../../support/tui-pane.ts";

const size = { columns: 60, rows: 20 };

/** The output of sixty tests. */
function reading(): PlayedPane {
  const conversation = editedConversation();
  return playPane(resultPane, sharedOf(livelyWorld(), { size, conversation }));
}

const rows = (pane: PlayedPane): string[] => pane.screen(size).split("\n");
const where = (pane: PlayedPane): string => rows(pane)[0]?.split(/ {2,}/).at(-1) ?? "";
const hits = (pane: PlayedPane): string[] =>
  styled(pane.lines(size))
    .split("\n")
    .flatMap((row) => (row.includes("{selected|") ? [row.trim()] : []));

function search(pane: PlayedPane, query: string): void {
  pane.press("/");
  pane.type(query);
  pane.press("enter");
}

describe("a search in what is read", () => {
  test("goes from line to line that holds it, and round", () => {
    const pane = reading();
    search(pane, "TEST 5");
    expect(where(pane)).toBe("call 6 of 6 · /TEST 5 1 of 11 · 1–18 of 64");
    expect(hits(pane)).toEqual(["(pass) {selected|test 5}"]);
    pane.press("enter");
    expect(where(pane)).toBe("call 6 of 6 · /TEST 5 2 of 11 · 47–64 of 64");
    expect(hits(pane)).toHaveLength(10);
    for (let press = 0; press < 9; press += 1) pane.press("enter");
    expect(where(pane)).toContain("11 of 11");
    pane.press("enter");
    expect(where(pane)).toBe("call 6 of 6 · /TEST 5 1 of 11 · 7–24 of 64");
  });

  test("is gone through by the keys of the conversation, and leads to changes again without it", () => {
    const conversation = editedConversation();
    const pane = playPane(changesPane, sharedOf(livelyWorld(), { size, conversation }));
    const after = (key: string) => {
      pane.press(key);
      return where(pane).replace(/ · [^·]*$/, "");
    };
    search(pane, "region");
    const matches = ["n", "n", "n", "N", "N"].map(after);
    expect(matches).toEqual([
      "/region 2 of 4 · 6 changes",
      "/region 3 of 4 · 6 changes",
      "/region 4 of 4 · 6 changes",
      "/region 3 of 4 · 6 changes",
      "/region 2 of 4 · 6 changes",
    ]);
    // Those of changes alone go to changes all the same.
    expect(["}", "{", "p"].map(after)).toEqual([
      "/region 2 of 4 · change 2 of 6",
      "/region 2 of 4 · change 1 of 6",
      "/region 2 of 4 · change 1 of 6",
    ]);
    pane.press("N", "N");
    expect(after("n")).toStartWith("/region 1 of 4");
    pane.press("escape");
    expect(["n", "n", "N"].map(after)).toEqual(["change 2 of 6", "change 3 of 6", "change 2 of 6"]);
  });

  test("begins where one is", () => {
    const pane = reading();
    pane.press("space", "space");
    search(pane, "test");
    expect(where(pane)).toBe("call 6 of 6 · /test 30 of 61 · 33–50 of 64");
  });

  test("is left by Escape, and only then the pane", () => {
    const pane = reading();
    search(pane, "nowhere");
    expect(where(pane)).toBe("call 6 of 6 · /nowhere nothing found · 1–18 of 64");
    pane.press("escape");
    expect([where(pane), pane.requests()]).toEqual(["call 6 of 6 · 1–18 of 64", []]);
    pane.press("escape");
    expect(pane.requests()).toEqual(["close"]);
  });

  test("takes letters that mean something else here, and pastes", () => {
    const pane = reading();
    pane.press("/");
    pane.type("nwv");
    pane.give({ type: "paste", text: " q" });
    expect(rows(pane).at(-2)).toContain("nwv q");
    expect(pane.effects()).toEqual([]);
    pane.press("escape");
    expect(rows(pane).at(-2)).toContain("esc close");
    search(pane, "  ");
    expect(where(pane)).toBe("call 6 of 6 · 1–18 of 64");
  });
});
