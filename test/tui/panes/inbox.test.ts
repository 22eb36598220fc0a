// The inbox: what is answered is what was shown, by keys that were meant for it.
import { describe, expect, test } from "bun:test";
import type { Answer, HumanRequest } from "../../../src/protocol/messages.ts";
import { inboxPane } from "../../../src/tui/panes/inbox.ts";
import type { Effect } from "../../../src/tui/shapes.ts";
import { updateWorld, type World } from "../../../src/tui/world.ts";
import {
  approval,
  createFrames,
  livelyWorld,
  now,
  question,
  secret,
  sharedOf,
} from "../../support/tui-frames.ts";
import { type PlayedPane, playPane } from "../../support/tui-pane.ts";

const withRequests = (...requests: HumanRequest[]): World => ({ ...livelyWorld(), requests });

/** Time goes on, as the loop tells it. */
function wait(pane: PlayedPane, milliseconds: number): void {
  for (const step of [1, milliseconds]) {
    const at = pane.shared.now + step;
    pane.shared = { ...pane.shared, now: at };
    pane.give({ type: "tick", now: at });
  }
}

/** Opened, and looked at long enough. */
function opened(...requests: HumanRequest[]): PlayedPane {
  const pane = playPane(inboxPane, sharedOf(withRequests(...requests)));
  pane.give({ type: "tick", now });
  wait(pane, 400);
  return pane;
}

const answered = (request_id: string, response: Answer): Effect => ({
  type: "call",
  command: "RespondToRequest",
  params: { request_id, response },
  purpose: `inbox:answer:${request_id}`,
});

type Decision = Extract<Answer, { type: "decision" }>;

const decision = (fields: Pick<Decision, "decision" | "scope"> & Partial<Decision>): Decision => ({
  type: "decision",
  hash: "hash-of-the-edit",
  match: null,
  reason: null,
  ...fields,
});

function answeredElsewhere(
  pane: PlayedPane,
  { request_id, session_id, turn_id }: HumanRequest,
): void {
  const { frames, add } = createFrames();
  const response = decision({ decision: "deny", scope: "once" });
  add("HumanRequestResponded", {
    request_id,
    session_id,
    turn_id,
    response,
  });
  const { state } = updateWorld(pane.shared.world, { type: "frames", frames }, null);
  pane.shared = { ...pane.shared, world: state };
  pane.give({ type: "frames", frames });
}

describe("the guard", () => {
  test("keys within 300 ms of the question's appearance count for nothing", () => {
    const pane = playPane(inboxPane, sharedOf(withRequests(approval)));
    pane.press("y", "enter", "s");
    wait(pane, 300);
    pane.press("y", "enter");
    expect(pane.effects()).toEqual([]);
    wait(pane, 100);
    pane.press("y");
    expect(pane.effects()).toEqual([
      answered("c1_q", decision({ decision: "approve", scope: "once" })),
    ]);
  });

  test("time counts from when the pane was opened, where the clock was told then", () => {
    const pane = playPane(inboxPane, sharedOf(withRequests(approval)));
    pane.give({ type: "tick", now });
    pane.shared = { ...pane.shared, now: now + 350 };
    pane.press("y");
    expect(pane.effects()).toHaveLength(1);
  });

  test("a clock that is old when the question appears opens it no sooner", () => {
    const pane = playPane(inboxPane, sharedOf(withRequests(approval)));
    pane.isStuck = true;
    pane.press("down", "down");
    pane.give({ type: "drawn", now: now + 4_900 });
    // The next tick comes much later by the clock, and only a moment after the question was seen.
    pane.shared = { ...pane.shared, now: now + 5_000 };
    pane.press("y");
    expect(pane.effects()).toEqual([]);
  });

  test("the question that moves up when one is answered elsewhere is guarded anew", () => {
    const pane = opened(approval, { ...approval, request_id: "other_q", hash: "other" });
    answeredElsewhere(pane, approval);
    pane.press("y", "enter");
    expect(pane.effects()).toEqual([]);
  });

  test("what nobody looked at has not been seen", () => {
    const pane = opened(approval);
    pane.shared = { ...pane.shared, isFocused: false };
    pane.give({ type: "tick", now: pane.shared.now });
    pane.shared = { ...pane.shared, isFocused: true };
    pane.press("y");
    expect(pane.effects()).toEqual([]);
  });
});

describe("an approval", () => {
  test("enter at first is the safe choice", () => {
    const pane = opened(approval);
    pane.press("enter");
    expect(pane.effects()).toEqual([
      answered("c1_q", decision({ decision: "deny", scope: "once" })),
    ]);
  });

  test.each([
    ["y", { decision: "approve", scope: "once" }],
    ["s", { decision: "approve", scope: "session" }],
    ["n", { decision: "deny", scope: "once" }],
  ] as const)("%s sends the hash that was shown", (key, fields) => {
    const pane = opened(approval);
    pane.press(key);
    expect(pane.effects()).toEqual([answered("c1_q", decision(fields))]);
  });

  test("a rule is the pattern that was typed, and without one exactly what was shown", () => {
    const typed = opened(approval);
    typed.press("r");
    typed.type("src/*");
    typed.press("enter");
    const empty = opened(approval);
    empty.press("r", "enter");
    expect([typed.effects(), empty.effects()]).toEqual([
      [answered("c1_q", decision({ decision: "approve", scope: "rule", match: "src/*" }))],
      [answered("c1_q", decision({ decision: "approve", scope: "rule" }))],
    ]);
  });

  test("what would not hold for so long is not offered", () => {
    const pressed = (scopes: ("once" | "session" | "rule")[]) => {
      const pane = opened({ ...approval, scopes });
      pane.press("s");
      pane.press("r", "enter");
      return pane.effects();
    };
    const session = answered("c1_q", decision({ decision: "approve", scope: "session" }));
    const rule = answered("c1_q", decision({ decision: "approve", scope: "rule" }));
    expect(pressed(["once", "session"])).toEqual([session]);
    expect(pressed(["once", "rule"])).toEqual([rule]);
  });

  test("a refusal says why", () => {
    const pane = opened(approval);
    pane.press("N");
    pane.type("not on a friday");
    pane.press("enter");
    const response = decision({ decision: "deny", scope: "once", reason: "not on a friday" });
    expect(pane.effects()).toEqual([answered("c1_q", response)]);
  });

  test("it is sent once, however often the key is pressed", () => {
    const pane = opened(approval);
    pane.press("y", "y", "y");
    expect(pane.effects()).toHaveLength(1);
  });

  test("an answer that did not arrive can be given again", () => {
    const pane = opened(approval);
    pane.press("y");
    pane.effects();
    const error = { code: "unavailable", message: "The daemon is away.", details: {} } as const;
    pane.give({
      type: "call_failed",
      command: "RespondToRequest",
      purpose: "inbox:answer:c1_q",
      error,
    });
    pane.press("y");
    expect([pane.requests(), pane.effects().length]).toEqual([
      [{ notice: "The daemon is away." }],
      1,
    ]);
  });

  test("a text of several lines is shown as such, and as exactly what is sent", () => {
    const args = { path: "a.sh", content: "set -e \nmake\n" };
    const pane = opened({ ...approval, tool_call: { id: "c1", name: "publish", args } });
    const body = pane
      .screen()
      .split("\n")
      .map((line) => line.trim());
    expect(body.slice(body.indexOf("content:"), body.indexOf("content:") + 3)).toEqual([
      "content:",
      "set -e",
      "make",
    ]);
    expect(body).toContain('"content": "set -e \\nmake\\n"');
  });

  test("every letter of a long call can be read on the smallest screen, and nothing hides", () => {
    const words = Array.from({ length: 200 }, (_none, index) => `w${index}w`);
    const command = `${words.slice(0, 100).join(" ")} \u202e${words.slice(100).join("-")}`;
    const pane = opened({ ...approval, tool_call: { id: "c1", name: "shell", args: { command } } });
    const size = { columns: 40, rows: 10 };
    pane.shared = { ...pane.shared, size };
    let seen = "";
    for (let pages = 0; pages < 60; pages += 1) {
      seen += pane.screen(size).replaceAll(/\n\s*/g, "");
      pane.press("space");
    }
    expect([...words, "<U+202E>"].filter((word) => !seen.includes(word))).toEqual([]);
    expect(pane.screen(size)).not.toContain("there is more");
  });
});

describe("letters that are no keys", () => {
  test("begin the answer, which the button says is begun with enter as well", () => {
    const pane = opened({ ...question, options: [] });
    expect(pane.screen()).toContain("  Answer (enter)");
    pane.type("yes");
    expect(pane.effects()).toEqual([]);
    expect(pane.screen()).toContain("answer: yes");
    pane.press("enter");
    expect(pane.effects()).toEqual([answered("c2_q", { type: "answer", text: "yes" })]);
    // What is typed until it is gone is no answer to it.
    pane.type("and more");
    expect(pane.screen()).not.toContain("and more");
    pane.press("enter");
    expect(pane.effects()).toEqual([]);
  });

  test("and were typed for something else begin none, for as long as they come", () => {
    const pane = playPane(inboxPane, sharedOf(withRequests({ ...question, options: [] })));
    wait(pane, 1);
    for (const letter of "sent to the agent") {
      wait(pane, 100);
      pane.press(letter === " " ? "space" : letter);
    }
    pane.press("enter");
    expect([pane.effects(), pane.screen().includes("answer: ")]).toEqual([[], false]);
    wait(pane, 400);
    pane.type("y");
    expect(pane.screen()).toContain("answer: y");
  });

  test("decide nothing about an approval", () => {
    const pane = opened(approval);
    pane.type("abc");
    expect([pane.effects(), pane.screen().includes("why not: ")]).toEqual([[], false]);
  });
});

describe("questions and secrets", () => {
  test("a question is answered with a text, or with the number of an option", () => {
    const typed = opened(question);
    typed.press("enter");
    typed.type("the next");
    typed.press("enter");
    const picked = opened(question);
    picked.press("2");
    expect([typed.effects(), picked.effects()]).toEqual([
      [answered("c2_q", { type: "answer", text: "the next" })],
      [answered("c2_q", { type: "answer", text: "the one after" })],
    ]);
  });

  test("a secret is never seen", () => {
    const pane = opened(secret);
    pane.press("enter");
    pane.type("hunter2");
    const screen = pane.screen();
    pane.press("enter");
    expect([screen.includes("hunter"), screen.includes("•••••••"), pane.effects()]).toEqual([
      false,
      true,
      [answered("c3_q", { type: "secret", value: "hunter2" })],
    ]);
  });

  test("a secret of several lines is pasted as it is, without the line end that came with it", () => {
    const pane = opened(secret);
    pane.press("enter");
    pane.give({ type: "paste", text: "BEGIN\nkey \nEND\n" });
    pane.press("enter");
    expect(pane.effects()).toEqual([
      answered("c3_q", { type: "secret", value: "BEGIN\nkey \nEND" }),
    ]);
  });

  test("a text that was being typed goes nowhere when the question is answered elsewhere", () => {
    const pane = opened(approval, question);
    pane.press("N");
    pane.type("because");
    answeredElsewhere(pane, approval);
    pane.press("enter");
    const notice = "Answered elsewhere, or over: Up in the composer brings back what you wrote.";
    expect([pane.effects(), pane.requests()]).toEqual([[], [{ keep: "because", notice }]]);
  });

  test("with the last that was answered the inbox closes, and only then", () => {
    const pane = opened(approval, question);
    answeredElsewhere(pane, approval);
    expect(pane.requests()).toEqual([]);
    answeredElsewhere(pane, question);
    expect([pane.requests(), pane.screen().includes("Nothing waits for you.")]).toEqual([
      ["close"],
      true,
    ]);
  });

  test("letters that are typed where nothing waits go where one writes", () => {
    const pane = opened();
    pane.press("h");
    expect(pane.requests()).toEqual([{ insert: "h" }]);
  });

  test("its end on the screen it scrolls no further, and the question stays in sight", () => {
    const command = Array.from({ length: 30 }, (_none, index) => `step ${index}`).join("\n");
    const pane = opened({ ...approval, tool_call: { id: "c1", name: "shell", args: { command } } });
    const begin = pane.screen();
    for (let pages = 0; pages < 100; pages += 1) pane.press("space");
    const end = pane.screen();
    pane.press("space");
    expect([
      begin.includes("─ approval from deploy ─"),
      end.includes("─ approval from deploy: deploy wants to use file_edit on"),
      pane.screen() === end,
    ]).toEqual([true, true, true]);
  });
});
