// What others wrote in the lines that a turn tells: nothing of it turns or hides letters unseen.
import { expect, test } from "bun:test";
import type { TypedEvent } from "../../src/client/events.ts";
import type { HumanRequest } from "../../src/protocol/messages.ts";
import { describeEvent, describeRequest } from "../../src/terminal/activity.ts";

const asked = (question: string): HumanRequest => ({
  request_id: "r1",
  kind: "question",
  session_id: "s1",
  turn_id: "t1",
  from_po: "helper",
  question,
  options: [],
  tool_call: null,
  hash: null,
  created_at: "2026-01-01T00:00:00.000Z",
  deadline_at: null,
});

test("A question that waits is shown with what would turn or hide its letters", () => {
  expect(describeRequest(asked("Is it a\u202eb\u200b?"))).toBe(
    "waiting for question r1: Is it a<U+202E>b<U+200B>? (jamey requests answer r1 'text')",
  );
});

test("A vendor's problem loses its colours, and what turns letters is shown", () => {
  const payload = {
    error: { message: "\u001b[31mred\u001b[0m and \u2066turned" },
    retry_at: "2026-01-01T00:00:00.000Z",
  };
  // Only the fields that the line is made of.
  const failed = {
    at: "2026-01-01T00:00:00.000Z",
    event_type: "ModelCallFailed",
    payload,
  } as TypedEvent;
  expect(describeEvent(failed, new Map())).toBe("! red and <U+2066>turned. Asking again.");
});
