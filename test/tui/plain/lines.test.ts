// The interface as lines: what is said about what happens, and what a typed line means.
import { describe, expect, test } from "bun:test";
import type { TypedEvent } from "../../../src/client/events.ts";
import type { HumanRequest } from "../../../src/protocol/messages.ts";
import {
  aboutSession,
  ask,
  meantByName,
  plainState,
  readLine,
  tell,
  tellSignal,
} from "../../../src/tui/plain/lines.ts";
import { answered, said, sessionOf } from "../../support/tui-whole.ts";

const state = plainState("s1", "assistant");
const approval: HumanRequest = {
  request_id: "r1",
  session_id: "s2",
  turn_id: "t2",
  from_po: "deployer",
  kind: "approval",
  question: "Run this?",
  options: [],
  tool_call: { id: "c1", name: "shell", args: { command: "make" } },
  hash: "h1",
  created_at: "2026-01-01T00:00:00.000Z",
  deadline_at: null,
};
const question: HumanRequest = {
  ...approval,
  request_id: "r2",
  kind: "question",
  question: "Which one?",
  options: ["left", "right"],
  tool_call: null,
  hash: null,
};

const event = (event_type: string, payload: object): TypedEvent =>
  // Only what is looked at is made up.
  ({ type: "event", seq: 1, at: "", subscription_id: "x", event_type, payload }) as TypedEvent;
const message = (role: string, source: string, content: string) =>
  event("MessageAdded", { session_id: "s1", turn_id: "t1", role, source, name: null, content });

describe("lines of the plain interface", () => {
  test("say who speaks", () => {
    const lines = [
      message("user", "tui", "hello"),
      message("assistant", "tui", "hi\nthere\u001b[2J"),
      message("user", "cli", "from elsewhere"),
      event("TurnFailed", { session_id: "s1", turn_id: "t1", error: { message: "no key" } }),
    ].flatMap((one) => tell(state, one).lines);
    expect(lines).toEqual([
      "you: hello",
      "jamey: hi\nthere",
      "cli: from elsewhere",
      "error: no key",
    ]);
  });

  test("tell nothing of other sessions but what waits for a human", () => {
    const other = event("MessageAdded", { session_id: "s2", role: "assistant", content: "x" });
    expect(tell(state, other)).toEqual({ state, lines: [] });
    const told = tell(state, event("HumanRequestQueued", approval));
    expect(told.lines).toEqual([
      'request 1: deployer asks for leave: Run this?\n  shell {\n    "command": "make"\n  }',
      "  1 allow this once",
      "  2 allow exactly this for the session",
      "  3 deny",
      "  To answer, type: 1 1",
    ]);
    const closed = tell(told.state, event("HumanRequestResponded", { request_id: "r1" }));
    expect(closed.lines).toEqual(["request 1: closed."]);
    expect(closed.state.requests.size).toBe(0);
  });
});

describe("a typed line", () => {
  const open = ask(ask(state, approval).state, question).state;

  test("is a message, a command, or nothing", () => {
    expect(
      ["hello", "  ", "/quit", "/stop", "//say hi", "7 apples"].map((l) => readLine(open, l)),
    ).toEqual([
      { type: "say", text: "hello" },
      { type: "nothing" },
      { type: "quit" },
      { type: "stop" },
      { type: "say", text: "/say hi" },
      { type: "say", text: "7 apples" },
    ]);
  });

  test("answers the request of its number, with the hash that was shown", () => {
    const response = { type: "decision", hash: "h1", match: null, reason: null } as const;
    expect(readLine(open, "1 2")).toEqual({
      type: "answer",
      request: approval,
      response: { ...response, decision: "approve", scope: "session" },
      said: "you: to request 1: allow exactly this for the session",
    });
    expect(readLine(open, "1 3")).toEqual({
      type: "answer",
      request: approval,
      response: { ...response, decision: "deny", scope: "once" },
      said: "you: to request 1: deny",
    });
    const answered = (text: string) =>
      ({
        type: "answer",
        request: question,
        response: { type: "answer", text },
        said: `you: to request 2: ${text}`,
      }) as const;
    expect([readLine(open, "2 2"), readLine(open, "2 neither")]).toEqual([
      answered("right"),
      answered("neither"),
    ]);
  });

  test("is offered only the decisions that the daemon takes", () => {
    const once = { ...approval, scopes: ["once" as const] };
    const { state: one, lines } = ask(state, once);
    expect(lines.slice(-3)).toEqual(["  1 allow this once", "  2 deny", "  To answer, type: 1 1"]);
    const meant = (line: string) => {
      const read = readLine(one, line);
      return read.type === "answer" ? read.response : read.type;
    };
    const decision = { type: "decision", hash: "h1", scope: "once", match: null, reason: null };
    const [approve, deny] = ["approve", "deny"].map((word) => ({ ...decision, decision: word }));
    expect(["1 1", "1 2", "1 3", "y", "n"].map(meant)).toEqual([
      approve,
      deny,
      "tell",
      approve,
      deny,
    ] as never);
  });

  test("approves nothing that is not clearly one of the choices", () => {
    for (const line of ["1 yes", "1 0", "1 4", "1 1.5", "1 1 1"]) {
      expect(readLine(open, line)).toMatchObject({ type: "tell" });
    }
  });

  test("answers the only request that waits by its choice, or by y and n", () => {
    const { state: one } = ask(state, approval);
    const meant = (line: string) => {
      const read = readLine(one, line);
      return read.type === "answer" ? read.said : read.type;
    };
    expect(["y", "1", "2", "n", "No", "7", "yes please", "x"].map(meant)).toEqual([
      "you: to request 1: allow this once",
      "you: to request 1: allow this once",
      "you: to request 1: allow exactly this for the session",
      "you: to request 1: deny",
      "you: to request 1: deny",
      "tell",
      "say",
      "say",
    ]);
    const { state: asked } = ask(state, question);
    expect([readLine(asked, "2"), readLine(asked, "left?")]).toMatchObject([
      { type: "answer", response: { text: "right" } },
      { type: "say" },
    ]);
  });

  test("takes a lone letter or number for no answer where several requests wait, or none", () => {
    expect([readLine(open, "y"), readLine(open, "1"), readLine(state, "y")]).toMatchObject([
      { type: "say" },
      { type: "say" },
      { type: "say" },
    ]);
  });
});

describe("while a turn runs", () => {
  const running = tell(state, event("TurnStarted", { session_id: "s1", turn_id: "t1" })).state;
  const queued = event("MessageQueued", { session_id: "s1", source: "tui", content: "and then?" });

  test("what is typed is said to wait, and for what", () => {
    expect(tell(state, queued).lines).toEqual([]);
    expect(tell(running, queued).lines).toEqual([
      "you (queued): and then?",
      "status: queued; it is heard after what runs.",
    ]);
    const asked = ask(running, { ...approval, session_id: "s1" }).state;
    expect(tell(asked, queued).lines).toEqual([
      "you (queued): and then?",
      "status: queued; request 1 waits: type: 1 1.",
    ]);
  });

  test("an answer is said line by line as it comes, and nothing of it twice", () => {
    const whole = "One.\nTwo.\n\nThree";
    const delta = (offset: number, text: string) => ({
      session_id: "s1",
      turn_id: "t1",
      message_id: "m1",
      attempt: 1,
      offset,
      text,
    });
    const deltas = [delta(0, "On"), delta(2, "e.\nT"), delta(6, "wo.\n"), delta(10, "\nThr")];
    const lines: string[] = [];
    let growing = running;
    for (const one of deltas) {
      const told = tellSignal(growing, one);
      growing = told.state;
      lines.push(...told.lines);
    }
    const payload = { session_id: "s1", message_id: "m1", role: "assistant" };
    const said = (content: string) =>
      tell(growing, event("MessageAdded", { ...payload, source: "tui", name: null, content }));
    expect([lines, said(whole).lines, said("Other.").lines]).toEqual([
      ["jamey: One.", "Two."],
      ["Three"],
      ["jamey: Other."],
    ]);
  });

  test("an answer of which something is missing is said to its end with the whole", () => {
    const delta = { session_id: "s1", turn_id: "t1", message_id: "m1", attempt: 1 };
    const begun = tellSignal(running, { ...delta, offset: 0, text: "One.\n" });
    const holed = tellSignal(begun.state, { ...delta, offset: 20, text: "late\n" });
    const payload = { session_id: "s1", message_id: "m1", role: "assistant" };
    const content = "One.\nTwo.\nThree.";
    const ended = tell(
      holed.state,
      event("MessageAdded", { ...payload, source: "tui", name: null, content }),
    );
    expect([begun.lines, holed.lines, ended.lines]).toEqual([
      ["jamey: One."],
      [],
      ["Two.\nThree."],
    ]);
  });
});

test("a word behind a slash is a message only where it names a tool, and is refused otherwise", () => {
  const meant = (line: string) => {
    const found = readLine(state, line);
    return found.type === "named" ? meantByName(found, ["file_read"]) : found;
  };
  expect(["/file_read a.txt", "/ask why", "/usr/bin is full", "//diff"].map(meant)).toEqual([
    { type: "say", text: "/file_read a.txt" },
    { type: "say", text: "/ask why" },
    { type: "say", text: "/usr/bin is full" },
    { type: "say", text: "/diff" },
  ]);
  expect(meant("/diff")).toEqual({
    type: "tell",
    lines: [
      "help: there is no command /diff here. There are /help, /stop, /requests and /quit. //diff says it as text.",
    ],
  });
});

test("a conversation that is gone on with is named, with what was said in it last", () => {
  const conversation = [
    said("m1", "Is it safe?"),
    answered("m2", "It is."),
    said("m3", "And now?"),
    answered("m4", "Still."),
  ];
  const session = sessionOf(conversation, { name: "the deploy" });
  const unanswered = sessionOf(conversation.slice(0, 3), { title: "Is it safe?" });
  expect([aboutSession(session), aboutSession(unanswered)]).toEqual([
    [
      'jamey: going on with "the deploy" (assistant), 4 messages so far.',
      "you: And now?",
      "jamey: Still.",
    ],
    ['jamey: going on with "Is it safe?" (assistant), 3 messages so far.', "you: And now?"],
  ]);
});
