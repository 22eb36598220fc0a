// A prompt object as a file: front matter, body, and errors that name the line.
import { describe, expect, test } from "bun:test";
import { JameyError } from "../../../src/protocol/errors.ts";
import { parseObject } from "../../../src/runtime/environment/object-file.ts";

const parse = (text: string, warn: (problem: string) => void = unwarned) =>
  parseObject({ text, file: "o.md", hash: (content) => `hash of ${content.length}`, warn });

const unwarned = (problem: string) => expect(problem).toBe("no warning");

const nobody = {
  members: [],
  rounds: null,
  judge: null,
  author: null,
  reviewer: null,
  workflow: null,
};

const problemOf = (text: string): string => {
  try {
    parse(text);
    return "none";
  } catch (thrown) {
    return thrown instanceof JameyError ? `${thrown.code} ${thrown.message}` : String(thrown);
  }
};

describe("an object file", () => {
  test("is front matter and the prompt", () => {
    const text = [
      "---",
      "name: reviewer",
      "description: Reviews a change",
      "model: openai/gpt-5",
      "capabilities: [file_read, tester]",
      "mode: single",
      "on_start: open the dashboard",
      "permissions: { shell(git *): ask }",
      "limits: { max_iterations: 3 }",
      "---",
      "",
      "You review changes.",
      "",
      "--- not a border",
      "",
    ].join("\n");
    expect(parse(text)).toEqual({
      name: "reviewer",
      description: "Reviews a change",
      template: false,
      model: "openai/gpt-5",
      capabilities: ["file_read", "tester"],
      universal: true,
      mode: "single",
      group: nobody,
      preamble: true,
      on_start: "open the dashboard",
      wake: [],
      permissions: { "shell(git *)": "ask" },
      limits: { max_iterations: 3 },
      body: "You review changes.\n\n--- not a border",
      hash: `hash of ${text.length}`,
      file: "o.md",
      warnings: [],
    });
  });

  test("may be named in any script, and in several where its words are", () => {
    const names = [
      "worker_2",
      "\u0431\u043e\u0442-review",
      "Übung.v2",
      "AI助手",
      "テスト東京",
      "도우미",
    ];
    expect(names.map((name) => parse(`---\nname: ${name}\n---`).name)).toEqual(names);
  });

  test("needs only a name", () => {
    expect(parse("---\nname: a\n---")).toEqual({
      name: "a",
      description: "",
      template: false,
      model: null,
      capabilities: [],
      universal: true,
      mode: "single",
      group: nobody,
      preamble: true,
      on_start: null,
      wake: [],
      permissions: {},
      limits: {},
      body: "",
      hash: "hash of 15",
      file: "o.md",
      warnings: [],
    });
  });

  test("may begin with a byte order mark and end its lines as Windows does", () => {
    const { name, body } = parse("\uFEFF---\r\nname: a\r\n---\r\nOne.\r\nTwo.\r\n");
    expect([name, body]).toEqual(["a", "One.\nTwo."]);
  });

  test.each([
    ["no front matter", "You help.\n", 1, "an object begins with front matter"],
    ["no closing line", "---\nname: a\n", 1, "the front matter has no closing line"],
    ["a name that is none", "---\nname: ../x\n---\n", 2, "name: letters, digits"],
    [
      "letters of two scripts in one word",
      "---\ndescription: x\nname: my-w\u043erker\n---\n",
      3,
      "name: mixes Latin and Cyrillic letters in 'w\u043erker'",
    ],
    ["letters that are not plain", "---\nname: \uff57orker\n---\n", 2, "name: looks like 'worker'"],
    ["no name", "---\ndescription: x\n---\n", 2, "name: is missing"],
    ["a wrong value", "---\nname: a\nmodel: 7\n---\n", 3, "model: must be text"],
    ["a mode of tomorrow", "---\nname: a\nmode: swarm\n---\n", 3, "mode: must be one of"],
    [
      "a wrong limit",
      "---\nname: a\nlimits:\n  max_iterations: 0\n---\n",
      4,
      "limits.max_iterations",
    ],
    ["no message at the start", '---\nname: a\non_start: ""\n---\n', 3, "on_start: "],
    [
      "a rule that is none",
      "---\nname: a\npermissions: { a b: deny }\n---\n",
      3,
      "permissions.a b",
    ],
    ["wrong YAML", "---\nname: a\ncapabilities: [x\n---\nbody\n", 3, "YAML Parse error"],
    ["a NUL in its prompt", "---\nname: a\n---\none\ntwo\0\n", 5, "holds a NUL character"],
  ])("with %s is an error with its line", (_, text, line, problem) => {
    expect(problemOf(text)).toStartWith(`config_invalid o.md:${line}: ${problem}`);
  });

  test("with keys that nobody knows is good without them, and each is warned about with its line", () => {
    const warnings: string[] = [];
    const text = "---\nname: a\npermisions: { shell: deny }\nmodel: a/b\ncolour: red\n---\n";
    const { name, model, permissions } = parse(text, (problem) => void warnings.push(problem));
    expect({ name, model, permissions }).toEqual({ name: "a", model: "a/b", permissions: {} });
    expect(warnings).toEqual([
      "o.md:3: unknown key 'permisions' is ignored; did you mean 'permissions'?",
      "o.md:5: unknown key 'colour' is ignored",
    ]);
  });

  test("that is too large is refused", () => {
    expect(problemOf(`---\nname: a\n---\n${"ü".repeat(600_000)}`)).toBe(
      "config_invalid o.md: larger than 1048576 bytes.",
    );
  });
});
