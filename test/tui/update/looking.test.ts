// Looking around: scrolling, folding, searching, copying, other panes, the mouse, keys that were bound anew.
import { describe, expect, test } from "bun:test";
import type { Message } from "../../../src/protocol/messages.ts";
import type { Point } from "../../../src/tui/shapes.ts";
import {
  approval,
  created,
  createFrames,
  livelyFrames,
  message,
} from "../../support/tui-frames.ts";
import {
  answered,
  ids,
  type PlayedInterface,
  playInterface,
  playLively,
  playSession,
  said,
  signal,
} from "../../support/tui-whole.ts";

const long = (count: number): Message[] =>
  Array.from({ length: count }, (_, index) =>
    index % 2 === 0
      ? said(`m${index}`, `question ${index}`)
      : answered(`m${index}`, `answer ${index}`),
  );

const firstRow = (played: PlayedInterface): string => played.screen().split("\n")[1] ?? "";
const more = (played: PlayedInterface, id: string, content: string): void => {
  const { frames, add } = createFrames();
  add("MessageAdded", { ...answered(id, content), session_id: "s1" });
  played.frames(...frames);
};

describe("scrolling", () => {
  test("away from the end keeps its place, and says what is new below", () => {
    const played = playSession(long(60));
    played.press("pageup", "pageup");
    const before = firstRow(played);
    more(played, "n1", "one\n\ntwo\n\nthree");
    expect(firstRow(played)).toBe(before);
    expect(played.screen()).toContain("[ ↓ 6 new lines · ctrl+end ]");
    played.press("ctrl+end");
    expect(played.screen()).not.toContain("[ ↓");
    expect(played.screen()).toContain("three");
  });

  test("keeps the message at the top when the window is resized", () => {
    const words = "many words that have to be wrapped at any width of the window ".repeat(3);
    const messages = Array.from({ length: 40 }, (_, index) =>
      answered(`m${index}`, `${index}: ${words}`),
    );
    const played = playSession(messages, { size: { columns: 120, rows: 30 } });
    played.press("pageup", "pageup", "pageup");
    const key = played.state.conversation.place?.key;
    for (const columns of [60, 200, 80])
      played.give({ type: "resize", size: { columns, rows: 24 } });
    expect(played.state.conversation.place?.key).toBe(key ?? "");
    const at = messages.findIndex(({ message_id }) => message_id === key);
    expect(played.screen()).toContain(`${at + 1}: many words`);
  });

  test("follows the end again when it gets there, by any way", () => {
    const played = playSession(long(60));
    played.press("pageup", "pagedown");
    expect(played.state.conversation.place).toBeNull();
    played.press("shift+tab", "g");
    expect(firstRow(played)).toContain("question 0");
    played.press("G");
    expect(played.state.conversation.place).toBeNull();
  });

  test("with the wheel moves what is under it", () => {
    const played = playSession(long(60));
    const at: Point = { column: 5, row: 5 };
    played.give({ type: "mouse", action: "wheel_up", at });
    expect(played.state.conversation.place).not.toBeNull();
    played.give({ type: "mouse", action: "wheel_down", at });
    expect(played.state.conversation.place).toBeNull();
  });
});

describe("a tool call", () => {
  const shell = { id: "c1", name: "shell", args: { command: "ls -la" } };
  const withCall = (): PlayedInterface =>
    playSession([
      said("m1", "look"),
      answered("m2", "I look.", { tool_calls: [shell] }),
      message({ message_id: "m3", role: "tool", tool_call_id: "c1", content: "first\nsecond" }),
    ]);

  test("is one line, until a click, its key or all of them unfold it", () => {
    const row = (played: PlayedInterface) =>
      played
        .screen()
        .split("\n")
        .findIndex((each) => each.includes("shell ls -la"));
    const click = (played: PlayedInterface) =>
      played.give({ type: "mouse", action: "press", at: { column: 8, row: row(played) } });
    const ways: ((played: PlayedInterface) => void)[] = [
      click,
      (played) => played.press("ctrl+o"),
      (played) => played.press("shift+tab", "enter"),
    ];
    for (const toggle of ways) {
      const played = withCall();
      expect(played.screen()).not.toContain("second");
      toggle(played);
      expect(played.screen()).toContain("second");
    }
    const played = withCall();
    click(played);
    click(played);
    expect(played.screen()).not.toContain("second");
  });

  test("shows the newest five lines while it runs, and unfolds by itself when it fails", () => {
    const played = playSession([answered("m2", "", { tool_calls: [shell] })], { turn_id: "t1" });
    const { frames, add } = createFrames();
    add("ToolCallStarted", { ...ids, tool_call: shell, hash: "h" });
    played.frames(...frames.splice(0));
    played.frames(signal("ToolOutputDelta", "c1", "l1\nl2\nl3\nl4\nl5\nl6\n"));
    expect(played.screen()).not.toContain("l1");
    expect(played.screen()).toMatch(/l2\n +l3\n +l4\n +l5\n +l6\n/);
    add("ToolCallCompleted", {
      ...ids,
      call_id: "c1",
      name: "shell",
      success: false,
      outcome: "timed_out",
      duration_ms: 2_000,
      output_bytes: 8,
      spilled_to: null,
      denial: null,
    });
    add("MessageAdded", {
      ...message({
        message_id: "m3",
        role: "tool",
        tool_call_id: "c1",
        content: "It took too long.",
      }),
      session_id: "s1",
    });
    played.frames(...frames);
    expect(played.screen()).toMatch(
      /▾ ✗ shell ls -la +timed out {2}2\.0s {2}17 chars\n +It took too long\./,
    );
  });

  test("that changes a file shows the lines, side by side where there is room", () => {
    const screen = playLively({ columns: 80, rows: 60 }).screen();
    expect(screen).toContain("     - const region = 'eu';\n     + const region = 'us';\n");
    const wide = playLively({ columns: 200, rows: 60 }).screen();
    expect(wide).toMatch(/- const region = 'eu'; +│ \+ const region = 'us';/);
  });

  test("of another object names it, and opens its session", () => {
    const played = playLively({ columns: 80, rows: 40 });
    expect(played.screen()).toContain("→ critic Is this safe?");
    played.press("shift+tab");
    while (played.state.conversation.selected !== "m7") played.press("p");
    played.press("o");
    expect(played.state.session_id).toBe("s2");
  });
});

describe("what waits for a human", () => {
  const shell = { id: "c1", name: "shell", args: { command: "rm -r build" } };
  const request = {
    ...approval,
    session_id: "s1",
    turn_id: "t1",
    request_id: "r1",
    tool_call: shell,
  };

  test("stands with its call and names the key that answers, also where it was asked before", () => {
    const played = playSession([answered("m2", "", { tool_calls: [shell] })], { turn_id: "t1" });
    expect(played.screen()).not.toContain("✋");
    played.replied("ListPendingRequests", "world:load", { requests: [request] });
    expect(played.screen()).toMatch(/▸ ✋ shell rm -r build +waits for you/);
    expect(played.screen()).toContain("f9 (or enter) answers what waits for you");
    expect(played.screen()).not.toContain("● working");
  });

  test("in a called session holds up its callers, too: their screens say who asks", () => {
    const played = playSession([answered("m2", "", { tool_calls: [shell] })], { turn_id: "t1" });
    const called = (session_id: string, po_name: string, caller: string) => ({
      ...created(session_id, po_name),
      parent: {
        session_id: caller,
        turn_id: "t1",
        call_id: "c2",
        root_session_id: "s1",
        chain: [],
        reason: null,
      },
    });
    const { frames, add } = createFrames();
    add("SessionCreated", called("s2", "critic", "s1"));
    add("SessionCreated", called("s3", "tester", "s2"));
    add("SessionCreated", created("s4", "other"));
    add("HumanRequestQueued", { ...request, request_id: "r4", session_id: "s4" });
    played.frames(...frames);
    expect(played.screen()).toContain("● working");
    frames.length = 0;
    add("HumanRequestQueued", { ...request, session_id: "s3", from_po: "tester" });
    played.frames(...frames);
    expect(played.screen()).toContain("✋ tester waits for you");
    expect(played.screen()).toContain("f9 (or enter) answers what waits for you");
    expect(played.screen()).not.toContain("● working");
    // The call of the same name in this session is another one.
    expect(played.screen()).not.toContain("▸ ✋ shell");
  });
});

describe("a search", () => {
  test("counts what it finds, goes from one to the other, and ends", () => {
    const played = playSession(long(60));
    played.press("ctrl+f");
    played.type("tion 1");
    played.press("enter");
    expect(played.screen()).toContain("/tion 1  1/5");
    expect(firstRow(played)).toContain("question 18");
    played.press("n");
    expect(firstRow(played)).toContain("question 16");
    played.press("N", "N");
    expect(played.screen()).toContain("5/5");
    expect(firstRow(played)).toContain("question 10");
    played.press("escape");
    expect(played.screen()).not.toContain("/tion");
    expect(played.state.focus).toBe("composer");
  });

  test("says that nothing was found, and types a draft no letter", () => {
    const played = playSession(long(4));
    played.type("/search nowhere");
    played.press("enter");
    expect(played.screen()).toContain("/nowhere  nothing found");
  });
});

describe("taking it elsewhere", () => {
  const written = "# Title\n\n- `raw`\n";

  test("copies a message as it was written, by number or the one that is selected", () => {
    const played = playSession([said("m1", "ask"), answered("m2", written), said("m3", "thanks")]);
    const copied = () =>
      played.effects().flatMap((effect) => (effect.type === "copy" ? [effect.text] : []));
    played.type("/copy");
    played.press("escape", "enter");
    expect(copied()).toEqual([written]);
    played.type("/copy 3");
    played.press("enter");
    expect(copied()).toEqual(["ask"]);
    played.press("shift+tab", "p", "y");
    expect(copied()).toEqual([written]);
  });

  test("hands the whole conversation to the editor and to the terminal", () => {
    const played = playSession([said("m1", "ask"), answered("m2", "yes")]);
    played.press("shift+tab", "v", "[");
    const text = "you:\nask\n\nassistant:\nyes\n";
    expect(played.effects()).toEqual([
      { type: "edit", purpose: "root:dump", text, suffix: ".md" },
      { type: "page", text },
    ]);
  });
});

describe("panes", () => {
  test("open over the conversation and close again, one key each", () => {
    const played = playSession([said("m1", "ask")]);
    for (const key of ["ctrl+s", "ctrl+y", "f2", "f3", "f4", "f5", "f6", "f7"]) {
      played.press(key);
      expect([key, played.state.open !== null, played.state.focus]).toEqual([key, true, "pane"]);
      played.press("escape");
      expect([key, played.state.open, played.state.focus]).toEqual([key, null, "composer"]);
    }
  });

  test("stand beside the conversation on a wide screen, in the circle of the focus", () => {
    const played = playSession([said("m1", "ask")], { size: { columns: 120, rows: 40 } });
    played.press("f2");
    expect([played.state.open, played.state.focus]).toEqual([null, "pane"]);
    played.press("escape");
    const seen = Array.from({ length: 3 }, () => {
      played.press("shift+tab");
      return played.state.focus;
    });
    expect(seen).toEqual(["conversation", "pane", "composer"]);
  });

  test("get their own replies, and what they ask for happens", () => {
    const played = playSession([said("m1", "ask")], { size: { columns: 120, rows: 40 } });
    played.frames(...livelyFrames());
    played.press("f2", "down", "enter");
    expect(played.state.session_id).not.toBe("s1");
    expect(played.state.focus).toBe("composer");
  });

  test("of what waits for a human are counted in the title and rung for when nobody looks", () => {
    const played = playSession([said("m1", "ask")]);
    played.give({ type: "focus", isFocused: false });
    played.effects();
    played.frames(...livelyFrames());
    const effects = played.effects();
    expect(effects.filter(({ type }) => type === "notify")).toHaveLength(2);
    expect(effects.findLast(({ type }) => type === "title")).toEqual({
      type: "title",
      text: "✋2 ask · jamey",
    });
  });
});

describe("what was typed", () => {
  test("is kept as a draft, letter by letter, and gone once it has arrived", () => {
    const played = playSession([]);
    played.type("hi");
    played.press("enter");
    expect(played.state.composer.text).toBe("");
    const reply = { session_id: "s1", turn_id: "t1", message_id: "m1", seq: 1, warnings: [] };
    played.replied("SendMessage", "root:send:seed-1", reply);
    const drafts = played.effects().flatMap((one) => (one.type === "save_draft" ? [one.text] : []));
    expect(drafts).toEqual(["h", "hi", ""]);
  });

  test("comes back from the editor", () => {
    const played = playInterface();
    played.give({ type: "edited", purpose: "composer", text: "longer\ntext" });
    expect(played.screen()).toContain("› longer\n  text");
  });

  test("chooses the model and what may be done, for what is sent from then on", () => {
    const played = playSession([]);
    played.replied("ListTools", "root:tools", {
      tools: [
        { name: "shell", description: "", parameters: {}, risk: "execute" },
        { name: "file_read", description: "", parameters: {}, risk: "read" },
      ],
    });
    for (const command of ["/model vendor/model", "/permissions read-only", "go"]) {
      played.type(command);
      played.press("escape", "enter");
    }
    expect(played.screen()).toContain("vendor/model");
    const [call] = played.calls("SendMessage");
    expect(call?.params.settings).toEqual({
      model: "vendor/model",
      mode: null,
      rules: [{ tool: "shell", match: null, action: "deny" }],
    });
  });
});

test("keys that a human bound work, and the old ones no more", () => {
  const played = playInterface({ bindings: { everywhere: { f12: "palette", "ctrl+p": null } } });
  played.press("ctrl+p");
  expect(played.state.overlay).toBeNull();
  played.press("f12");
  expect(played.state.overlay).toBe("palette");
  played.press("escape");
  expect(played.state.overlay).toBeNull();
});

test("the same inputs give the same screen, and what changes nothing gives the same state", () => {
  const [left, right] = [
    playLively({ columns: 90, rows: 30 }),
    playLively({ columns: 90, rows: 30 }),
  ];
  expect(left.frame()).toEqual(right.frame());
  const { state } = left;
  left.frames({ ...signal("TextDelta", "x", "of another"), session_id: "s9" });
  expect(left.state).toBe(state);
});
