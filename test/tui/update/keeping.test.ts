// Nothing that was said is lost, and one key does one thing: what is not sent yet, what is deleted, what is stopped.
import { describe, expect, test } from "bun:test";
import type { Json } from "../../../src/protocol/messages.ts";
import { agentOf, created, createFrames, message } from "../../support/tui-frames.ts";
import {
  answered,
  ids,
  type PlayedInterface,
  playInterface,
  playSession,
  said,
  sessionOf,
} from "../../support/tui-whole.ts";

const send = (played: PlayedInterface, text: string): void => {
  played.type(text);
  played.press("enter");
};

/** What the file of drafts holds after everything that was asked for. */
function draftsOf(played: PlayedInterface): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const effect of played.effects()) {
    if (effect.type === "save_draft") kept[effect.session_id ?? "new"] = effect.text;
  }
  return kept;
}

const refusedSend = (played: PlayedInterface, number: number): void =>
  played.give({
    type: "call_failed",
    command: "SendMessage",
    purpose: `root:send:seed-${number}`,
    error: { code: "unavailable", message: "The daemon is away.", details: {} },
  });

const event = (...[name, payload]: Parameters<ReturnType<typeof createFrames>["add"]>) => {
  const { frames, add } = createFrames();
  add(name, payload);
  return frames;
};

const startTurn = (played: PlayedInterface, turn_id = "t1"): void =>
  played.frames(...event("TurnStarted", { ...ids, turn_id, agent: agentOf("assistant") }));

describe("a message that the daemon has not", () => {
  test("stays in the draft with what is typed behind it, until it has arrived", () => {
    const played = playSession([]);
    send(played, "one");
    refusedSend(played, 1);
    send(played, "two");
    played.type("thr");
    expect(draftsOf(played)).toEqual({ s1: "one\n\ntwo\n\nthr" });
    const reply = { session_id: "s1", turn_id: "t1", message_id: "m1", seq: 1, warnings: [] };
    for (const number of [1, 2]) played.replied("SendMessage", `root:send:seed-${number}`, reply);
    expect(draftsOf(played)).toEqual({ s1: "thr" });
  });

  test("that begins a conversation is no draft of a new one once it has begun", () => {
    const played = playInterface();
    send(played, "hello");
    expect(draftsOf(played)).toEqual({ new: "hello" });
    const reply = { session_id: "s1", turn_id: "t1", message_id: "m1", seq: 1, warnings: [] };
    played.replied("SendMessage", "root:send:seed-1", reply);
    expect(draftsOf(played)).toEqual({ new: "" });
  });

  test("and arrived after all is not typed again when the conversation is opened", () => {
    for (const [draft, left] of [
      ["did it arrive?", ""],
      ["something else", "something else"],
    ] as const) {
      const played = playInterface({ session_id: "s1", draft });
      const session = sessionOf([said("m1", "did it arrive?")]);
      played.replied("GetSession", "root:session", { session });
      expect(played.state.composer.text).toBe(left);
    }
  });

  test("leaves the draft of a conversation that was only opened as it was", () => {
    const played = playSession([]);
    played.type("moves along");
    played.effects();
    played.type("!");
    played.press("f2");
    played.give({ type: "tick", now: 1 });
    expect(draftsOf(played)).toEqual({ s1: "moves along!" });
  });
});

describe("a conversation that is deleted while it is open", () => {
  test("is followed by a new one: the next message arrives, and what was not sent is typed again", () => {
    const played = playSession([said("m1", "ask"), answered("m2", "yes")]);
    send(played, "on its way");
    played.frames(...event("SessionDeleted", { session_id: "s1" }));
    expect(played.state.session_id).toBeNull();
    expect(played.state.composer.text).toBe("on its way");
    expect(played.screen()).toContain(
      "This conversation was deleted. What you say next begins another.",
    );
    played.effects();
    played.press("enter");
    const [call] = played.calls("SendMessage");
    expect([call?.params.session_id, call?.params.message]).toEqual([null, "on its way"]);
  });

  test("while the interface was away is found out when it is fetched", () => {
    const played = playInterface({ session_id: "s1" });
    const error = {
      code: "session_not_found",
      message: "Session not found: s1",
      details: {},
    } as const;
    played.give({ type: "call_failed", command: "GetSession", purpose: "root:session", error });
    expect([played.state.session_id, played.state.notice?.text]).toEqual([
      null,
      "Session not found: s1 What you say next begins another.",
    ]);
  });
});

describe("Ctrl+C", () => {
  const quits = (played: PlayedInterface): boolean =>
    played.effects().some(({ type }) => type === "quit");

  test("twice in a row leaves, but not with a key between", () => {
    const played = playSession([]);
    played.press("ctrl+c");
    played.type("a");
    played.press("backspace", "ctrl+c");
    expect(quits(played)).toBe(false);
    played.press("ctrl+c");
    expect(quits(played)).toBe(true);
  });

  test("stops a turn that began after the first press, and leaves only then", () => {
    const played = playSession([]);
    played.press("ctrl+c");
    startTurn(played);
    played.effects();
    played.press("ctrl+c");
    const effects = played.effects();
    expect(effects.map((one) => (one.type === "call" ? one.command : one.type))).toContain(
      "CancelTurn",
    );
    expect(effects.some(({ type }) => type === "quit")).toBe(false);
  });

  test("leaves while the daemon is away, whatever ran", () => {
    const played = playSession([]);
    startTurn(played);
    played.give({ type: "link", state: { type: "lost", reason: "it went" } });
    played.press("ctrl+c", "ctrl+c");
    expect(quits(played)).toBe(true);
  });
});

describe("a turn that was stopped", () => {
  test("says so below its last message, also when the next one has begun", () => {
    const played = playSession([
      said("m1", "count", { turn_id: "t1" }),
      answered("m2", "one, two"),
    ]);
    startTurn(played);
    played.frames(...event("TurnCancelled", { ...ids, reason: "a client cancelled it" }));
    expect(played.screen()).toContain("■ you stopped it");
    startTurn(played, "t2");
    const next = { ...said("m3", "go on", { turn_id: "t2" }), session_id: "s1" };
    played.frames(...event("MessageAdded", next));
    expect(played.screen()).toMatch(/one, two\n\n ■ you stopped it\n\n ❯ go on/);
    expect(played.screen().split("you stopped it")).toHaveLength(2);
  });
});

describe("calls that are folded", () => {
  const shell = { id: "c1", name: "shell", args: { command: "false" } };
  const failed = (): PlayedInterface => {
    const played = playSession([answered("m2", "", { tool_calls: [shell] })], { turn_id: "t1" });
    const ended = { call_id: "c1", name: "shell", success: false, outcome: "failed" } as const;
    const bare = { duration_ms: 5, output_bytes: 8, spilled_to: null, denial: null };
    played.frames(...event("ToolCallCompleted", { ...ids, ...ended, ...bare }));
    const result = {
      message_id: "m3",
      role: "tool",
      tool_call_id: "c1",
      content: "exit 1",
    } as const;
    played.frames(...event("MessageAdded", { ...message(result), session_id: "s1" }));
    return played;
  };

  test("are all opened by one key, and by it again as each is by itself", () => {
    const played = failed();
    const isOpen = () => [
      played.screen().includes("exit 1"),
      played.screen().includes('"command"'),
    ];
    const seen = [0, 1, 2].map(() => {
      const now = isOpen();
      played.press("ctrl+o");
      return now;
    });
    expect(seen).toEqual([
      [true, false],
      [true, true],
      [true, false],
    ]);
  });

  test("and open by themselves are closed by a click and by the key of the message", () => {
    const byKey = failed();
    byKey.press("shift+tab", "enter");
    expect(byKey.screen()).not.toContain("exit 1");
    byKey.press("enter");
    expect(byKey.screen()).toContain("exit 1");
    const byClick = failed();
    const row = byClick
      .screen()
      .split("\n")
      .findIndex((each) => each.includes("shell false"));
    byClick.give({ type: "mouse", action: "press", at: { column: 8, row } });
    expect(byClick.screen()).not.toContain("exit 1");
  });
});

test("a conversation that is opened again knows how its calls and turns ended", () => {
  const calls = ["shell", "critic"].map((name, index) => ({ id: `c${index}`, name, args: {} }));
  const result = (id: string) =>
    message({ message_id: `r${id}`, turn_id: "t1", role: "tool", tool_call_id: id, content: "no" });
  const played = playSession([
    said("m1", "look", { turn_id: "t1" }),
    answered("m2", "", { tool_calls: calls }),
    result("c0"),
    result("c1"),
  ]);
  expect(played.screen()).not.toContain("✗");
  const told = [
    ...event("ToolCallCompleted", {
      ...ids,
      call_id: "c0",
      name: "shell",
      success: false,
      outcome: "timed_out",
      duration_ms: 2_000,
      output_bytes: 8,
      spilled_to: null,
      denial: null,
    }),
    ...event("DelegationStarted", {
      ...ids,
      call_id: "c1",
      po_name: "critic",
      child_session_id: "s2",
      child_turn_id: "t2",
    }),
    ...event("TurnCancelled", { ...ids, reason: "" }),
  ];
  // A payload is JSON: it was read from events of these types.
  const events = JSON.parse(JSON.stringify(told));
  const reply = { session_id: "s1", events, signals: [], waiting: [], is_parked: false };
  played.replied("ListOutcomes", "root:outcomes", reply);
  expect(played.screen()).toMatch(/▾ ✗ shell {2,}timed out {2}2\.0s {2}2 chars\n +no\n/);
  expect(played.screen()).toContain("→ critic");
  expect(played.screen()).toMatch(/\n\n ■ you stopped it\n/);
  played.press("shift+tab", "o");
  expect(played.state.session_id).toBe("s2");
});

test("a conversation that is opened with parked messages shows them, and lets them go on", () => {
  const played = playSession([said("m1", "look", { turn_id: "t1" })], { queued: 2 });
  const stopped = event("TurnCancelled", { ...ids, reason: "" });
  const waiting = ["run the tests", "then deploy"].map((content, index) => {
    return { message_id: `q${index}`, turn_id: `t${index}`, content, delivery: "queue" } as const;
  });
  // A payload is JSON: it was read from events of these types.
  const events = JSON.parse(JSON.stringify(stopped));
  const reply = { session_id: "s1", events, signals: [], waiting, is_parked: true };
  played.replied("ListOutcomes", "root:outcomes", reply);
  expect(played.screen()).toContain("parked: run the tests");
  expect(played.screen()).toContain("parked: then deploy");
  played.press("enter");
  expect(played.calls("ResumeQueue").map(({ params }) => params)).toEqual([{ session_id: "s1" }]);
});

describe("a line for the shell", () => {
  const joined = (args: Json, output: string) => {
    const call = { id: "run1", name: "shell", args };
    const typed = said("h1", `/shell ${JSON.stringify(args)}`);
    const asked = answered("h2", "", { tool_calls: [call], turn_id: null });
    return [
      typed,
      asked,
      message({ message_id: "h3", role: "tool", tool_call_id: "run1", content: output }),
    ];
  };

  test("stands there as it was typed, with what it said below", () => {
    const screen = playSession(joined({ command: "echo hi" }, "hi")).screen();
    expect(screen).toContain("❯ ! echo hi");
    expect(screen).toMatch(/▾ · shell echo hi +2 chars\n +hi\n/);
    const other = playSession(joined({ command: "ls", cwd: "/" }, "hi")).screen();
    expect(other).toContain('❯ /shell {"command":"ls","cwd":"/"}');
    const inTurn = joined({ command: "echo hi" }, "hi").map((one) => ({ ...one, turn_id: "t1" }));
    const asked = playSession(inTurn).screen();
    expect(asked).toContain('❯ /shell {"command":"echo hi"}');
    expect(asked).toMatch(/▸ · shell echo hi/);
  });

  test("that joins nothing, as a turn runs, says what came out", () => {
    const played = playSession([said("m1", "ask")], { turn_id: "t1" });
    const result = { id: "run1", name: "shell", output: "hi\n[exit code 0]", success: true };
    played.replied("RunTool", "act:line:seed-1", { result, message_id: null });
    expect(played.screen()).toContain("as a turn runs: hi [exit code 0]");
  });

  test("brings the end of the conversation back", () => {
    const long = Array.from({ length: 60 }, (_, index) => said(`m${index}`, `line ${index}`));
    const played = playSession(long);
    const tools = [{ name: "shell", description: "", parameters: {}, risk: "execute" as const }];
    played.replied("ListTools", "root:tools", { tools });
    played.press("pageup", "pageup");
    expect(played.state.conversation.place).not.toBeNull();
    send(played, "! echo hi");
    expect(played.state.conversation.place).toBeNull();
  });
});

describe("a draft that was kept", () => {
  /** The conversation is opened, and its draft asked for. */
  const opening = (played: PlayedInterface, session_id: string): string[] => {
    const { frames, add } = createFrames();
    add("SessionCreated", created(session_id, "assistant"));
    played.frames(...frames);
    played.effects();
    played.press("ctrl+s");
    played.press("enter");
    expect(played.state.session_id).toBe(session_id);
    return played
      .effects()
      .flatMap((effect) => (effect.type === "find_draft" ? [effect.session_id ?? "new"] : []));
  };

  test("stands there again when its conversation is opened, before what moved along", () => {
    for (const [typed, whole] of [
      ["", "draft three"],
      ["moved", "draft three\n\nmoved"],
    ] as const) {
      const played = playInterface();
      played.type(typed);
      expect(opening(played, "s2")).toEqual(["s2"]);
      played.give({ type: "draft", session_id: "s2", text: "draft three" });
      expect(played.state.composer.text).toBe(whole);
      // The same again changes nothing, and one of elsewhere neither.
      played.give({ type: "draft", session_id: "s2", text: whole });
      played.give({ type: "draft", session_id: "s1", text: "of another" });
      expect(played.state.composer.text).toBe(whole);
    }
  });

  test("of a conversation that has not begun is asked for when one goes there", () => {
    const played = playSession([]);
    send(played, "/new");
    const asked = played.effects().filter(({ type }) => type === "find_draft");
    expect(asked).toEqual([{ type: "find_draft", session_id: null }]);
    played.give({ type: "draft", session_id: null, text: "half begun" });
    expect(played.state.composer.text).toBe("half begun");
  });

  test("of a message that is still on its way is not typed again", () => {
    const played = playSession([]);
    send(played, "on its way");
    played.give({ type: "draft", session_id: "s1", text: "on its way" });
    expect(played.state.composer.text).toBe("");
  });
});
