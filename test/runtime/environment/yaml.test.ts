// YAML from people, hostile or merely wrong: bounded, and errors with file and line.
import { describe, expect, test } from "bun:test";
import { JameyError } from "../../../src/protocol/errors.ts";
import { lineOfPath, parseYaml } from "../../../src/runtime/environment/yaml.ts";

/** What is said of a text; a parse that takes long would time the test out. */
const problemOf = (text: string, firstLine?: number): string => {
  try {
    return `fine ${JSON.stringify(parseYaml(text, "f.yml", firstLine))}`;
  } catch (thrown) {
    return thrown instanceof JameyError ? `${thrown.code} ${thrown.message}` : String(thrown);
  }
};

describe("YAML", () => {
  test("that is nested without end is refused in words of ours", () => {
    const depth = 60_000;
    for (const text of [`a: ${"[".repeat(depth)}${"]".repeat(depth)}`, `a: ${"[".repeat(depth)}`]) {
      expect(problemOf(text)).toBe("config_invalid f.yml:1: is nested too deeply.");
    }
  });

  test("is keys and values, or empty", () => {
    expect(problemOf("a: 1\nb: [x, y]\n")).toBe('fine {"a":1,"b":["x","y"]}');
    expect(problemOf("")).toBe("fine {}");
    expect(problemOf("# nothing yet\n")).toBe("fine {}");
    expect(problemOf("\uFEFFa: 1\r\nb: 2\r\n")).toBe('fine {"a":1,"b":2}');
    for (const text of ["just text", "- a\n- b", "7", "a: 1\n---\nb: 2\n"]) {
      expect(problemOf(text)).toBe("config_invalid f.yml:1: must be keys and values.");
    }
  });

  test.each([
    ["a quote that is not closed", 'a: 1\nb: "x\nc: 2\n', 2],
    ["a bracket that is not closed", "a: 1\nb: [1, 2\nc: 3\n", 2],
    ["a tab as indentation", "a: 1\nb:\n\tc: 2\n", 3],
    ["a mistake behind a value of many lines", "a: [1,\n  2]\nb: 2\nc: }\n", 4],
    ["a NUL", "a: 1\nb: x\0y\n", 2],
  ])("with %s is an error with its line", (_, text, line) => {
    expect(problemOf(text)).toMatch(new RegExp(`^config_invalid f\\.yml:${line}: `));
    expect(problemOf(text, 11)).toMatch(new RegExp(`^config_invalid f\\.yml:${line + 10}: `));
  });

  test("with a mistake in a long file still names a line in bounded time", () => {
    const lines = Array.from({ length: 9_000 }, (_, index) => `key${index}: value`);
    lines[6_999] = "key: [";
    expect(problemOf(lines.join("\n"))).toStartWith("config_invalid f.yml:7000: ");
  });

  test.each([
    ["an alias bomb", bomb()],
    ["nesting without end", `a: ${"[".repeat(100_000)}`],
    ["nesting that closes", `a: ${"[".repeat(3_000)}${"]".repeat(3_000)}`],
    ["an alias of itself", "a: &a\n  b: *a\n"],
    ["ten megabytes", `a: ${"x".repeat(10 * 1024 * 1024)}`],
    ["a prototype at the top", "a: 1\n__proto__: {admin: true}\n"],
    ["a prototype further down", "a: {b: {__proto__: {admin: true}}}\n"],
  ])("that is %s is refused", (_, text) => {
    expect(problemOf(text)).toStartWith("config_invalid f.yml");
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  test.each([
    ["at the top", "a: 1\nb: 2\na: 3\n", "f.yml:3: 'a'"],
    ["further down", "a:\n  b: 1\n  c:\n    b: 1\n  'b': 2\n", "f.yml:5: 'b'"],
    ["in an item", "a:\n  - b: 1\n    b: 2\n", "f.yml:3: 'b'"],
    ["after a block of text", "a: |\n  x: 1\n  x: 1\nb: 1\na: 2\n", "f.yml:5: 'a'"],
    [
      "with a pattern for a name",
      "p:\n  shell(a *): ask\n  shell(a *): deny\n",
      "f.yml:3: 'shell(a *)'",
    ],
    ["in braces", "p: {shell(a *): ask, b: 1, shell(a *): deny}\n", "f.yml:1: 'shell(a *)'"],
    ["in braces, quoted", "a: 1\np: {'x': {x: 1}, \"x\": 2}\n", "f.yml:2: 'x'"],
    ["in braces in an item", "a:\n  - {b: 1, b: 2}\n", "f.yml:2: 'b'"],
    ["in braces of several lines", "a: {b: 1,\n b: 2}\n", "f.yml:2: 'b'"],
    ["in braces as JSON has it", 'a: {"b":1,"b":2}\n', "f.yml:1: 'b'"],
    ["written in two ways", 'a:\n  b: 1\n  "b" : 2\n', "f.yml:3: 'b'"],
    ["with an anchor", "a: &x 1\nb: *x\n&y a: 2\n", "f.yml:3: 'a'"],
    ["that is a number", "1: a\n2: b\n1: c\n", "f.yml:3: '1'"],
  ])(
    "with one key twice %s is refused, because the last would win in silence",
    (_, text, place) => {
      expect(problemOf(text)).toBe(`config_invalid ${place} is given twice; take one away.`);
    },
  );

  test.each([
    'a: "first\n  note: x\n  note: y"\n',
    "rows: [ {\n  a: 1 }, {\n  a: 2 } ]\n",
    "a: 'it''s: x'\nb: \"x\\\": y\"\n",
    "a: first\n  x, note\n  and more\nb: 1\n",
    "? a\n: 1\n? b\n: 2\n",
    "a: &x {b: 1}\nc: *x\nd: *x\n",
    "a: http://x:8080/y\nb: http://x:8080/y\n",
    "- a: 1\n- a: 2\n".replace(/^/gm, "  ").replace(/^/, "list:\n"),
  ])("that is valid is never refused for a key that only looks repeated: %j", (text) => {
    expect(problemOf(text)).toBe(`fine ${JSON.stringify(Bun.YAML.parse(text))}`);
  });

  test("may use one key in places that are not the same mapping, and in texts", () => {
    const text = [
      "a: {x: 1}",
      "b: {x: 1}",
      "list:",
      "- x: 1",
      "  y: 2",
      "- x: 1",
      "  y: [x, x]",
      "text: |",
      "  x: 1",
      "  x: 2",
      "folded: >-",
      "  x: 1",
      "",
      "  x: 1",
      "items:",
      "  - |",
      "    x: 1",
      "    x: 1",
      "  - x: {x: 1}",
      "c:",
      "  x: http://x",
      "d:",
      "  x: 'x: 1'",
      "# x: 1",
      "# x: 1",
      "e: {x: {x: 1}, y: [{x: 1}, {x: 1}], z: 'x: 1, x: 1'}",
      "f: text {x,x}",
    ].join("\n");
    expect(problemOf(text)).toStartWith("fine ");
  });

  test.each([
    ["spaces", `a${" ".repeat(250_000)}b: 1`],
    ["dashes", `a: ${"- ".repeat(120_000)}`],
    ["marks", `a: ${"&a: ".repeat(60_000)}`],
    ["quotes", `a: {${"'".repeat(250_001)}`],
    ["backslashes", `a: ["${"\\\\".repeat(120_000)}"]`],
  ])("of one long line of %s is read in bounded time", (_, text) => {
    expect(problemOf(text)).not.toBe("");
  });

  test("has no tags that run anything", () => {
    expect(problemOf("a: !!js/function 'process.exit(1)'\n")).toBe('fine {"a":"process.exit(1)"}');
  });
});

describe("the line of a key", () => {
  const text = "# top\nlimits:\n  # c\n  max: 1\n\nother:\n  max: 2\n'quoted': 3\n";

  test("is found along its path", () => {
    expect(lineOfPath(text, ["limits"])).toBe(2);
    expect(lineOfPath(text, ["limits", "max"])).toBe(4);
    expect(lineOfPath(text, ["other", "max"])).toBe(7);
    expect(lineOfPath(text, ["quoted"])).toBe(8);
  });

  test("that is missing is its deepest parent's, or the first", () => {
    expect(lineOfPath(text, ["limits", "min"])).toBe(2);
    expect(lineOfPath(text, ["none"])).toBe(1);
    expect(lineOfPath("", ["none"])).toBe(1);
  });
});

/** Ten levels of nine references each. */
function bomb(): string {
  const lines = ["a: &a [1,1,1,1,1,1,1,1,1]"];
  for (const [index, name] of [..."bcdefghij"].entries()) {
    const before = "abcdefghij"[index] ?? "a";
    lines.push(`${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(",")}]`);
  }
  return lines.join("\n");
}
