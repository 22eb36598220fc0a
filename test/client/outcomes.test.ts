// How past calls ended, joined with what was followed live.
import { expect, test } from "bun:test";
import { withOutcomes } from "../../src/client/outcomes.ts";
import { emptyTranscript, foldFrame } from "../../src/client/transcript.ts";
import type { Reply } from "../../src/protocol/commands/index.ts";
import { createFrames } from "../support/tui-frames.ts";

const ids = { session_id: "s1", turn_id: "t1" };
const call = (id: string) => ({ id, name: "shell", args: {} });

const frames = (make: (add: ReturnType<typeof createFrames>["add"]) => void) => {
  const made = createFrames();
  make(made.add);
  return made.frames;
};

const ended = (call_id: string, success: boolean) => ({
  ...ids,
  call_id,
  name: "shell",
  success,
  outcome: success ? ("completed" as const) : ("failed" as const),
  duration_ms: 5,
  output_bytes: 8,
  spilled_to: null,
  denial: null,
});

test("what was told later ends a call that still ran, and never undoes what was followed", () => {
  const live = frames((add) => {
    add("ToolCallStarted", { ...ids, tool_call: call("missed"), hash: "h" });
    add("ToolCallStarted", { ...ids, tool_call: call("runs"), hash: "h" });
    add("ToolCallCompleted", ended("newer", true));
  }).reduce(foldFrame, emptyTranscript("s1"));
  const told = frames((add) => {
    add("ToolCallCompleted", ended("missed", false));
    add("ToolCallCompleted", ended("newer", false));
    add("ToolCallCompleted", ended("old", false));
    add("TurnFailed", {
      ...ids,
      error: { code: "internal", message: "broken", details: {} },
      message_id: null,
    });
  });
  const events: Reply<"ListOutcomes">["events"] = JSON.parse(JSON.stringify(told));
  const { calls, endings } = withOutcomes(live, {
    session_id: "s1",
    events,
    signals: [],
    waiting: [],
    is_parked: false,
  });
  const successes = Object.entries(calls).map(([id, { success }]) => [id, success]);
  expect(Object.fromEntries(successes)).toEqual({
    missed: false,
    runs: null,
    newer: true,
    old: false,
  });
  expect(endings.t1?.type).toBe("failed");
});

test("what waits is told once, before what was followed, and parked by the turn that was stopped", () => {
  const waits = (message_id: string) => {
    return {
      message_id,
      turn_id: `t-${message_id}`,
      content: message_id,
      delivery: "queue",
    } as const;
  };
  const queued = { session_id: "s1", po_name: "a", source: "cli", message_key: null } as const;
  const live = frames((add) => {
    for (const message_id of ["both", "later"]) {
      add("MessageQueued", { ...queued, ...waits(message_id) } as never);
      add("MessageQueued", { ...queued, ...waits(message_id) } as never);
    }
  }).reduce(foldFrame, emptyTranscript("s1"));
  const stopped = frames((add) => add("TurnCancelled", { ...ids, reason: "enough" }));
  const events: Reply<"ListOutcomes">["events"] = JSON.parse(JSON.stringify(stopped));
  const reply = { session_id: "s1", events, signals: [], waiting: [waits("first"), waits("both")] };
  const parked = withOutcomes(live, { ...reply, is_parked: true });
  expect(parked.queued).toEqual([waits("first"), waits("both"), waits("later")]);
  expect(parked.turn).toEqual({ type: "cancelled", turn_id: "t1", reason: "enough" });
  expect(withOutcomes(live, { ...reply, is_parked: false }).turn).toEqual({ type: "idle" });
});
