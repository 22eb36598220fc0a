// What is written: cleaned text, colours, live answers, results, backpressure.
import { describe, expect, test } from "bun:test";
import { answerOf } from "../../src/cli/chat/human-requests.ts";
import { pickSession } from "../../src/cli/input/find-session.ts";
import { createLiveText } from "../../src/cli/one-shot/live-text.ts";
import { judge, type Outcome, resultObject } from "../../src/cli/one-shot/result.ts";
import { createOutput, type Sink } from "../../src/cli/output/write-out.ts";
import type { TypedEvent } from "../../src/client/events.ts";
import type { Run } from "../../src/protocol/commands/session.ts";
import type { SignalFrame } from "../../src/protocol/frames.ts";
import type { HumanRequest, Message, SessionSummary } from "../../src/protocol/messages.ts";
import { describeDenial, describeEvent } from "../../src/terminal/activity.ts";
import { hasColour } from "../../src/terminal/colour.ts";
import { finishedRun, messagePayload, textSignal } from "../support/fake-daemon.ts";

const ESC = "\u001b";

describe("colour", () => {
  const base = { flag: undefined, isOffByFlag: false, variables: {}, isTerminal: true };
  const rows: [string, Partial<Parameters<typeof hasColour>[0]>, boolean][] = [
    ["a terminal has it", {}, true],
    ["a pipe has none", { isTerminal: false }, false],
    [
      "--color always beats everything",
      { flag: "always", isOffByFlag: true, variables: { NO_COLOR: "1" }, isTerminal: false },
      true,
    ],
    ["--color never beats FORCE_COLOR", { flag: "never", variables: { FORCE_COLOR: "1" } }, false],
    ["--color auto decides nothing", { flag: "auto", isTerminal: false }, false],
    ["--no-color beats FORCE_COLOR", { isOffByFlag: true, variables: { FORCE_COLOR: "1" } }, false],
    [
      "JAMEY_NO_COLOR beats FORCE_COLOR",
      { variables: { JAMEY_NO_COLOR: "1", FORCE_COLOR: "1" } },
      false,
    ],
    ["NO_COLOR beats FORCE_COLOR", { variables: { NO_COLOR: "1", FORCE_COLOR: "1" } }, false],
    ["an empty NO_COLOR is none", { variables: { NO_COLOR: "" } }, true],
    ["FORCE_COLOR beats a dumb terminal", { variables: { FORCE_COLOR: "1", TERM: "dumb" } }, true],
    ["FORCE_COLOR=0 forces nothing", { variables: { FORCE_COLOR: "0" }, isTerminal: false }, false],
    [
      "CLICOLOR_FORCE works in a pipe",
      { variables: { CLICOLOR_FORCE: "1" }, isTerminal: false },
      true,
    ],
    ["a dumb terminal has none", { variables: { TERM: "dumb" } }, false],
  ];
  for (const [name, changed, expected] of rows) {
    test(name, () => {
      expect(hasColour({ ...base, ...changed })).toBe(expected);
    });
  }
});

describe("activity", () => {
  // Only the fields that a line is made of.
  const event = (event_type: string, payload: object, at = "2026-01-01T00:00:00.000Z") =>
    ({ at, event_type, payload }) as TypedEvent;
  const call = { id: "c1", name: "file_read", args: { path: "/etc/x" } };
  const completed = (changed: object) =>
    event("ToolCallCompleted", {
      ...{ call_id: "c1", name: "file_read", success: false, outcome: "denied", duration_ms: 0 },
      denial: null,
      ...changed,
    });
  const told = { ...messagePayload("m2", "tool", "It lies\noutside."), tool_call_id: "c1" };
  const describeAll = (...events: TypedEvent[]) => {
    const calls = new Map();
    return events.map((one) => describeEvent(one, calls));
  };

  test("names what was refused although it never started, and why", () => {
    const asked = { ...messagePayload("m1", "assistant", ""), tool_calls: [call] };
    expect(
      describeAll(event("MessageAdded", asked), completed({}), event("MessageAdded", told)),
    ).toEqual([undefined, "✗ file_read /etc/x  denied 0.0s", "  It lies outside."]);
  });

  test("hides nothing of what a call is given", () => {
    const hidden = { ...call, args: { path: "a\u202eb\u001b[2K" } };
    expect(describeAll(event("ToolCallStarted", { tool_call: hidden }))).toEqual([
      "▸ file_read a<U+202E>b<U+001B>[2K",
    ]);
  });

  test("does not repeat what a call that succeeded answered", () => {
    expect(
      describeAll(
        event("ToolCallStarted", { tool_call: call }),
        completed({ success: true, outcome: "completed" }),
        event("MessageAdded", told),
      ),
    ).toEqual(["▸ file_read /etc/x", "✓ file_read /etc/x  completed 0.0s", undefined]);
  });

  test("says when the model is asked again, in whole sentences", () => {
    const failed = (message: string, retry_at: string | null) =>
      event("ModelCallFailed", { error: { message }, retry_at });
    expect(
      describeAll(
        failed("Rate limited", "2026-01-01T00:00:02.000Z"),
        failed("It failed.", "2026-01-01T00:00:00.000Z"),
        failed("It failed.", null),
      ),
    ).toEqual(["! Rate limited. Asking again in 2.0s.", "! It failed. Asking again.", undefined]);
  });
});

describe("a denial", () => {
  const denial = (allow_with: string, subject = "ls") =>
    describeDenial({ tool: "shell", subject, reason: "denied", allow_with });

  test("says what would allow it, and nothing that would not", () => {
    expect([
      denial("--allow 'shell'"),
      denial("take that rule away"),
      denial("answer before the deadline", "May assistant use shell: ls"),
      denial("approve it when asked", "May assistant use shell: ls"),
    ]).toEqual([
      "jamey: denied shell: ls\n  to allow it: --allow 'shell'",
      "jamey: denied shell: ls\n  a rule denies it: take that rule away to allow it",
      "jamey: denied shell\n  nobody answered in time: --on-ask queue:TIME waits longer",
      "jamey: denied shell: it was refused when asked",
    ]);
  });
});

describe("an approval", () => {
  // Only what an answer looks at.
  const request = { kind: "approval", hash: "h" } as HumanRequest;
  const decide = (line: string | undefined) => {
    const answer = answerOf(request, line);
    return answer?.type === "decision" ? [answer.decision, answer.scope, answer.reason] : answer;
  };

  test("is given or refused only by a clear word", () => {
    expect(["y", " YES ", "s", "session"].map(decide)).toEqual([
      ["approve", "once", null],
      ["approve", "once", null],
      ["approve", "session", null],
      ["approve", "session", null],
    ]);
    expect(["n", "No", "n because x", "no, it is late", undefined].map(decide)).toEqual([
      ["deny", "once", null],
      ["deny", "once", null],
      ["deny", "once", "because x"],
      ["deny", "once", "it is late"],
      ["deny", "once", null],
    ]);
    expect(["", "?", "not now", "yes please", "ja"].map(decide)).toEqual(
      Array.from({ length: 5 }, () => undefined),
    );
  });
});

describe("the live answer", () => {
  async function show(frames: object[]) {
    const written: string[] = [];
    const live = createLiveText({
      write: async (text) => void written.push(text),
      mark: "",
      isRaw: false,
      onRestart: async () => void written.push("<restart>"),
    });
    for (const frame of frames) {
      // Written loosely here; the daemon's tests hold frames to their schemas.
      if ("signal_type" in frame) await live.signal(frame as SignalFrame);
      else await live.message(frame as Message);
    }
    await live.endLine();
    return { text: written.join(""), wasRestarted: live.wasRestarted };
  }
  const answer = (content: string, id = "m2") => messagePayload(id, "assistant", content);

  test("writes each part once, however it comes", async () => {
    const frames = [
      textSignal(0, "Hel"),
      textSignal(0, "Hello"),
      textSignal(5, " you"),
      answer("Hello you."),
    ];
    expect(await show(frames)).toEqual({ text: "Hello you.\n", wasRestarted: false });
    expect(await show([answer("Hello\n")])).toEqual({ text: "Hello\n", wasRestarted: false });
  });

  test("keeps the halves of a sign together that a vendor cut in two", async () => {
    const written: string[] = [];
    const live = createLiveText({
      write: async (text) => void written.push(text),
      mark: "",
      isRaw: false,
      onRestart: async () => undefined,
    });
    const [first = "", second = ""] = "🤖".split("");
    for (const frame of [textSignal(0, `a${first}`), textSignal(2, `${second}b`)]) {
      await live.signal(frame as SignalFrame);
    }
    expect(written).toEqual(["a", "🤖b"]);
  });

  test("parts two messages by an empty line", async () => {
    expect((await show([answer("one", "a"), answer("two", "b")])).text).toBe("one\n\ntwo\n");
  });

  test("says when the model begins again", async () => {
    const frames = [textSignal(0, "Hel"), textSignal(0, "By", 1), answer("Bye")];
    expect(await show(frames)).toEqual({ text: "Hel\n<restart>Bye\n", wasRestarted: true });
  });

  test("writes no control sequence that is cut in two", async () => {
    const frames = [
      textSignal(0, `a${ESC}]52;c;`),
      textSignal(8, "eA==\u0007b"),
      answer(`a${ESC}]52;c;eA==\u0007b`),
    ];
    expect((await show(frames)).text).toBe("ab\n");
  });

  test("ignores what others say", async () => {
    expect(
      (await show([messagePayload("m1", "user", "q"), messagePayload("m3", "tool", "r")])).text,
    ).toBe("");
  });
});

describe("the result", () => {
  const ended = (changed: Partial<Outcome>): Outcome => ({
    accepted: null,
    run: null,
    error: null,
    caught: undefined,
    warnings: [],
    isStdinSkipped: false,
    isOffline: false,
    areDenialsFine: false,
    extracted: undefined,
    ...changed,
  });
  // The fixture has the shape of a Run; its status is a wider type there.
  const run = (changed: object = {}) => finishedRun("text", changed) as Run;
  const denials = [{ tool: "shell", subject: "ls", reason: "", allow_with: "--allow shell" }];
  const code = (changed: Partial<Outcome>) => {
    const { status, exit_code } = judge(ended(changed));
    return [status, exit_code];
  };

  test("has one status and exit code for each way to end", () => {
    expect([
      code({ run: run() }),
      code({ run: run({ denials }) }),
      code({ run: run({ denials }), areDenialsFine: true }),
      code({ run: run({ denials, pending_requests: ["r"] }), areDenialsFine: true }),
      code({ run: run({ status: "failed", error: { code: "limit_reached" } }) }),
      code({ run: run({ status: "failed", error: { code: "provider_auth" } }) }),
      code({ run: run({ status: "failed", error: { code: "model_refused" } }) }),
      code({ run: run({ status: "cancelled" }) }),
      code({ run: run({ status: "cancelled" }), caught: "SIGINT" }),
      code({
        run: run({ status: "cancelled" }),
        error: { code: "timeout", message: "", details: {} },
      }),
      code({ error: { code: "input_missing", message: "", details: {} } }),
    ]).toEqual([
      ["ok", 0],
      ["blocked", 3],
      ["blocked", 0],
      ["blocked", 3],
      ["limit", 4],
      ["failed", 77],
      ["failed", 5],
      ["interrupted", 1],
      ["interrupted", 130],
      ["failed", 124],
      ["failed", 66],
    ]);
  });

  test("has every field, also when nothing ran", () => {
    expect(
      resultObject(ended({ error: { code: "unavailable", message: "m", details: {} } })),
    ).toEqual({
      type: "result",
      schema_version: 1,
      status: "failed",
      text: "",
      structured: null,
      session_id: null,
      run_id: null,
      agent: null,
      model: null,
      stop_reason: null,
      turns: 0,
      usage: {
        input_tokens: 0,
        output_tokens: 0,
        cached_tokens: 0,
        reasoning_tokens: 0,
        cost_usd: null,
      },
      cost_usd: null,
      duration_ms: 0,
      denials: [],
      pending_requests: [],
      warnings: [],
      stdin_skipped: false,
      is_offline: false,
      error: { code: "unavailable", message: "m", retryable: true },
      exit_code: 69,
    });
  });
});

describe("an output", () => {
  /** A sink that answers each write with what the test says. */
  function openSink(answers: (Error | null | "never")[]) {
    const pieces: string[] = [];
    const sink: Sink = {
      async write(text) {
        pieces.push(text);
        const answer = answers.shift() ?? null;
        if (answer === "never") await Promise.withResolvers().promise;
        else if (answer) throw answer;
      },
    };
    const out = createOutput({
      sink,
      name: "stdout",
      isTerminal: false,
      hasColour: false,
      drainTimeoutMs: 5,
    });
    return { out, pieces };
  }
  const failure = (code: string) => Object.assign(new Error(code), { code });

  test("cuts long text between characters, and loses nothing", async () => {
    const { out, pieces } = openSink([]);
    const text = "🤖".repeat(50_000);
    await out.write(`x${text}`);
    expect(pieces.join("")).toBe(`x${text}`);
    expect(pieces.length).toBe(2);
    expect(pieces.every((piece) => piece.isWellFormed())).toBe(true);
  });

  test("goes silent when its reader has gone", async () => {
    const { out, pieces } = openSink([failure("EPIPE")]);
    await out.write("a");
    await out.write("b");
    expect([pieces, out.gone.aborted]).toEqual([["a"], true]);
  });

  test("says what stopped it otherwise", async () => {
    const { out } = openSink([failure("ENOSPC")]);
    await expect(out.write("a")).rejects.toThrow("Cannot write to stdout: ENOSPC.");
  });

  test("gives up on a reader that takes nothing", async () => {
    const { out } = openSink(["never"]);
    await expect(out.write("a")).rejects.toThrow("stdout takes no data for 0.005 s.");
  });
});

describe("a session", () => {
  // Only what picking looks at.
  const session = (session_id: string, name: string | null) =>
    ({ session_id, name, title: "" }) as SessionSummary;
  const sessions = [session("abc1", "one"), session("abd2", "abc1x"), session("xyz", "abd2")];
  const pick = (text: string) => pickSession(sessions, text).session_id;

  test("is found by its id, by its name, or by the beginning of its id", () => {
    expect(["abc1", "one", "abd2", "abd2", "x"].map(pick)).toEqual([
      "abc1",
      "abc1",
      "abd2",
      "abd2",
      "xyz",
    ]);
    expect(() => pick("ab")).toThrow("'ab' fits 2 sessions: abc1 one, abd2 abc1x.");
    expect(() => pick("nope")).toThrow("There is no session 'nope'");
    expect(() => pick("")).toThrow("There is no session ''");
  });

  test("is not taken over by another's name that is the beginning of its id", () => {
    const hostile = [session("abd7", null), session("xyz", "abd\u202e"), session("xyy", "abd")];
    expect(() => pickSession(hostile, "abd")).toThrow("'abd' fits 2 sessions: abd7, xyy abd.");
    expect(() => pickSession(hostile, "xy")).toThrow("xyz abd<U+202E>, xyy abd.");
  });
});
