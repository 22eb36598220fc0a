// Document 000's frames, letter by letter: each event of a session as what a client of that document sees.
import { describe, expect, test } from "bun:test";
import type { EventName, EventPayload } from "../../../src/protocol/events/index.ts";
import { events } from "../../../src/protocol/events/index.ts";
import { webSocketEvent } from "../../../src/protocol/rest.ts";
import {
  beginView,
  type SessionView,
  showEvent,
} from "../../../src/runtime/connectors/session-view.ts";

const at = "2026-01-02T03:04:05.000Z";
const ids = { session_id: "s1", turn_id: "t1" };
const message = {
  message_id: "m1",
  turn_id: "t1",
  role: "user" as const,
  content: "Grüße 🙂",
  name: null,
  tool_call_id: null,
  tool_calls: [],
  attachments: [],
  reasoning: null,
  source: "api" as const,
  created_at: at,
};
const toolMessage = {
  ...message,
  role: "tool" as const,
  name: "look",
  tool_call_id: "c1",
  content: "seen",
};

function happened<Name extends EventName>(event_type: Name, payload: EventPayload<Name>) {
  return { type: "event" as const, subscription_id: "x", seq: 1, at, event_type, payload };
}

/** The frames of all events in turn, and what is seen at the end. */
function show(...given: ReturnType<typeof happened>[]) {
  let view: SessionView = beginView("s1", {
    active_tools: [],
    context: { topic: "tea" },
    iteration_count: 0,
  });
  const frames: unknown[] = [];
  let isOver = false;
  for (const event of given) {
    const next = showEvent(view, event);
    view = next.view;
    frames.push(...next.frames);
    isOver ||= next.isOver;
  }
  for (const frame of frames) expect(webSocketEvent.parse(frame)).toEqual(frame as never);
  return { frames: frames.map((frame) => JSON.stringify(frame)), view, isOver };
}

const completed = (success: boolean) =>
  happened("ToolCallCompleted", {
    ...ids,
    call_id: "c1",
    name: "look",
    success,
    outcome: success ? "completed" : "timed_out",
    duration_ms: 1,
    output_bytes: 4,
    spilled_to: null,
    denial: null,
  });

const asking = (call_id: string, attempt: number, purpose: "answer" | "compact" = "answer") =>
  happened("ModelCallStarted", { ...ids, call_id, attempt, model: "test/one", purpose });

describe("a frame", () => {
  test("is a message as it is", () => {
    expect(show(happened("MessageAdded", { ...message, session_id: "s1" })).frames).toEqual([
      '{"type":"message_update","message":{"message_id":"m1","turn_id":"t1","role":"user","content":"Grüße 🙂","name":null,"tool_call_id":null,"tool_calls":[],"attachments":[],"reasoning":null,"source":"api","created_at":"2026-01-02T03:04:05.000Z"}}',
    ]);
  });

  test("is a call that starts, before its outcome", () => {
    const tool_call = { id: "c1", name: "look", args: { at: [1, { deep: "🙂" }] } };
    expect(show(happened("ToolCallStarted", { ...ids, tool_call, hash: "h" })).frames).toEqual([
      '{"type":"tool_call_started","tool_call":{"id":"c1","name":"look","args":{"at":[1,{"deep":"🙂"}]}}}',
    ]);
  });

  test("is a call's result once, with the output of the message that follows it", () => {
    for (const success of [true, false]) {
      const added = happened("MessageAdded", { ...toolMessage, session_id: "s1" });
      const { frames, view } = show(completed(success), added, added);
      expect([frames[0] ?? "", frames.length, view.completed]).toEqual([
        `{"type":"tool_call_completed","result":{"id":"c1","name":"look","output":"seen","success":${success}}}`,
        3,
        {},
      ]);
    }
  });

  test("is the session's state after each step of a turn", () => {
    const agent = { tools: [{ name: "look", risk: "read", replay: "safe" }] };
    const { frames } = show(
      // Of what a turn is pinned to only the tools are looked at.
      happened("TurnStarted", { ...ids, agent } as EventPayload<"TurnStarted">),
      asking("k1", 1),
      asking("k1", 2),
      asking("k1", 1),
      asking("k2", 1, "compact"),
      asking("k3", 1),
      happened("SessionUpdated", {
        session_id: "s1",
        updates: { context: { a: "b" }, mood: "good", active_tools: 7 },
      }),
      happened("TurnCompleted", { ...ids, message_id: "m1", stop_reason: "stop" }),
    );
    const state = (context: object, iteration_count: number) =>
      JSON.stringify({
        type: "session_updated",
        session_id: "s1",
        state: { active_tools: ["look"], context, iteration_count },
      });
    expect(frames).toEqual([
      state({ topic: "tea" }, 0),
      state({ topic: "tea" }, 1),
      state({ topic: "tea" }, 2),
      state({ a: "b" }, 2),
      state({ a: "b" }, 2),
    ]);
  });

  test("is an error where a provider fails: at once if it is asked again, else as the turn's end", () => {
    const error = { code: "provider_unavailable" as const, message: "It is down.", details: {} };
    const failed = { ...ids, call_id: "k1", attempt: 1, error };
    const { frames, isOver } = show(
      happened("ModelCallFailed", { ...failed, retry_at: at }),
      happened("ModelCallFailed", { ...failed, attempt: 2, retry_at: null }),
      happened("TurnFailed", { ...ids, error, message_id: null }),
    );
    const state = '{"active_tools":[],"context":{"topic":"tea"},"iteration_count":0}';
    expect([frames, isOver]).toEqual([
      [
        '{"type":"error","message":"It is down."}',
        '{"type":"error","message":"It is down."}',
        `{"type":"session_updated","session_id":"s1","state":${state}}`,
      ],
      false,
    ]);
  });

  test("is the last one where the session was deleted", () => {
    const { frames, isOver } = show(happened("SessionDeleted", { session_id: "s1" }));
    expect([frames, isOver]).toEqual([
      ['{"type":"error","message":"The session s1 was deleted."}'],
      true,
    ]);
  });

  test("is none for an event that the document does not know", () => {
    const silent = [
      "SessionRenamed",
      "MessageQueued",
      "UsageRecorded",
      "BusEntry",
      "POLoaded",
      "HumanRequestQueued",
    ];
    expect(silent.filter((name) => !Object.hasOwn(events, name))).toEqual([]);
    for (const name of silent) {
      expect(show(happened(name as EventName, {} as never)).frames).toEqual([]);
    }
  });
});
