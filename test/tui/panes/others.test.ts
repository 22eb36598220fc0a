// Workflows, usage, connectors and the log by scripted keys.
import { expect, test } from "bun:test";
import { connectorsPane } from "../../../src/tui/panes/connectors.ts";
import { panes } from "../../../src/tui/panes/index.ts";
import { logPane } from "../../../src/tui/panes/log.ts";
import { paneKeys } from "../../../src/tui/panes/parts/keys.ts";
import { usagePane } from "../../../src/tui/panes/usage.ts";
import { workflowsPane } from "../../../src/tui/panes/workflows.ts";
import { updateWorld } from "../../../src/tui/world.ts";
import {
  createFrames,
  livelyWorld,
  now,
  review,
  sharedOf,
  usageReply,
} from "../../support/tui-frames.ts";
import { playPane } from "../../support/tui-pane.ts";

const shared = () => sharedOf(livelyWorld());

test("a run is begun with its parameters, one after another, and its message", () => {
  const pane = playPane(workflowsPane, shared());
  pane.give({ type: "tick", now });
  const [asked] = pane.effects();
  pane.replied("GetWorkflow", "workflows:info", { workflow: review });
  pane.press("enter");
  pane.type("birds");
  pane.press("enter");
  pane.type("Write it.");
  pane.press("enter");
  expect([asked, pane.effects()]).toEqual([
    {
      type: "call",
      command: "GetWorkflow",
      params: { workflow: "review" },
      purpose: "workflows:info",
    },
    [
      {
        type: "call",
        command: "RunWorkflow",
        params: {
          workflow: "review",
          message: "Write it.",
          parameters: { topic: "birds" },
          settings: { model: null, rules: [] },
        },
        purpose: "workflows:run",
      },
    ],
  ]);
});

test("nodes light up as the run comes to them", () => {
  const pane = playPane(workflowsPane, shared());
  const before = pane.screen();
  const { frames, add } = createFrames();
  const flow = { session_id: "s-flow", turn_id: "t-flow" };
  const step = {
    type: "node_completed",
    node: "judge",
    visit: 1,
    success: false,
    output: "Bad.",
  } as const;
  add("StepTaken", { ...flow, step });
  pane.shared = sharedOf(updateWorld(pane.shared.world, { type: "frames", frames }, null).state);
  const after = pane.screen();
  expect([before.includes("●  judge (critic)"), after.includes("✗  judge (critic)")]).toEqual([
    true,
    true,
  ]);
});

test("o opens the session of the run", () => {
  const pane = playPane(workflowsPane, shared());
  pane.press("o");
  expect(pane.requests()).toEqual([{ open_session: "s-flow" }]);
});

test("usage is summed up by one thing or another, and asked again when it has grown", () => {
  const pane = playPane(usagePane, shared());
  const purposes = () => pane.effects().map((effect) => effect.type === "call" && effect.purpose);
  pane.give({ type: "tick", now });
  pane.give({ type: "tick", now });
  pane.press("tab");
  const first = purposes();
  const grown = { ...usageReply, total: { ...usageReply.total, input_tokens: 50_000 } };
  pane.shared = { ...pane.shared, world: { ...pane.shared.world, usage: grown } };
  pane.give({ type: "tick", now });
  expect([first, purposes()]).toEqual([["usage:object", "usage:session"], ["usage:session"]]);
});

test("the log is filtered by words, and opens the session of an event", () => {
  const pane = playPane(logPane, shared());
  pane.press("/");
  pane.type("stepTaken judge");
  pane.press("enter", "enter");
  const lines = pane
    .screen()
    .split("\n")
    .filter((line) => line.includes("StepTaken"));
  expect([lines.length, pane.requests()]).toEqual([2, [{ open_session: "s-flow" }]]);
});

test("the log follows the newest until one is selected", () => {
  const pane = playPane(logPane, shared());
  const { frames, add } = createFrames();
  add("SessionRenamed", { session_id: "s-flow", name: "a newer name" });
  pane.press("pageup", "pageup", "pageup");
  const before = pane.screen();
  const later = frames.map((frame) => ({ ...frame, seq: 1_000 }));
  pane.shared = sharedOf(
    updateWorld(pane.shared.world, { type: "frames", frames: later }, null).state,
  );
  const still = pane.screen();
  pane.press("end");
  const selected = (screen: string) => screen.split("\n").find((line) => line.startsWith("▸"));
  expect([selected(still), typeof selected(before)]).toEqual([selected(before), "string"]);
  expect([still.includes("a newer name"), pane.screen().includes("a newer name")]).toEqual([
    false,
    true,
  ]);
});

test("who is connected comes and goes by itself", () => {
  const pane = playPane(connectorsPane, shared());
  const { frames, add } = createFrames();
  add("ConnectorDetached", { connector_type: "mcp", connector_id: "conn-2" });
  const before = pane.screen().includes("an editor");
  pane.shared = sharedOf(updateWorld(pane.shared.world, { type: "frames", frames }, null).state);
  expect([before, pane.screen().includes("an editor")]).toEqual([true, false]);
});

test("every pane is closed by escape, and takes no key that means nothing to it", () => {
  for (const pane of panes) {
    const key = (name: string) => pane.update({ type: "key", key: { name, text: "" } }, shared());
    expect([pane.name, key("escape").request, key("f12").isTaken]).toEqual([
      pane.name,
      "close",
      false,
    ]);
  }
});

test("no key has two meanings in one pane", () => {
  for (const [context, table] of Object.entries(paneKeys)) {
    const keys = Object.values(table).flatMap((one: { keys: readonly string[] }) => one.keys);
    expect([context, keys.length]).toEqual([context, new Set(keys).size]);
  }
});

test("an interface that an object opened is closed after two questions that were read", () => {
  const server = {
    connector_id: "srv-1",
    po_name: "dashboard",
    kind: "http",
    host: "127.0.0.1",
    port: 8080,
    routes: {},
    spawned_at: new Date(now - 60_000).toISOString(),
    url: "http://127.0.0.1:8080",
    page_url: "http://p.localhost:8080",
    problem: null,
    requests: 3,
    errors: 0,
    last_used_at: null,
  } as const;
  const world = { ...livelyWorld(), servers: [server] };
  const pane = playPane(connectorsPane, sharedOf(world));
  pane.press("d", "end", "d", "y", "y");
  const early = pane.effects();
  pane.wait(400);
  pane.press("y");
  pane.wait(400);
  pane.press("y");
  expect([early, pane.screen().includes("http://127.0.0.1:8080  3 requests")]).toEqual([[], true]);
  expect([pane.effects(), pane.requests()]).toEqual([
    [
      {
        type: "call",
        command: "StopConnector",
        params: { connector_id: "srv-1" },
        purpose: "connectors:stop",
      },
    ],
    [{ notice: "Only what an object opened can be closed here." }],
  ]);
});

test("an interface that is called what it is says so once", () => {
  const [first] = livelyWorld().connectors;
  const connectors = first ? [{ ...first, client: first.connector_type }] : [];
  const pane = playPane(connectorsPane, sharedOf({ ...livelyWorld(), connectors }));
  expect(pane.screen().split("\n")[0]?.replace(/ +/g, " ")).toBe("▸ ● tui conn-1 1m ago");
});

test("one call is one call", () => {
  const pane = playPane(usagePane, shared());
  const groups = usageReply.groups.map((group) => ({ ...group, calls: 1 }));
  pane.replied("GetUsage", "usage:object", { ...usageReply, groups });
  expect(pane.screen()).toContain(" 1 call  40.0k in");
});
