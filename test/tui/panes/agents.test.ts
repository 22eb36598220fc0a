// Agents and the bus: groups, peeking, answering in place, attaching.
import { expect, test } from "bun:test";
import { agentRows } from "../../../src/tui/panes/agents/rows.ts";
import { agentsPane } from "../../../src/tui/panes/agents.ts";
import { updateWorld } from "../../../src/tui/world.ts";
import { approval, createFrames, livelyWorld, sharedOf, timeAt } from "../../support/tui-frames.ts";
import { playPane } from "../../support/tui-pane.ts";

const played = () => playPane(agentsPane, sharedOf(livelyWorld()));

test("who needs a human comes first, then who works, who rests, who is done", () => {
  expect(agentRows(livelyWorld()).map(({ group, po_name }) => `${group} ${po_name}`)).toEqual([
    "needs deploy",
    "needs planner",
    "working lead",
    "working critic",
    "working lead",
    "idle resting",
    "ended writer",
  ]);
});

test("a session that asks several things has one row, which says the first and how many more", () => {
  const world = livelyWorld();
  const again = { ...approval, request_id: "c8_q", created_at: timeAt(80) };
  const asking = { ...world, requests: [...world.requests, again] };
  expect(agentRows(asking).map(({ group, more }) => `${group} ${more}`)).toEqual([
    "needs 1",
    "needs 0",
    "working 0",
    "working 0",
    "working 0",
    "idle 0",
    "ended 0",
  ]);
  const rowAt = (columns: number) =>
    playPane(agentsPane, sharedOf(asking)).screen({ columns, rows: 30 }).split("\n")[1];
  expect([rowAt(100), rowAt(34)]).toEqual([
    "▸ ✋ deploy   Deploy to the other regi…  file_edit src/deploy.ts const region = 'eu'; co… (+1) 1m 0s",
    "▸ ✋ deploy   file_edi… (+1) 1m 0s",
  ]);
});

test("an object that works in a session that is not known here still works", () => {
  const { frames, add } = createFrames();
  add("POStateChanged", { po_name: "resting", old_state: "idle", new_state: "working" });
  const { state } = updateWorld(livelyWorld(), { type: "frames", frames }, null);
  const row = agentRows(state).find(({ po_name }) => po_name === "resting");
  expect(row?.group).toBe("working");
});

test("enter opens the session, or talks to an object that has none", () => {
  const pane = played();
  pane.press("enter", "down", "down", "enter", "end", "up", "enter");
  expect(pane.requests()).toEqual([
    { open_session: "s-deploy" },
    { open_session: "s-lead" },
    { talk_to: "resting" },
  ]);
});

test("what is selected stays selected when its session ends, and when its object rests", () => {
  const pane = played();
  pane.press("down", "down", "down", "space");
  const { frames, add } = createFrames();
  const ids = { session_id: "s-critic", turn_id: "t-critic" };
  add("TurnCompleted", { ...ids, message_id: "m", stop_reason: "stop" });
  const ended = updateWorld(pane.shared.world, { type: "frames", frames }, null).state;
  pane.shared = { ...pane.shared, world: ended };
  pane.press("enter");
  const sessions = new Map(ended.sessions);
  sessions.delete("s-critic");
  pane.shared = { ...pane.shared, world: { ...ended, sessions } };
  pane.press("enter");
  expect(pane.requests()).toEqual([{ open_session: "s-critic" }, { talk_to: "critic" }]);
});

test("each that has ended keeps a row, and rows of one object say what each works on", () => {
  const { frames, add } = createFrames();
  const ids = { session_id: "s-lead", turn_id: "t-lead" };
  add("TurnCompleted", { ...ids, message_id: "m", stop_reason: "stop" });
  const world = updateWorld(livelyWorld(), { type: "frames", frames }, null).state;
  expect(agentRows(world).map(({ group, po_name }) => `${group} ${po_name}`)).toEqual([
    "needs deploy",
    "needs planner",
    "working critic",
    "working lead",
    "idle resting",
    "ended writer",
    "ended lead",
  ]);
  const lines = playPane(agentsPane, sharedOf(world))
    .screen({ columns: 100, rows: 30 })
    .split("\n");
  const line = (text: string) => lines.some((one) => one.includes(text));
  expect([line("✓  lead"), line("Review the change before…"), line("●  review")]).toEqual([
    true,
    true,
    true,
  ]);
});

test("a reply to who works steers it, and one to who asks is the answer", () => {
  const pane = played();
  pane.press("down", "r");
  pane.type("the next one");
  pane.press("enter", "down", "r");
  pane.type("be quick");
  pane.press("enter");
  expect(pane.effects()).toEqual([
    {
      type: "call",
      command: "RespondToRequest",
      params: { request_id: "c2_q", response: { type: "answer", text: "the next one" } },
      purpose: "agents:answer",
    },
    {
      type: "call",
      command: "SendMessage",
      params: {
        po_name: "lead",
        message: "be quick",
        session_id: "s-lead",
        delivery: "steer",
        settings: { model: null, rules: [] },
      },
      purpose: "agents:send",
    },
  ]);
});

test("an approval is decided in the inbox, where it is shown whole", () => {
  const pane = played();
  pane.press("r");
  expect([pane.requests(), pane.effects()]).toEqual([[{ open_pane: "inbox" }], []]);
});

test("a reply goes to whom it was begun for, whatever moves meanwhile", () => {
  const pane = played();
  pane.press("down", "r");
  pane.type("yes");
  pane.shared = { ...pane.shared, world: { ...pane.shared.world, requests: [] } };
  pane.press("enter");
  expect(pane.effects()).toMatchObject([{ params: { request_id: "c2_q" } }]);
});

test("peeking at a session that was silent here fetches what was said before", () => {
  const world = livelyWorld();
  const silent = { ...world.sessions.get("s-deploy"), tail: [] };
  const sessions = new Map(world.sessions).set("s-deploy", silent as never);
  const pane = playPane(agentsPane, sharedOf({ ...world, sessions }));
  pane.press("space", "space");
  expect(pane.effects()).toEqual([
    {
      type: "call",
      command: "GetSession",
      params: { session_id: "s-deploy" },
      purpose: "agents:peek",
    },
  ]);
});

test("the bus shows everybody, or only who is selected", () => {
  const pane = played();
  const all = pane.screen();
  pane.press("b");
  const some = pane.screen();
  expect([
    all.includes("ada→writer"),
    some.includes("ada→writer"),
    some.includes("ada→deploy"),
  ]).toEqual([true, false, true]);
});

test("escape closes a reply first, then the pane", () => {
  const pane = played();
  pane.press("down", "r", "escape", "escape");
  expect(pane.requests()).toEqual(["close"]);
});
