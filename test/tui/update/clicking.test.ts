// A click on a row of a pane selects it; a second one opens it where Enter only opens.
import { describe, expect, test } from "bun:test";
import type { Size } from "../../../src/tui/shapes.ts";
import { livelyFrames } from "../../support/tui-frames.ts";
import { type PlayedInterface, playInterface, playSession, said } from "../../support/tui-whole.ts";

const wide: Size = { columns: 140, rows: 40 };

function lively(size: Size = wide): PlayedInterface {
  const played = playSession([said("m1", "ask")], { size });
  played.frames(...livelyFrames());
  played.effects();
  return played;
}

const rowOf = (played: PlayedInterface, text: string | RegExp): number =>
  played
    .screen()
    .split("\n")
    .findIndex((row) => row.search(text) >= 0);

const click = (played: PlayedInterface, row: number, column: number): void =>
  played.give({ type: "mouse", action: "press", at: { column, row } });

const marked = (played: PlayedInterface): string =>
  played
    .screen()
    .split("\n")
    .find((row) => row.includes("▸")) ?? "";

describe("a click on an agent", () => {
  test("brings the keys there and selects it, down and up again; once more opens its session", () => {
    const played = lively();
    const rows = played.screen().split("\n");
    const agents = rows.flatMap((row, index) => (/│ {3}[●✋?○✓✗] {2}/.test(row) ? [index] : []));
    const [first = 0, , third = 0] = agents;
    const names = [first, third].map((row) => rows[row]?.split(/[●✋?○✓✗] {2}/)[1]?.split(" ")[0]);
    click(played, third, 110);
    expect([played.state.focus, rowOf(played, "▸")]).toEqual(["pane", third]);
    expect(marked(played)).toContain(names[1] ?? "no name");
    click(played, first, 110);
    expect(marked(played)).toContain(names[0] ?? "no name");
    expect(played.state.session_id).toBe("s1");
    click(played, first, 110);
    expect(played.state.focus).toBe("composer");
    expect(played.state.session_id).not.toBe("s1");
  });

  test("on a heading or on nothing only brings the keys there", () => {
    const played = lively();
    click(played, rowOf(played, "NEEDS YOU"), 110);
    const before = marked(played);
    click(played, rowOf(played, "WORKING"), 110);
    expect([played.state.focus, marked(played)]).toEqual(["pane", before]);
    expect(played.effects().filter(({ type }) => type === "call")).toEqual([]);
  });
});

test("a second click opens what Enter opens in every pane, whatever a human bound", () => {
  const bindings = { sessions: { enter: null, down: null, j: null }, objects: { enter: "edit" } };
  const played = playInterface({ session_id: "s1", size: { columns: 90, rows: 30 }, bindings });
  played.frames(...livelyFrames());
  played.press("ctrl+s");
  const row = rowOf(played, "Plan the release");
  click(played, row, 5);
  expect(marked(played)).toContain("Plan the release");
  click(played, row, 5);
  expect([played.state.open, played.state.session_id]).toEqual([null, "s-plan"]);
  played.press("f3");
  const name = rowOf(played, "planner");
  click(played, name, 5);
  click(played, name, 5);
  expect([played.state.open, played.state.po_name, played.state.session_id]).toEqual([
    null,
    "planner",
    null,
  ]);
});

test("a click never sends what is typed in a pane", () => {
  const played = lively({ columns: 90, rows: 30 });
  played.press("f2", "end", "r");
  played.type("half");
  const at = rowOf(played, "▸");
  click(played, at, 5);
  click(played, at, 5);
  expect(played.calls("SendMessage")).toEqual([]);
  expect(played.screen()).toContain("half");
});

test("a click never answers what waits for the human", () => {
  const played = lively({ columns: 90, rows: 30 });
  played.press("ctrl+y");
  for (const now of [1, 2, 3]) played.give({ type: "tick", now: now * 10_000 });
  for (let row = 0; row < 30; row += 1) {
    click(played, row, 5);
    click(played, row, 5);
  }
  expect(played.calls("RespondToRequest")).toEqual([]);
});
