// Every pane at every size, as people see it.
import { describe, expect, test } from "bun:test";
import type { Pane } from "../../../src/tui/pane.ts";
import { agentsPane } from "../../../src/tui/panes/agents.ts";
import { changesPane } from "../../../src/tui/panes/changes.ts";
import { connectorsPane } from "../../../src/tui/panes/connectors.ts";
import { contextPane } from "../../../src/tui/panes/context.ts";
import { inboxPane } from "../../../src/tui/panes/inbox.ts";
import { panes } from "../../../src/tui/panes/index.ts";
import { logPane } from "../../../src/tui/panes/log.ts";
import { objectsPane } from "../../../src/tui/panes/objects.ts";
import { resultPane } from "../../../src/tui/panes/result.ts";
import { sessionsPane } from "../../../src/tui/panes/sessions.ts";
import { usagePane } from "../../../src/tui/panes/usage.ts";
import { workflowsPane } from "../../../src/tui/panes/workflows.ts";
import { emptyWorld } from "../../../src/tui/world.ts";
import { expectFits, expectScreen, letters, screenSizes, styled } from "../../support/screens.ts";
import { assistantInfo, editedConversation } from "../../support/tui-edited.ts";
import {
  livelyWorld,
  now,
  review,
  sharedOf,
  timeAt,
  usageReply,
} from "../../support/tui-frames.ts";
import { type PlayedPane, playPane } from "../../support/tui-pane.ts";

const shared = () => sharedOf(livelyWorld());
const tick = (at: number) => ({ type: "tick", now: at }) as const;

/** The same with a tab for each blank. */
function tabbed<Value>(value: Value): Value {
  const changed = (one: unknown): unknown => {
    if (typeof one === "string") return one.replaceAll(" ", "\t");
    if (Array.isArray(one)) return one.map(changed);
    if (one instanceof Map) return new Map([...one].map(([key, each]) => [key, changed(each)]));
    if (typeof one !== "object" || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([key, each]) => [key, changed(each)]));
  };
  // Only letters of its texts are others now.
  return changed(value) as Value;
}

/** As it looks once the daemon has answered and it has been looked at for a while. */
const played: Record<string, () => PlayedPane> = {
  agents() {
    const pane = playPane(agentsPane, shared());
    pane.press("space");
    return pane;
  },
  inbox() {
    const pane = playPane(inboxPane, shared());
    for (const at of [now, now + 10, now + 400]) {
      pane.shared = { ...pane.shared, now: at };
      pane.give(tick(at));
    }
    return pane;
  },
  sessions: () => playPane(sessionsPane, shared()),
  objects() {
    const pane = playPane(objectsPane, shared());
    pane.press("tab", "tab");
    const version = { po_name: "critic", author: "ada", reason: "sharper", bytes: 20 };
    const versions = [
      {
        ...version,
        hash: "bbbbbbbbbbbbbbbb",
        base_hash: "aaaaaaaaaaaaaaaa",
        at: timeAt(20),
        is_live: true,
      },
      { ...version, hash: "aaaaaaaaaaaaaaaa", base_hash: null, at: timeAt(10), is_live: false },
    ] as const;
    pane.replied("ListPOHistory", "objects:history", { versions: [...versions] });
    const [newer, older] = versions;
    pane.replied("GetPOVersion", "objects:text", { ...newer, text: "You judge.\nBe sharp.\n" });
    pane.replied("GetPOVersion", "objects:text", { ...older, text: "You judge.\nBe kind.\n" });
    return pane;
  },
  workflows() {
    const pane = playPane(workflowsPane, shared());
    pane.give(tick(now));
    pane.replied("GetWorkflow", "workflows:info", { workflow: review });
    return pane;
  },
  usage() {
    const pane = playPane(usagePane, shared());
    pane.replied("GetUsage", "usage:object", usageReply);
    return pane;
  },
  connectors: () => playPane(connectorsPane, shared()),
  log: () => playPane(logPane, shared()),
  changes() {
    const pane = playPane(changesPane, { ...shared(), conversation: editedConversation() });
    pane.press("n", "n");
    return pane;
  },
  result: () => playPane(resultPane, { ...shared(), conversation: editedConversation() }),
  context() {
    const pane = playPane(contextPane, { ...shared(), conversation: editedConversation() });
    pane.replied("InspectPO", "context:info", assistantInfo);
    return pane;
  },
};

describe("screens of panes", () => {
  for (const { name } of panes) {
    for (const size of screenSizes) {
      test(`${name} at ${size.columns}x${size.rows} is as it was reviewed, and fills its area`, () => {
        const lines = played[name]?.().lines(size) ?? [];
        expectFits(lines, size);
        expectScreen(`panes/${name}-${size.columns}x${size.rows}`, letters(lines));
      });
    }
    test(`${name} draws tabs as blanks, wherever they were written`, () => {
      const pane = played[name]?.();
      const { world, conversation } = pane?.shared ?? shared();
      if (pane) {
        pane.shared = { ...pane.shared, world: tabbed(world), conversation: tabbed(conversation) };
      }
      for (const size of screenSizes) {
        const lines = pane?.lines(size) ?? [];
        expectFits(lines, size);
        expect(letters(lines)).not.toMatch(/[^\P{Cc}\n]/u);
      }
    });
    test(`${name} in styles is as it was reviewed`, () => {
      const lines = played[name]?.().lines() ?? [];
      expectScreen(`panes/${name}-styles`, styled(lines));
    });
  }
});

const all = [
  agentsPane,
  inboxPane,
  sessionsPane,
  objectsPane,
  workflowsPane,
  usagePane,
  connectorsPane,
  logPane,
  changesPane,
  resultPane,
  contextPane,
];

describe("empty panes", () => {
  test.each(panes.map(({ name }) => [name]))("%s says what to do", (name) => {
    const pane = panes.find((one) => one.name === name);
    const size = { columns: 60, rows: 20 };
    const lines = pane?.view(sharedOf({ ...emptyWorld, isLoaded: true }), size) ?? [];
    expectFits(lines, size);
    expectScreen(`panes/${name}-empty`, letters(lines));
  });

  test("they are drawn at any size without a throw, too small ones as well", () => {
    for (const pane of all as readonly Pane<unknown>[]) {
      for (const [columns, rows] of [
        [1, 1],
        [5, 2],
        [20, 4],
        [38, 8],
      ] as const) {
        const lines = pane.view(pane.initial, shared(), { columns, rows });
        expect([pane.name, lines.length]).toEqual([pane.name, rows]);
      }
    }
  });
});
