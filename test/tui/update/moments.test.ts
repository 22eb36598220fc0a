// What is said holds for its moment: notices, the model in the last row, where words go, and the way back.
import { describe, expect, test } from "bun:test";
import { createFrames } from "../../support/tui-frames.ts";
import {
  answered,
  type PlayedInterface,
  playInterface,
  playSession,
  said,
  sessionOf,
} from "../../support/tui-whole.ts";

const lastRow = (played: PlayedInterface): string =>
  played.screen().trimEnd().split("\n").at(-1) ?? "";

describe("a notice", () => {
  test("ends with the next key that does something else", () => {
    const played = playSession([answered("m1", "Hello there.")]);
    played.type("/copy");
    played.press("escape", "enter");
    const before = played.screen();
    played.type("x");
    expect([
      before.includes("Copied 12 characters."),
      played.screen().includes("Copied 12 characters."),
    ]).toEqual([true, false]);
  });

  test("of what went wrong is read while it is mended, and ends where the human goes elsewhere", () => {
    const played = playInterface();
    played.type("/quti");
    played.press("enter");
    played.type("x");
    const mended = played.screen();
    played.press("f2");
    const said = "There is no command /quti.";
    expect([mended.includes(said), played.screen().includes(said)]).toEqual([true, false]);
  });
});

describe("the model", () => {
  test("that was given back is shown no more", () => {
    const played = playSession([said("m1", "Hello")], { size: { columns: 120, rows: 24 } });
    played.replied("ListModels", "root:models", {
      default_model: "openai/gpt-5",
      default_from: "the key",
      vendors: [],
    });
    played.type("/model scripted/slow.yml");
    played.press("escape", "enter");
    const chosen = lastRow(played);
    played.type("/model default");
    played.press("escape", "enter");
    expect([
      chosen.includes("scripted/slow.yml"),
      played.state.chosen.model,
      lastRow(played).includes("/"),
      lastRow(played).includes("default model"),
    ]).toEqual([true, null, false, true]);
  });

  test("that nobody connected is said on the first screen, with what connects one", () => {
    const played = playInterface();
    const offline = { default_from: "no key", vendors: [] };
    const before = played.screen();
    played.replied("ListModels", "root:models", { ...offline, default_model: "offline/guide" });
    const words = "No model is connected";
    expect([before.includes(words), played.screen().includes(words)]).toEqual([false, true]);
    expect(played.screen()).toContain("jamey init");
  });
});

test("the first line for the shell begins a conversation, and runs in it", () => {
  const played = playInterface();
  const tools = [{ name: "shell", description: "", parameters: {}, risk: "execute" as const }];
  played.replied("ListTools", "root:tools", { tools });
  played.effects();
  played.type("! git status");
  played.press("enter");
  expect(played.effects().filter(({ type }) => type === "call")).toEqual([
    {
      type: "call",
      command: "CreateSession",
      params: { po_name: "assistant" },
      purpose: "act:begin-line",
    },
  ] as never);
  played.replied("CreateSession", "act:begin-line", { session: sessionOf([]) });
  expect([played.state.session_id, played.calls("RunTool")]).toEqual([
    "s1",
    [
      {
        type: "call",
        command: "RunTool",
        params: { session_id: "s1", name: "shell", args: { command: "git status" } },
        purpose: "act:line:seed-1",
      },
    ],
  ]);
});

describe("a workflow that was begun by hand", () => {
  const begun = (from: ReturnType<typeof playInterface>) => {
    from.replied("RunWorkflow", "act:open", {
      session_id: "s9",
      turn_id: "t9",
      message_id: "m9",
      seq: 9,
      warnings: [],
    });
    const session = sessionOf([], { session_id: "s9", po_name: "helper", agent_mode: "workflow" });
    from.replied("GetSession", "root:session", { session });
    return from;
  };

  test("leads back to where the human was", () => {
    const played = begun(playSession([said("m1", "Hello")]));
    const there = played.screen();
    played.press("alt+up");
    expect([there.includes("alt+up back"), played.state.session_id]).toEqual([true, "s1"]);
  });

  test("is followed by a new conversation with whom they talked before", () => {
    const played = begun(playInterface());
    expect(played.state.po_name).toBe("helper");
    played.type("/new");
    played.press("escape", "enter");
    expect([played.state.session_id, played.state.po_name]).toEqual([null, "assistant"]);
  });

  test("says what another message would do", () => {
    expect(begun(playInterface()).screen()).toContain("begins another run of the workflow");
  });
});

test("the session of a called object says before anything is typed that it is read only", () => {
  const parent = {
    session_id: "s0",
    turn_id: "t0",
    call_id: "c0",
    root_session_id: "s0",
    chain: ["assistant"],
    reason: null,
  };
  const played = playSession([said("m1", "Look.")], { parent, po_name: "critic" });
  expect(played.screen()).toContain("Read only: critic was called here. alt+up goes back.");
  played.type("hello");
  played.press("enter");
  expect([played.calls("SendMessage"), played.state.composer.text]).toEqual([[], "hello"]);
});

test("why a message was refused is said whole", () => {
  const played = playSession([said("m1", "begin")]);
  played.type("more");
  played.press("enter");
  const message =
    "The session answers a call of another object, and speaks with that alone until it ends.";
  const error = { code: "forbidden", message, details: {} } as const;
  played.give({ type: "call_failed", command: "SendMessage", purpose: "root:send:seed-1", error });
  expect(played.screen().replace(/\s+/g, " ")).toContain(message);
});

test("a conversation that was found by what was said in it opens where that was said", () => {
  const played = playSession([said("m0", "here")], { size: { columns: 80, rows: 24 } });
  const fill = Array.from({ length: 80 }, (_, at) => answered(`f${at}`, `line ${at}`));
  played.press("ctrl+s");
  played.press("/");
  played.type("blue whale");
  const purpose = "sessions:search:blue whale";
  played.replied("SearchSessions", purpose, {
    hits: [
      {
        session_id: "s7",
        message_id: "m7",
        po_name: "assistant",
        session_name: "Animals",
        role: "user",
        created_at: "2026-01-01T00:00:00.000Z",
        snippet: "a blue whale is",
      },
    ],
  });
  const previews = played.calls("GetSession").map(({ purpose: why, params }) => [why, params]);
  played.press("enter");
  const session = sessionOf([said("m7", "a blue whale is large"), ...fill], { session_id: "s7" });
  played.replied("GetSession", "root:session", { session });
  expect([
    previews,
    played.state.session_id,
    played.state.focus,
    played.screen().includes("a blue whale is large"),
    played.screen().includes("/blue whale  1/1"),
  ]).toEqual([
    [["sessions:preview", { session_id: "s7" }]],
    "s7",
    "conversation",
    true,
    true,
  ] as never);
});

test("a question mark shows the keys wherever no text is typed", () => {
  const shown = (keys: readonly string[]) => {
    const played = playSession([said("m1", "Hello")]);
    played.press(...keys);
    return played.state.overlay;
  };
  const named = ["/diff", "/result", "/context"].map((name) => [...name, "escape", "enter"]);
  const places = [["f3"], ["ctrl+s"], ["f8"], ["f2"], ["f7"], ...named];
  expect(places.map((keys) => shown([...keys, "?"]))).toEqual(places.map(() => "help"));
  expect(shown(["ctrl+s", "/", "?"])).toBeNull();
});

test("every mistake in the file of bound keys stands at the top of the keys", () => {
  const bindingProblems = ["bindings.yml:2 ctrl+x: one", "bindings.yml:9 foo: another"];
  const played = playInterface({ bindingProblems });
  played.press("f1");
  const rows = played.screen().split("\n");
  const at = rows.findIndex((row) => row.includes("bindings.yml:2 ctrl+x: one"));
  expect([at >= 0, rows[at + 1]?.trim(), rows[at + 3]?.includes("Everywhere")]).toEqual([
    true,
    "bindings.yml:9 foo: another",
    true,
  ]);
});

test("a call that was stopped before it began took no time", () => {
  const call = { id: "c1", name: "ask_human", args: { question: "Which?" } };
  const played = playSession([answered("m1", "", { tool_calls: [call] })]);
  const { frames, add } = createFrames();
  const ended = { session_id: "s1", turn_id: "t1", call_id: "c1", name: "ask_human" };
  const nothing = { output_bytes: 0, spilled_to: null, denial: null, success: false };
  add("ToolCallCompleted", { ...ended, ...nothing, outcome: "cancelled", duration_ms: 0 });
  played.frames(...frames);
  const row =
    played
      .screen()
      .split("\n")
      .find((one) => one.includes("ask_human")) ?? "";
  expect([row.includes("cancelled"), row.includes("0ms")]).toEqual([true, false]);
});

test("a copy of what a guide was driven by is not drawn as run by hand", () => {
  const call = { id: "k1", name: "shell", args: { command: "echo ran" } };
  const content = `/shell ${JSON.stringify(call.args)}`;
  const at = (second: number) => `2026-01-01T00:00:0${second}.000Z`;
  const drawn = (seconds: readonly [number, number]) =>
    playSession([
      said("m1", content, { created_at: at(seconds[0]) }),
      answered("m2", "", { tool_calls: [call], turn_id: null, created_at: at(seconds[1]) }),
    ]).screen();
  expect([drawn([1, 1]).includes("❯ ! echo ran"), drawn([1, 2]).includes("❯ ! echo ran")]).toEqual([
    true,
    false,
  ]);
});

test("a copy says that it is one", () => {
  const played = playSession([said("m1", "Hello")]);
  const session = sessionOf([], { session_id: "s2", name: "Hello (copy)" });
  played.replied("ForkSession", "act:open", { session });
  expect([played.state.session_id, played.screen().includes("You are in a copy.")]).toEqual([
    "s2",
    true,
  ]);
});
