// The fold from frames to what is shown.
import { describe, expect, test } from "bun:test";
import { emptyTranscript, foldFrame, type Transcript } from "../../src/client/transcript.ts";
import type { ErrorBody } from "../../src/protocol/errors.ts";
import type { FollowFrame } from "../../src/protocol/frames.ts";
import { eventFrame, messagePayload, textSignal } from "../support/fake-daemon.ts";

/** The frames are written loosely; the daemon's tests hold them to their schemas. */
const fold = (frames: object[]): Transcript =>
  frames.reduce<Transcript>(
    (state, frame) => foldFrame(state, frame as FollowFrame),
    emptyTranscript("se1"),
  );

const toolSignal = (offset: number, text: string) => ({
  ...textSignal(offset, text),
  signal_type: "ToolOutputDelta",
  message_id: "c1",
});
const call = { id: "c1", name: "shell", args: { command: "ls" } };

describe("a transcript", () => {
  test("grows the text of a message by offset, and repeats change nothing", () => {
    const { streaming } = fold([textSignal(0, "Hel"), textSignal(3, "lo"), textSignal(0, "Hello")]);
    expect(streaming).toEqual({
      turn_id: "t1",
      message_id: "m2",
      attempt: 0,
      text: "Hello",
      reasoning: "",
    });
  });

  test("discards the text of an earlier attempt, whichever comes first", () => {
    const late = fold([textSignal(0, "old"), textSignal(0, "new", 1), textSignal(3, "er", 0)]);
    expect(late.streaming?.text).toBe("new");
  });

  test("replaces the streaming text by the message, and ignores late signals of it", () => {
    const state = fold([
      textSignal(0, "Hel"),
      eventFrame(12, "MessageAdded", messagePayload("m2", "assistant", "Hello")),
      textSignal(3, "lo"),
    ]);
    expect(state.streaming).toBeNull();
    expect(state.messages.map((message) => message.content)).toEqual(["Hello"]);
  });

  test("keeps a queued message until it joins the conversation", () => {
    const queued = eventFrame(11, "MessageQueued", {
      message_id: "m1",
      content: "q",
      delivery: "steer",
    });
    const waiting = [{ message_id: "m1", turn_id: "t1", content: "q", delivery: "steer" as const }];
    expect(fold([queued]).queued).toEqual(waiting);
    const added = eventFrame(12, "MessageAdded", messagePayload("m1", "user", "q"));
    expect(fold([queued, added]).queued).toEqual([]);
  });

  test("shows the live output of a tool once, and drops it when the outcome is there", () => {
    const started = eventFrame(13, "ToolCallStarted", { tool_call: call, hash: "h" });
    const running = fold([started, toolSignal(0, "ab"), toolSignal(0, "abc"), toolSignal(9, "z")]);
    expect(running.calls.c1?.live_output).toBe("abcz");
    const completed = eventFrame(14, "ToolCallCompleted", {
      call_id: "c1",
      name: "shell",
      success: true,
      outcome: "completed",
      duration_ms: 7,
      output_bytes: 3,
      spilled_to: null,
      denial: null,
    });
    expect(fold([started, toolSignal(0, "abc"), completed]).calls.c1).toEqual({
      call,
      outcome: "completed",
      success: true,
      duration_ms: 7,
      denial: null,
      live_output: "",
      live_end: 3,
      output_bytes: 3,
      started_at: "2026-01-01T00:00:00.000Z",
    });
  });

  test("opens and closes human requests", () => {
    const queued = eventFrame(13, "HumanRequestQueued", { request_id: "r1", kind: "question" });
    const gone = eventFrame(14, "HumanRequestResponded", { request_id: "r1" });
    expect(fold([queued]).requests.map((one) => one.request_id)).toEqual(["r1"]);
    expect(fold([queued, gone]).requests).toEqual([]);
  });

  test("follows a called object until it has answered, with what it used", () => {
    const ids = { call_id: "c1", child_session_id: "se2", po_name: "reviewer" };
    const used = {
      input_tokens: 5,
      output_tokens: 1,
      cached_tokens: 0,
      reasoning_tokens: 0,
      cost_usd: 0.5,
    };
    const state = fold([
      eventFrame(12, "DelegationStarted", ids),
      eventFrame(13, "DelegationPaused", ids),
      eventFrame(14, "ChildUsageRecorded", { ...ids, usage: used }),
      eventFrame(15, "DelegationResumed", ids),
      eventFrame(16, "DelegationCompleted", { ...ids, success: true, error: null }),
    ]);
    expect(state.delegations).toEqual({
      c1: {
        po_name: "reviewer",
        child_session_id: "se2",
        success: true,
        isPaused: false,
        usage: used,
      },
    });
    expect(state.usage).toEqual(used);
  });

  test("keeps no message twice that was fetched and is told again", () => {
    const added = eventFrame(12, "MessageAdded", messagePayload("m1", "user", "q"));
    expect(fold([added, added]).messages).toHaveLength(1);
  });

  test("says how the turn stands", () => {
    const agent = { model: "a/b", context_tokens: 1000, config: { max_cost_usd: 2 } };
    const started = eventFrame(12, "TurnStarted", { agent });
    expect(fold([started])).toMatchObject({
      model: "a/b",
      max_cost_usd: 2,
      context: { used: 0, of: 1000 },
    });
    const error: ErrorBody = { code: "provider_error", message: "no", details: {} };
    const failed = eventFrame(13, "TurnFailed", { error });
    expect(fold([started]).turn).toEqual({
      type: "running",
      turn_id: "t1",
      model: "a/b",
      retry: null,
    });
    expect(fold([started, failed]).turn).toEqual({ type: "failed", turn_id: "t1", error });
  });

  test("sums usage, and does not know the money as soon as one part is unknown", () => {
    const used = (cost_usd: number | null) =>
      eventFrame(13, "UsageRecorded", {
        usage: {
          input_tokens: 2,
          output_tokens: 3,
          cached_tokens: 0,
          reasoning_tokens: 1,
          cost_usd,
        },
      });
    expect(fold([used(0.5), used(0.25)]).usage.cost_usd).toBe(0.75);
    expect(fold([used(0.5), used(null)]).usage).toEqual({
      input_tokens: 4,
      output_tokens: 6,
      cached_tokens: 0,
      reasoning_tokens: 2,
      cost_usd: null,
    });
  });

  test("is not moved by frames of other sessions, nor by events it does not know", () => {
    const other = { ...textSignal(0, "x"), session_id: "se2" };
    const foreign = eventFrame(12, "MessageAdded", {
      ...messagePayload("m9", "user", "x"),
      session_id: "se2",
    });
    const unknown = eventFrame(13, "SomethingNew", {});
    expect(fold([other, foreign, unknown])).toEqual(emptyTranscript("se1"));
  });
});
