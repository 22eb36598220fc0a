// The pattern matcher: agrees with the language's own on random patterns, and never takes long.
import { describe, expect, test } from "bun:test";
import { globMatcher } from "../../src/tools/pattern/glob.ts";
import { createMatcher } from "../../src/tools/pattern/match.ts";
import { parsePattern } from "../../src/tools/pattern/parse.ts";

function matches(source: string, text: string, ignore_case = false): boolean | string {
  const pattern = parsePattern(source, { ignore_case });
  if (!pattern.ok) return pattern.problem;
  const matcher = createMatcher(pattern.value);
  if (!matcher.ok) return matcher.problem;
  const { begin, advance, endsInMatch } = matcher.value;
  return endsInMatch(advance(begin, text, 0, text.length));
}

function randomness(start: number): (below: number) => number {
  let seed = start;
  return (below) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return Math.floor((seed / 2147483648) * below);
  };
}

describe("a pattern", () => {
  test("matches what the language's own expressions match, on twenty thousand random pairs", () => {
    const random = randomness(7);
    const atoms = [
      "a",
      "b",
      ".",
      "[ab]",
      "[^a]",
      "\\w",
      "\\W",
      "\\d",
      "\\s",
      "\\b",
      "\\B",
      "^",
      "$",
      "c",
      " ",
      "1",
      "😀",
      "é",
      "[b-d1]",
      "\\x61",
      "\\.",
    ];
    const build = (depth: number): string => {
      const parts: string[] = [];
      for (let count = random(4); count >= 0; count -= 1) {
        const isGroup = depth > 0 && random(3) === 0;
        const atom = isGroup
          ? `(${random(2) === 0 ? "?:" : ""}${build(depth - 1)})`
          : (atoms[random(atoms.length)] ?? "a");
        const quantifier = ["", "", "", "*", "+", "?", "{2}", "{1,3}", "{2,}", "*?", "+?"][
          random(11)
        ];
        parts.push(/^(\\b|\\B|\^|\$)$/i.test(atom) ? atom : atom + quantifier);
        if (random(6) === 0) parts.push("|");
      }
      return parts.join("");
    };
    const letters = ["a", "b", "c", "1", " ", ".", "é", "😀", "A", "_"];
    let matched = 0;
    for (let round = 0; round < 4000; round += 1) {
      const source = build(2);
      const isFolded = random(4) === 0;
      const own = new RegExp(source, isFolded ? "iu" : "u");
      for (let count = 0; count < 5; count += 1) {
        const text = Array.from({ length: random(9) }, () => letters[random(letters.length)]).join(
          "",
        );
        const expected = own.test(text);
        if (expected) matched += 1;
        expect([source, text, isFolded, matches(source, text, isFolded)]).toEqual([
          source,
          text,
          isFolded,
          expected,
        ]);
      }
    }
    expect(matched).toBeGreaterThan(2000);
    expect(matched).toBeLessThan(18_000);
  });

  test("understands what code searches are made of", () => {
    const rows: [string, string, boolean][] = [
      ["function\\s+\\w+\\(", "export function open(path) {", true],
      ["function() {", "function() {", false],
      ["if (x) {", "if x {", true],
      ["a{b}", "a{b}", true],
      ["x{,3}", "x{,3}", true],
      ["(?<year>\\d{4})-(?P<month>\\d\\d)", "on 2024-05", true],
      ["(?i)todo", "ToDo", true],
      ["[]a]", "]", true],
      ["[^]a]", "]", false],
      ["[a-]", "-", true],
      ["[\\w.-]+@", "me.you-1@", true],
      ["\\u{1F600}", "😀", true],
      ["^.$", "😀", true],
      ["", "", true],
      ["a||b", "", true],
    ];
    for (const row of rows) expect([...row.slice(0, 2), matches(row[0], row[1])]).toEqual(row);
  });

  test("says what is wrong with it", () => {
    const rows: [string, string][] = [
      ["(a", "a ')' is missing (at character 3)"],
      ["a)", "there is a ')' too many (at character 2)"],
      ["[a", "a ']' is missing (at character 4)"],
      ["[b-a]", "a range in [ ] ends before it begins (at character 5)"],
      ["*a", "'*' has nothing to repeat (at character 2)"],
      ["a**", "a quantifier follows a quantifier (at character 4)"],
      ["a{3,2}", "the repetition ends before it begins (at character 7)"],
      ["a{1001}", "more than 1000 repetitions (at character 8)"],
      ["\\1", "references back are not supported (at character 3)"],
      ["(?=a)", "looking ahead or behind, and flags inside, are not supported (at character 3)"],
      ["(?<!a)", "looking ahead or behind, and flags inside, are not supported (at character 3)"],
      ["\\p{L}", "'\\p' is not supported (at character 3)"],
      ["a\\", "a '\\' stands at the end (at character 4)"],
      ["(a{1000}){1000}", "the pattern is too large; use fewer or smaller repetitions"],
      ["(".repeat(51), "groups are nested deeper than 50 (at character 52)"],
      ["a".repeat(1001), "the pattern is longer than 1000 characters"],
    ];
    for (const row of rows) expect([row[0], matches(row[0], "aaa")]).toEqual(row);
  });

  test("costs the same for a hostile line as for a friendly one: its work is linear", () => {
    const evil = [
      "(a+)+$",
      "(a|aa)+$",
      "(a*)*b",
      "(.*a){12}$",
      "(a?){30}a{30}b",
      "(x+x+)+y",
      "^(([a-z])+.)+[A-Z]([a-z])+$",
    ];
    const line = "a".repeat(20_000);
    for (const source of evil) {
      const startedAt = performance.now();
      matches(source, `${line}!`);
      // The language's own needs more time than there is for the first of them.
      expect(performance.now() - startedAt).toBeLessThan(5000);
    }
  });
});

describe("a glob", () => {
  test("fits paths as shells do", () => {
    const rows: [string, string, boolean][] = [
      ["*.ts", "a.ts", true],
      ["*.ts", "deep/er/a.ts", true],
      ["src/*.ts", "src/a.ts", true],
      ["src/*.ts", "src/b/a.ts", false],
      ["src/**/*.ts", "src/a.ts", true],
      ["src/**/*.ts", "src/b/c/a.ts", true],
      ["./src/**", "src/b/c", true],
      ["**/test", "test", true],
      ["**/test", "mytest", false],
      ["*.{ts,tsx}", "a.tsx", true],
      ["{a,b/**}/c", "b/x/y/c", true],
      ["file?.md", "file1.md", true],
      ["file?.md", "file.md", false],
      ["[!a-c].md", "d.md", true],
      ["[!a-c].md", "b.md", false],
      ["a.b", "axb", false],
      ["a+(b)|c", "a+(b)|c", true],
      ["a,b}", "a,b}", true],
      ["*", ".hidden", true],
    ];
    for (const row of rows) {
      const glob = globMatcher(row[0]);
      expect([row[0], row[1], glob.ok && glob.value(row[1])]).toEqual(row);
    }
  });

  test("is never slow either", () => {
    const glob = globMatcher("**/*a*a*a*a*a*a*a*a*a*a*a*a*a*b");
    const startedAt = performance.now();
    expect(glob.ok && glob.value("a".repeat(4000))).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });
});
