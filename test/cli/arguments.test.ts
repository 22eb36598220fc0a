// Flags, words, durations, rules, numbers: everything that is read from the command line.
import { describe, expect, test } from "bun:test";
import { readToolArguments } from "../../src/cli/commands/tools.ts";
import { findFirstWord, readArguments } from "../../src/cli/input/arguments.ts";
import { parseDuration } from "../../src/cli/input/parse-duration.ts";
import { chooseMode, type ModeQuestion } from "../../src/cli/mode.ts";
import { parseRule } from "../../src/cli/one-shot/rules.ts";
import { readSettings } from "../../src/cli/one-shot/settings.ts";
import { globalFlags, oneShotFlags } from "../../src/cli/table/flags.ts";
import { suggest } from "../../src/protocol/suggest.ts";
import { showDuration } from "../../src/terminal/duration.ts";

const flags = { ...globalFlags, ...oneShotFlags };
const read = (...raw: string[]) => readArguments(flags, raw);

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
  return "nothing was thrown";
}

describe("arguments", () => {
  test("of a flag whose value may be left out take what is attached, or what fits its pattern", () => {
    const optional = {
      http: {
        type: "string",
        description: "",
        optionalValue: { default: "8080", pattern: /^\d+$/ },
      },
      code: { type: "string", alias: "x", description: "", optionalValue: { default: "" } },
    } as const;
    const show = (...raw: string[]) => {
      const given = readArguments(optional, raw);
      return [given.text("http"), given.text("code"), given.words];
    };
    expect([
      show("--http", "9000", "serve"),
      show("--http", "serve"),
      show("--http=x"),
      show("--http"),
      show("-x", "python"),
      show("-xpython", "--", "word"),
      show("--code=py"),
    ]).toEqual([
      ["9000", undefined, ["serve"]],
      ["8080", undefined, ["serve"]],
      ["x", undefined, []],
      ["8080", undefined, []],
      [undefined, "", ["python"]],
      [undefined, "python", ["word"]],
      [undefined, "py", []],
    ]);
    expect(findFirstWord(optional, ["--http", "9000", "serve"])).toBe(2);
  });

  test("without a value are counted", () => {
    const given = read("-vv", "--verbose", "-q");
    expect([given.times("verbose"), given.times("quiet"), given.times("json")]).toEqual([3, 1, 0]);
  });

  test("are read in every way that people write them", () => {
    const given = read(
      "-p",
      "a",
      "-pb",
      "--prompt=c",
      "-qv",
      "--env",
      "x",
      "word",
      "-",
      "--",
      "--json",
    );
    expect(given.list("prompt")).toEqual(["a", "b", "c"]);
    expect(given.text("env")).toBe("x");
    expect([given.has("quiet"), given.has("verbose"), given.has("json")]).toEqual([
      true,
      true,
      false,
    ]);
    expect(given.words).toEqual(["word", "-", "--json"]);
  });

  test("take a value that begins with a dash, unless it is a flag", () => {
    expect(read("-p", "- a list").text("prompt")).toBe("- a list");
    expect(messageOf(() => read("-p", "--json"))).toBe(
      "-p needs a value, and '--json' is a flag. Write -p=--json if you mean it.",
    );
    expect(read("-p=--json").text("prompt")).toBe("--json");
  });

  test("name what is wrong with them", () => {
    expect(messageOf(() => read("--modle", "x"))).toBe(
      "Unknown option --modle. Did you mean --model? See 'jamey --help'.",
    );
    expect(messageOf(() => read("--model"))).toBe("--model needs a value.");
    expect(messageOf(() => read("--json=1"))).toBe("--json takes no value.");
    expect(messageOf(() => read("-o", "xml"))).toBe(
      "--output-format takes text, markdown, json, stream-json; not 'xml'.",
    );
    expect(messageOf(() => read("--model", "a", "--model", "b"))).toBe("--model is given twice.");
    expect(messageOf(() => read("--toString"))).toBe(
      "Unknown option --toString. See 'jamey --help'.",
    );
  });

  test("find the first word behind flags and their values", () => {
    expect(findFirstWord(flags, ["--env", "x", "-q", "sessions", "list"])).toBe(3);
    expect(findFirstWord(flags, ["-p", "x"])).toBe(-1);
    expect(findFirstWord(flags, ["--", "sessions"])).toBe(-1);
  });
});

describe("the mode", () => {
  const question: ModeQuestion = {
    words: [],
    raw: [],
    wordAt: -1,
    hasPromptFlag: false,
    isInteractive: false,
    hasSession: false,
    isStdinExplicit: false,
    isStdinTerminal: true,
    isStdoutTerminal: true,
    commands: ["sessions", "chat"],
  };
  const rows: [string, Partial<ModeQuestion>, string][] = [
    ["nothing, both terminals", {}, "interactive"],
    ["nothing, stdin piped", { isStdinTerminal: false }, "one_shot"],
    ["nothing, both piped", { isStdinTerminal: false, isStdoutTerminal: false }, "one_shot"],
    ["nothing, stdout piped", { isStdoutTerminal: false }, "wrong"],
    ["two words in one", { words: ["two words"] }, "one_shot"],
    [
      "two words in one, stdout piped",
      { words: ["two words"], isStdoutTerminal: false },
      "one_shot",
    ],
    ["a dash", { words: ["-"] }, "one_shot"],
    ["a bare word", { words: ["word"] }, "wrong"],
    ["a bare word with spaces around", { words: [" word "] }, "wrong"],
    ["a bare word, stdin piped", { words: ["word"], isStdinTerminal: false }, "wrong"],
    ["a bare word and a session", { words: ["continue"], hasSession: true }, "one_shot"],
    ["-p", { hasPromptFlag: true, isStdoutTerminal: false }, "one_shot"],
    ["-p and a word", { hasPromptFlag: true, words: ["word"] }, "one_shot"],
    ["--stdin", { isStdinExplicit: true }, "one_shot"],
  ];
  for (const [name, changed, expected] of rows) {
    test(`with ${name} is ${expected}`, () => {
      expect(chooseMode({ ...question, ...changed }).type).toBe(
        expected as "one_shot" | "interactive" | "wrong",
      );
    });
  }

  test("of a mistyped command suggests the right one, and how to say it as a prompt", () => {
    const words = ["sesions"];
    const mode = chooseMode({ ...question, words, raw: words, wordAt: 0 });
    expect(mode.type === "wrong" && mode.error.message).toBe(
      "Unknown command 'sesions'. Did you mean 'jamey sessions'? As a prompt it is: jamey run sesions. See 'jamey --help'.",
    );
  });

  test("of a bare word repeats the whole line as a prompt, quoted for a shell", () => {
    const advice = (raw: string[]) => {
      const words = read(...raw).words;
      const mode = chooseMode({ ...question, words, raw, wordAt: findFirstWord(flags, raw) });
      return mode.type === "wrong" && /As a prompt it is: (.*)\. See/.exec(mode.error.message)?.[1];
    };
    expect([
      advice(["-c", "thanks"]),
      advice(["--object", "hi", "hi", "it's", "$x"]),
      advice(["--", "thanks"]),
    ]).toEqual([
      "jamey -c run thanks",
      "jamey --object hi run hi 'it'\\''s' '$x'",
      "jamey run -- thanks",
    ]);
  });

  test("of an empty prompt says that it is empty", () => {
    const mode = chooseMode({ ...question, words: [""], raw: [""], wordAt: 0 });
    expect(mode.type === "wrong" && mode.error.message).toStartWith("The prompt is empty.");
  });
});

describe("values", () => {
  test("of time have units, and a plain number is seconds", () => {
    const parsed = ["500ms", "90s", "10m", "1h30m", "2d", "1.5s", "7"].map((text) =>
      parseDuration(text, "--timeout"),
    );
    expect(parsed).toEqual([500, 90_000, 600_000, 5_400_000, 172_800_000, 1500, 7000]);
    for (const wrong of ["", "x", "0", "-1s", "10 m", "5y", "1e9", "99d"]) {
      expect(() => parseDuration(wrong, "--timeout")).toThrow("is no duration");
    }
    expect([400, 12_000, 200_000, 3_700_000].map(showDuration)).toEqual([
      "0.4s",
      "12s",
      "3m 20s",
      "1h 1m",
    ]);
  });

  test("of rules are a tool, and a pattern in parentheses", () => {
    expect(parseRule("shell", "allow")).toEqual({ tool: "shell", match: null, action: "allow" });
    expect(parseRule("shell(git diff (a) *)", "deny")).toEqual({
      tool: "shell",
      match: "git diff (a) *",
      action: "deny",
    });
    for (const wrong of ["", "shell()", "shell(x", "(x)", "a b"]) {
      expect(() => parseRule(wrong, "allow")).toThrow("--allow takes a tool");
    }
  });

  test("of settings all arrive", () => {
    const given = read(
      ...[
        "--model",
        "a/b",
        "--system",
        "s",
        "--tools",
        "x, y,",
        "--allow",
        "shell",
        "--deny",
        "http_request",
      ],
      ...["--on-ask", "queue:5s", "--max-turns", "3", "--max-cost", "0.5", "--max-tokens", "100"],
    );
    expect(readSettings(given)).toEqual({
      model: "a/b",
      system: "s",
      mode: null,
      tools: ["x", "y"],
      rules: [
        { tool: "http_request", match: null, action: "deny" },
        { tool: "shell", match: null, action: "allow" },
      ],
      on_ask: "queue",
      limits: { max_iterations: 3, max_tokens: 100, max_cost_usd: 0.5, request_deadline_ms: 5000 },
      output: null,
    });
  });

  test("of settings are absent by default, and nobody is waited for", () => {
    expect(readSettings(read())).toEqual({
      model: null,
      system: null,
      mode: null,
      tools: null,
      rules: [],
      on_ask: "deny",
      limits: {},
      output: null,
    });
    expect(() => readSettings(read("--max-turns", "1.5"))).toThrow("takes a whole number above 0");
    expect(() => readSettings(read("--max-cost", "0"))).toThrow("takes a number above 0");
    expect(() => readSettings(read("--on-ask", "maybe"))).toThrow("--on-ask takes");
  });

  test("of tools are one JSON object or pairs", () => {
    expect(readToolArguments(["path=a b", "count=3", 'deep={"x":[1]}', "empty="])).toEqual({
      path: "a b",
      count: 3,
      deep: { x: [1] },
      empty: "",
    });
    expect(readToolArguments(['{"path":"a"}'])).toEqual({ path: "a" });
    expect(() => readToolArguments(["{broken"])).toThrow("not valid JSON");
    expect(() => readToolArguments(["=x"])).toThrow("is no argument of a tool");
  });

  test("of a tool are text where its schema says so, whatever they look like", () => {
    const parameters = {
      properties: {
        content: { type: "string" },
        maybe: { anyOf: [{ type: "string" }, { type: "null" }] },
        either: { type: ["string", "number"] },
        count: { type: "integer" },
      },
    };
    const words = ["content=1", "maybe=true", "either=2", "count=3", "other=[4]"];
    expect(readToolArguments(words, parameters)).toEqual({
      content: "1",
      maybe: "true",
      either: 2,
      count: 3,
      other: [4],
    });
  });

  test("that are nearly right are suggested, others are not", () => {
    expect(suggest("staus", ["status", "start"])).toBe("status");
    expect(suggest("xyz", ["status", "start"])).toBeUndefined();
  });
});
