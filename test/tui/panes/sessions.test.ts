// The session switcher: found by name and by content, opened, forked, named, deleted.
import { expect, test } from "bun:test";
import { sessionsPane } from "../../../src/tui/panes/sessions.ts";
import { livelyWorld, sharedOf, timeAt } from "../../support/tui-frames.ts";
import { playPane } from "../../support/tui-pane.ts";

const played = () => playPane(sessionsPane, sharedOf(livelyWorld()));

const hit = {
  session_id: "s-old",
  message_id: "m",
  po_name: "writer",
  session_name: "Old notes",
  role: "assistant",
  created_at: timeAt(1),
  snippet: "the words that were said",
} as const;

test("digits open one of the first nine", () => {
  const pane = played();
  pane.press("2");
  expect(pane.requests()).toEqual([{ open_session: "s-done" }]);
});

test("letters find a conversation by its title, and by what was said in it", () => {
  const pane = played();
  pane.press("/");
  pane.type("deploy");
  const searched = pane.effects();
  pane.replied("SearchSessions", "sessions:search:deploy", { hits: [hit] });
  const screen = pane.screen();
  pane.press("enter");
  expect([
    searched.at(-1),
    screen.includes("Old notes  the words that were said"),
    screen.includes("Plan the release"),
    pane.requests(),
  ]).toEqual([
    {
      type: "call",
      command: "SearchSessions",
      params: { query: "deploy" },
      purpose: "sessions:search:deploy",
    },
    true,
    false,
    [{ open_session: "s-deploy" }],
  ]);
});

test("an answer to words that no longer stand there changes nothing", () => {
  const pane = played();
  pane.press("/");
  pane.type("dep");
  pane.replied("SearchSessions", "sessions:search:de", { hits: [hit] });
  expect(pane.screen()).not.toContain("Old notes");
});

test("a conversation is deleted after two times yes, and not after one", () => {
  const once = played();
  once.press("d", "y", "escape");
  const twice = played();
  twice.press("d", "y", "y");
  expect([once.effects(), twice.effects()]).toEqual([
    [],
    [
      {
        type: "call",
        command: "DeleteSession",
        params: { session_id: "s-flow" },
        purpose: "sessions:delete",
      },
    ],
  ]);
});

test("a name is typed, an empty one takes it away, and a fork is opened", () => {
  const pane = played();
  pane.press("r");
  pane.type("Notes");
  pane.press("enter", "r", "enter", "f");
  const { session } = { session: { session_id: "s-fork" } };
  pane.replied("ForkSession", "sessions:fork", { session } as never);
  expect([
    pane.effects().map((effect) => effect.type === "call" && [effect.command, effect.params]),
    pane.requests(),
  ]).toEqual([
    [
      ["RenameSession", { session_id: "s-flow", name: "Notes" }],
      ["RenameSession", { session_id: "s-flow", name: null }],
      ["ForkSession", { session_id: "s-flow" }],
    ],
    [{ open_session: "s-fork" }],
  ]);
});

test("moving shows what was said last, fetched once", () => {
  const pane = played();
  pane.press("down", "up", "down");
  const ids = pane.effects().map((effect) => effect.type === "call" && effect.params);
  expect(ids).toEqual([
    { session_id: "s-done" },
    { session_id: "s-flow" },
    { session_id: "s-done" },
  ]);
});

test("escape clears what is searched for first, then closes", () => {
  const pane = played();
  pane.press("/");
  pane.type("dep");
  pane.press("escape");
  const all = pane.screen().includes("Plan the release");
  pane.press("escape");
  expect([all, pane.requests()]).toEqual([true, ["close"]]);
});
