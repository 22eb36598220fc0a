// Steps of workflows and groups read the same wherever they are told.
import { expect, test } from "bun:test";
import { typedEvent } from "../../src/client/events.ts";
import type { GroupStep } from "../../src/protocol/events/turn.ts";
import { summaryOf } from "../../src/terminal/event-line.ts";
import { stepLine } from "../../src/terminal/step-line.ts";

const steps: GroupStep[] = [
  { type: "node_started", node: "draft", po_name: "author", visit: 2, call_id: "k1" },
  { type: "edge_taken", from: "draft", to: "check" },
  { type: "ended", reason: "no edge leads on" },
  { type: "round_started", mode: "debate", round: 1, members: ["ann", "ben"] },
  { type: "verdict", round: 2, reviewer: "ben", accepted: false, comments: "Too long." },
];

test("a step is told in words, never as JSON", () => {
  const events = steps.map((step) =>
    typedEvent({
      type: "event",
      subscription_id: "b1",
      seq: 1,
      at: "2026-01-01T00:00:00.000Z",
      event_type: "StepTaken",
      payload: { session_id: "s1", turn_id: "t1", step },
    }),
  );
  expect(events.map(summaryOf)).toEqual([
    "● draft (author, visit 2) …",
    "draft → check",
    "■ no edge leads on",
    "round 1 of debate: ann, ben",
    "ben: not accepted in round 2: Too long.",
  ]);
  expect(events.map(stepLine)).toEqual([
    "● draft (author, visit 2) …",
    "  draft → check",
    "■ no edge leads on",
    undefined,
    undefined,
  ]);
});
