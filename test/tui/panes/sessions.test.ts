// The session switcher: found by name and by content, opened, forked, named, deleted.
import { expect, test } from "bun:test";
import { sessionsPane } from "../../../src/tui/panes/sessions.ts";
import { createFrames, livelyWorld, sharedOf, timeAt } from "../../support/tui-frames.ts";
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
    searched.slice(-2),
    screen.includes("Old notes  the words that were said"),
    screen.includes("Plan the release"),
    pane.requests(),
  ]).toEqual([
    [
      {
        type: "call",
        command: "SearchSessions",
        params: { query: "deploy" },
        purpose: "sessions:search:deploy",
      },
      {
        type: "call",
        command: "ListSessions",
        params: { named: "deploy", limit: 50 },
        purpose: "sessions:search:deploy",
      },
    ],
    true,
    false,
    [{ open_session: "s-deploy" }],
  ]);
});

const listed = {
  session_id: "s-older",
  po_name: "writer",
  name: "Quarterly report",
  title: "Write it",
} as const;

test("one that is older than what is listed is found by its name, and opened", () => {
  const world = { ...livelyWorld(), hasOlder: true };
  const pane = playPane(sessionsPane, sharedOf(world));
  const before = pane.screen().includes("Older conversations are not shown: / finds them.");
  pane.press("/");
  pane.type("quarterly");
  pane.replied("ListSessions", "sessions:search:quarterly", {
    sessions: [listed],
    next_cursor: "9-1",
  } as never);
  const screen = pane.screen();
  pane.press("enter");
  expect([
    before,
    screen.includes("writer       Quarterly report"),
    screen.includes("More conversations fit: further words find them."),
    screen.includes("Older conversations"),
    pane.requests(),
  ]).toEqual([true, true, true, false, [{ open_session: "s-older" }]]);
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
  once.press("d");
  once.wait(400);
  once.press("y", "escape");
  const twice = played();
  twice.press("d");
  for (const _time of [1, 2]) {
    twice.wait(400);
    twice.press("y");
  }
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

test("letters of a word that was meant for the composer delete nothing", () => {
  const pane = played();
  for (const letter of "daddy yawns: yay, why") {
    pane.type(letter);
    pane.wait(200);
  }
  expect(pane.effects().filter((effect) => JSON.stringify(effect).includes("Delete"))).toEqual([]);
});

test("a name is typed, an empty one takes it away, and a fork is opened", () => {
  const pane = played();
  pane.press("r");
  pane.type("Notes");
  pane.press("enter", "r", "enter", "f");
  const { session } = { session: { session_id: "s-fork", name: "The release (copy)" } };
  pane.replied("ForkSession", "sessions:fork", { session } as never);
  expect([
    pane.effects().map((effect) => effect.type === "call" && [effect.command, effect.params]),
    pane.requests(),
  ]).toEqual([
    [
      ["RenameSession", { session_id: "s-flow", name: "Notes" }],
      ["RenameSession", { session_id: "s-flow", name: null }],
      ["ForkSession", { session_id: "s-flow", name: "Write about the release. (copy)" }],
    ],
    [
      {
        open_session: "s-fork",
        notice: "You are in a copy. The conversation that it was made of stays as it was.",
      },
    ],
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

const ofScreen = (screen: string, text: string) =>
  screen.split("\n").findIndex((line) => line.includes(text));

test("what is pinned stands first, has the first digits, and is pinned no more by the same key", () => {
  const pane = played();
  pane.press("end", "p");
  const [request] = pane.requests();
  const last = request && typeof request === "object" && "pin" in request ? request.pin : "none";
  expect(request).toEqual({ pin: last, isPinned: true });
  pane.shared = { ...pane.shared, pinned: [last] };
  expect(ofScreen(pane.screen(), "(pinned)")).toBe(0);
  pane.press("1", "p");
  expect(pane.requests()).toEqual([{ open_session: last }, { pin: last, isPinned: false }]);
});

test("an old one that is pinned is fetched once, and one that is gone is pinned no more", () => {
  const pane = played();
  pane.shared = { ...pane.shared, pinned: ["s-older", "s-gone"] };
  pane.wait(1);
  pane.wait(1);
  const params = (session_id: string) => ({ session_id, messages: "none" });
  expect(pane.effects().map((effect) => effect.type === "call" && effect.params)).toEqual([
    params("s-older"),
    params("s-gone"),
  ]);
  pane.replied("GetSession", "sessions:pinned:s-older", { session: listed } as never);
  pane.give({
    type: "call_failed",
    command: "GetSession",
    purpose: "sessions:pinned:s-gone",
    error: { code: "session_not_found", message: "gone", details: {} },
  });
  expect([ofScreen(pane.screen(), "Quarterly report (pinned)"), pane.requests()]).toEqual([
    0,
    [{ pin: "s-gone", isPinned: false }],
  ]);
});

test("an old one that is pinned is asked for again once it is renamed or deleted, or that was missed", () => {
  const pane = played();
  pane.shared = { ...pane.shared, pinned: ["s-older"] };
  const asked = () =>
    pane.effects().map((effect) => effect.type === "call" && [effect.command, effect.params]);
  const params = { session_id: "s-older", messages: "none" };
  const told = (name: string) => {
    const session = { ...listed, name };
    pane.replied("GetSession", "sessions:pinned:s-older", { session } as never);
  };
  pane.wait(1);
  told("Report");
  expect([asked(), ofScreen(pane.screen(), "Report (pinned)")]).toEqual([
    [["GetSession", params]],
    0,
  ]);
  const { frames, add } = createFrames();
  add("SessionRenamed", { session_id: "s-other", name: "x" });
  add("SessionRenamed", { session_id: "s-older", name: "Notes" });
  pane.give({ type: "frames", frames });
  told("Notes");
  expect([asked(), ofScreen(pane.screen(), "Notes (pinned)")]).toEqual([
    [["GetSession", params]],
    0,
  ]);
  const gap = { type: "gap", subscription_id: "s", from: 1, to: 5, reason: "not_kept" } as const;
  pane.give({ type: "frames", frames: [gap] });
  told("Notes");
  expect([asked(), pane.screen().split("Notes (pinned)").length]).toEqual([
    [["GetSession", params]],
    2,
  ]);
  const { frames: gone, add: addGone } = createFrames();
  addGone("SessionDeleted", { session_id: "s-older" });
  pane.give({ type: "frames", frames: gone });
  expect(pane.screen()).not.toContain("Notes");
  pane.give({
    type: "call_failed",
    command: "GetSession",
    purpose: "sessions:pinned:s-older",
    error: { code: "session_not_found", message: "gone", details: {} },
  });
  expect([asked(), pane.requests()]).toEqual([
    [["GetSession", params]],
    [{ pin: "s-older", isPinned: false }],
  ]);
});
