// Who called whom on the bus of before, whichever is read first: the bus or the sessions.
import { expect, test } from "bun:test";
import { createFrames } from "../../support/tui-frames.ts";
import { playInterface, sessionOf } from "../../support/tui-whole.ts";

const listed = (session_id: string, po_name: string, caller: string | null) => {
  const call = { turn_id: "t1", call_id: "c1", chain: [], reason: null };
  const parent = caller === null ? null : { ...call, session_id: caller, root_session_id: caller };
  const { conversation: _, ...session } = sessionOf([], { session_id, po_name, parent });
  return session;
};

test("a line of the bus that was read before the sessions names who called once they are known", () => {
  const played = playInterface();
  const { frames, add } = createFrames();
  const said = { timestamp: "2026-01-01T00:00:00.000Z", message_id: null };
  add("BusEntry", {
    ...said,
    from: "delegation",
    to: "author",
    message: "Test it.",
    session_id: "s2",
  });
  add("BusEntry", {
    ...said,
    from: "author",
    to: "delegation",
    message: "It is.",
    session_id: "s2",
  });
  played.frames(...frames);
  const ends = () => played.state.world.bus.map(({ from, to }) => `${from} → ${to}`);
  expect(ends()).toEqual(["its caller → author", "author → its caller"]);
  const sessions = [listed("s1", "lead", null), listed("s2", "author", "s1")];
  played.replied("ListSessions", "world:load", { sessions, next_cursor: null });
  expect(ends()).toEqual(["lead → author", "author → lead"]);
});

test("who was called by a session that works is asked for, and whom those called, too", () => {
  const played = playInterface();
  const asked = () => played.calls("ListSessions").map(({ params }) => params?.parent);
  played.effects();
  const working = { ...listed("s1", "lead", null), state: "working" as const };
  const idle = listed("s9", "poet", null);
  played.replied("ListSessions", "world:load", { sessions: [working, idle], next_cursor: "c" });
  expect(asked()).toEqual(["s1"]);
  const called = { ...listed("s2", "author", "s1"), state: "waiting" as const };
  played.replied("ListSessions", "world:called", { sessions: [called], next_cursor: null });
  expect(asked()).toEqual(["s2"]);
  const { sessions, hasOlder } = played.state.world;
  expect([sessions.get("s2")?.parent_id, hasOlder]).toEqual(["s1", true]);
});
