// Questions for humans as they are listed and asked: whole, with nothing hidden and the way to answer.
import { describe, expect, test } from "bun:test";
import { answerOf, offered, questionText } from "../../src/cli/chat/human-requests.ts";
import type { HumanRequest } from "../../src/protocol/messages.ts";
import { answersTo, listedRequest } from "../../src/terminal/request-text.ts";

const request = (changed: Partial<HumanRequest> = {}): HumanRequest => ({
  request_id: "req_1",
  session_id: "s1",
  turn_id: "t1",
  from_po: "deployer",
  kind: "approval",
  question: "May deployer use shell?",
  options: [],
  tool_call: { id: "c1", name: "shell", args: { command: `ls\u202e ${"x".repeat(3000)}` } },
  hash: "h",
  created_at: "2026-01-01T00:00:00.000Z",
  deadline_at: null,
  ...changed,
});

const place = {
  folder: "/home/u/project",
  now: Date.parse("2026-01-01T02:00:00.000Z"),
  program: "jamey --env work",
};

describe("a request in the list", () => {
  test("says who asks, since when and where, the whole call, and how it is answered", () => {
    expect(
      listedRequest(request(), place),
    ).toBe(`req_1 approval from deployer: May deployer use shell?
  shell {
    "command": "ls<U+202E> ${"x".repeat(3000)}"
  }
  asked 2h ago, in /home/u/project
  jamey --env work requests approve req_1
  jamey --env work requests deny req_1 --reason 'why not'
`);
  });

  test("has its choices and its deadline", () => {
    const question = request({
      kind: "question",
      question: "Which\u001b[2J one?",
      options: ["a", "b"],
      tool_call: null,
      deadline_at: "2026-01-02T00:00:00.000Z",
    });
    const now = Date.parse(question.created_at) + 50_000;
    expect(listedRequest(question, { folder: undefined, now, program: "jamey" })).toBe(
      `req_1 question from deployer: Which<U+001B>[2J one?
  - a
  - b
  asked 50 s ago, until 2026-01-02T00:00:00.000Z
  jamey requests answer req_1 'text'
`,
    );
  });

  test("never shows how to give a secret as an argument", () => {
    expect(answersTo(request({ kind: "secret" }))).toEqual(["jamey requests answer req_1"]);
  });
});

test("a question with options shows a number for each, once, and how to leave it", () => {
  const args = { question: "Which?", options: ["red", "7"] };
  const tool_call = { id: "c1", name: "ask_human", args };
  const asked = request({ kind: "question", ...args, tool_call });
  expect(questionText(asked, false)).toBe(`✋ deployer: Which?
  1. red
  2. 7
  A number, or words of your own; an empty line leaves it for later.
`);
  const said = (text: string) => answerOf(asked, text);
  expect(["1", "2", "7", "3", "blue", "01"].map(said)).toEqual(
    ["red", "7", "7", "3", "blue", "01"].map((text) => ({ type: "answer", text })),
  );
});

test("a question in the terminal shows the whole call before anything is typed", () => {
  const args = { path: "a", content: "one\ntwo" };
  const asked = request({ tool_call: { id: "c", name: "file_write", args } });
  expect(questionText(asked, false)).toBe(`✋ deployer: May deployer use shell?
  file_write {
    "path": "a",
    "content": "one\\ntwo"
  }
`);
});

test("an approval offers only what the daemon would take, as keys and in words", () => {
  const all = offered(request());
  expect([all.prompt, all.keys]).toEqual([
    "[y]es once, [s]ession, [r]ule, [n]o, [l]ater? ",
    "ysrnl",
  ]);
  const called = offered(request({ scopes: ["once", "rule"] }));
  expect([called.prompt, called.keys]).toEqual(["[y]es once, [r]ule, [n]o, [l]ater? ", "yrnl"]);
  expect(all.meanings.split("\n").filter((line) => !called.meanings.includes(line))).toEqual([
    "  s  and exactly this call again, for the rest of the session",
  ]);
  const each = offered(request({ scopes: ["once", "session"] }));
  expect(each.keys).toBe("ysnl");
  expect(each.meanings).not.toMatch(/rule|pattern/);
  expect(each.meanings).toContain("'N because…' tells the agent why.");
});
