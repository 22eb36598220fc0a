// What a text turns out to be when it is entered: a message, a command, a workflow, a line for the shell.
import { describe, expect, test } from "bun:test";
import { commandTable } from "../../../src/tui/palette/commands.ts";
import { argumentCandidates, readSubmitted } from "../../../src/tui/palette/submitted.ts";
import { knowing } from "../../support/palette.ts";

const read = (text: string, changes = {}) =>
  readSubmitted(
    { text, written: text, how: "send", isLiteral: false, images: [] },
    knowing(changes),
  );
const sent = (text: string) => ({ type: "send", text, how: "send" }) as const;
const problem = (text: string) => ({ type: "problem", text }) as const;

describe("a message", () => {
  test("is what begins with nothing special, a path, a tool, or a word of the guide", () => {
    const messages = [
      "hello",
      "a /quit",
      "/usr/bin is full",
      "/file_read path=a",
      "/ask why",
      "/",
      "/ a",
    ];
    expect(messages.map((text) => read(text))).toEqual(messages.map(sent));
  });

  test("is what begins with two slashes, or with a folded paste", () => {
    expect(read("//quit")).toEqual(sent("/quit"));
    const literal = { text: "/quit", written: "/quit", how: "queue", isLiteral: true } as const;
    expect(readSubmitted({ ...literal, images: [] }, knowing())).toEqual({
      type: "send",
      text: "/quit",
      how: "queue",
    });
  });
});

test("a path that is no part of a message stays a path, and what is too much for one is refused", () => {
  const one = {
    media_type: "image/png",
    data: "AAAA",
    name: "a.png",
    bytes: 3,
    written: "/tmp/a.png",
  };
  const entered = (before: string, images: readonly (typeof one)[] = [one]) => {
    const [text, written] = [`${before} [image a.png]`, `${before} /tmp/a.png`];
    return readSubmitted({ text, written, how: "send", isLiteral: false, images }, knowing());
  };
  const does = ["! file", "/rename", "/release", "/file_read"].map((before) => entered(before));
  const call = (command: string, params: object, purpose: string) => ({
    type: "perform",
    effects: [{ type: "call", command, params, purpose }],
  });
  const session_id = "01SESSION";
  const settings = { model: null, rules: [] };
  expect(does).toEqual([
    { type: "run_line", command: "file /tmp/a.png" },
    call("RenameSession", { session_id, name: "/tmp/a.png" }, "act:rename"),
    call("RunWorkflow", { workflow: "release", message: "/tmp/a.png", settings }, "act:open"),
    sent("/file_read /tmp/a.png"),
  ] as never);
  expect(entered("//see")).toEqual({ ...sent("/see [image a.png]"), images: [one] });
  const large = { ...one, bytes: 5 * 1024 * 1024 };
  const full = problem("A message takes at most 16 images of 8 MiB together.");
  expect([entered("see", [large, large]), entered("see", Array(17).fill(one))]).toEqual([
    full,
    full,
  ]);
});

describe("a command", () => {
  test("is done with what stands behind its name", () => {
    expect(read("/quit")).toEqual({ type: "quit" });
    expect(read("/new")).toEqual({ type: "new_session", po_name: null });
    expect(read("/agent  reviewer ")).toEqual({ type: "new_session", po_name: "reviewer" });
    expect(read("/model openai/gpt-5")).toEqual({ type: "use_model", model: "openai/gpt-5" });
    expect(read("/model default")).toEqual({ type: "use_model", model: null });
    expect(read("/mode default")).toEqual({ type: "use_mode", mode: null });
    expect(read("/permissions read-only")).toEqual({
      type: "use_permissions",
      permissions: "read-only",
    });
    expect(read("/copy 2")).toEqual({ type: "copy", number: 2 });
    expect(read("/mouse")).toEqual({ type: "mouse", isOn: true });
    expect(read("/search two words")).toEqual({ type: "search", query: "two words" });
  });

  test("that nothing stands behind shows what can, and nothing chosen is lost by it", () => {
    const bare = ["/model", "/mode"].map((text) => read(text));
    expect(bare).toEqual(["/model ", "/mode "].map((text) => ({ type: "insert" as const, text })));
    const offered = argumentCandidates("model", knowing()).map(({ name }) => name);
    expect(offered).toEqual(["openai/gpt-5", "ollama/llama", "default"]);
  });

  test("that names a model of no vendor is refused at once, where the vendors are known", () => {
    expect([read("/model nonsense"), read("/model other/one"), read("/model openai/")]).toEqual([
      problem("'nonsense' names no model: write vendor/model, such as openai/gpt-5.1."),
      problem("'other' is no vendor. There are: openai, ollama, vllm, scripted."),
      problem("'openai/' names no model: write vendor/model, such as openai/gpt-5.1."),
    ]);
    expect(read("/model other/one", { vendors: [] })).toEqual({
      type: "use_model",
      model: "other/one",
    });
  });

  test("goes back to the caller, else to where the workflow was begun", () => {
    const cameFrom = { session_id: "01NEWER", po_name: "assistant" };
    const backs = [
      read("/caller", { caller: "01OLDER", cameFrom }),
      read("/caller", { cameFrom }),
      read("/caller", { cameFrom: { ...cameFrom, session_id: null } }),
      read("/caller"),
    ];
    expect(backs).toEqual([
      { type: "open_session", session_id: "01OLDER" },
      { type: "open_session", session_id: "01NEWER" },
      { type: "new_session", po_name: "assistant" },
      problem("No other session called this one."),
    ]);
  });

  test("finds a conversation by id, by name, by some letters of what it is about", () => {
    const found = ["01OLDER", "01OL", "deploy", "wht new"].map((name) => read(`/resume ${name}`));
    expect(found).toEqual(
      ["01OLDER", "01OLDER", "01NEWER", "01OLDER"].map((session_id) => ({
        type: "open_session",
        session_id,
      })),
    );
    expect(read("/resume zzz")).toEqual(
      problem('No conversation fits "zzz". /resume alone shows them all.'),
    );
  });

  test("over the open conversation is a call, and says so where none is open", () => {
    expect(read("/fork try two")).toEqual({
      type: "perform",
      effects: [
        {
          type: "call",
          command: "ForkSession",
          params: { session_id: "01SESSION", name: "try two" },
          purpose: "act:open",
        },
      ],
    });
    const named = ["01NEWER", "01OLDER", "01OTHER"].map((session_id) => {
      const does = read("/fork", { session_id });
      const [effect] = does.type === "perform" ? does.effects : [];
      return effect?.type === "call" && effect.command === "ForkSession" && effect.params.name;
    });
    expect(named).toEqual(["deploy (copy)", "what is new (copy)", null]);
    expect(read("/export")).toEqual({
      type: "perform",
      effects: [
        {
          type: "call",
          command: "ExportSession",
          params: { session_id: "01SESSION", format: "markdown" },
          purpose: "act:export",
        },
      ],
    });
    expect(read("/rename x", { session_id: null })).toEqual(
      problem("No conversation is open yet: say something first."),
    );
  });

  test("that is misspelt is never sent in silence", () => {
    expect(read("/quti")).toEqual(
      problem("There is no command /quti. Did you mean /quit? //quti says it as text."),
    );
    expect(read("/unheard")).toEqual(
      problem("There is no command /unheard. /help shows all. //unheard says it as text."),
    );
    expect(read("/agent nobody")).toEqual(
      problem("There is no object nobody. /objects shows them all."),
    );
    expect(read("/mode sideways").type).toBe("problem");
    expect(read("/copy -1").type).toBe("problem");
  });

  test("of every name says what it does, and does something or says why not", () => {
    for (const [name, { help }] of Object.entries(commandTable)) {
      expect(help).not.toBe("");
      expect(read(`/${name}`).type).toBeString();
      for (const candidate of argumentCandidates(name, knowing())) {
        expect({
          name,
          candidate: candidate.name,
          type: read(`/${name} ${candidate.name}`).type,
        }).not.toEqual({ name, candidate: candidate.name, type: "problem" });
      }
    }
  });
});

test("what holds is said, and what is done elsewhere is shown the way to", () => {
  expect([read("/permissions"), read("/files src/ma"), read("/reconnect")]).toEqual([
    {
      type: "notice",
      text: "Permissions: ask (ask as the environment says). /permissions read-only|edit|auto changes it.",
    },
    { type: "insert", text: "@src/ma" },
    { type: "perform", effects: [{ type: "reconnect" }] },
  ]);
  expect([read("/theme light"), read("/theme blue")]).toEqual([
    { type: "perform", effects: [{ type: "theme", name: "light" }] },
    problem("Say one of: auto, dark, light, vivid, mono."),
  ]);
  expect(read("/doctor")).toMatchObject({ type: "notice" });
});

test("a workflow runs with the text behind its name", () => {
  expect(read("/release 1.2\nnow")).toEqual({
    type: "perform",
    effects: [
      {
        type: "call",
        command: "RunWorkflow",
        params: {
          workflow: "release",
          message: "1.2\nnow",
          settings: { model: null, rules: [] },
        },
        purpose: "act:open",
      },
    ],
  });
  expect(read("/release")).toEqual(problem("Say what it works on: /release TEXT."));
});

test("in the session of a called object nothing is said, and the way back is", () => {
  const readOnly = problem(
    "Read only: reviewer was called by assistant. alt+up goes back, /fork goes on in a copy.",
  );
  const texts = ["hello", "//hello", "/file_read a", "/say a"];
  const context = { caller: "01NEWER", po_name: "reviewer" };
  expect(texts.map((text) => read(text, context))).toEqual(texts.map(() => readOnly));
});

test("a line behind an exclamation mark runs in the conversation, where there is a shell", () => {
  expect(read("! git status")).toEqual({ type: "run_line", command: "git status" });
  expect(read("!ls", { tools: [] }).type).toBe("problem");
  expect(read("!").type).toBe("problem");
});
