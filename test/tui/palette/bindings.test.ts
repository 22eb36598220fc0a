// The file of bound keys: read, its mistakes named with their lines, and applied over the table.
import { describe, expect, test } from "bun:test";
import { contexts, keymapOf, keyTable } from "../../../src/tui/keys.ts";
import { MAX_BINDINGS_BYTES, readBindings } from "../../../src/tui/palette/bindings.ts";

const file = (...lines: string[]) => readBindings(lines.join("\n"));

describe("bound keys", () => {
  test("are read by context, bound and unbound", () => {
    const { bindings, problems } = file("composer:", "  ctrl+t: newline", "  ctrl+k: null");
    expect(problems).toEqual([]);
    expect(bindings).toEqual({ composer: { "ctrl+t": "newline", "ctrl+k": null } });
    const keymap = keymapOf(bindings);
    expect(keymap.composer.get("ctrl+t")).toBe("newline");
    expect(keymap.composer.has("ctrl+k")).toBe(false);
  });

  test("of an empty file are none", () => {
    expect([file(""), file("# nothing yet", "")]).toEqual([
      { bindings: {}, problems: [] },
      { bindings: {}, problems: [] },
    ]);
  });

  test("that are wrong are left out and named with their line, and the others count", () => {
    const { bindings, problems } = file(
      "composer:",
      "  ctrl+t: newlin",
      "  ctrl+entr: newline",
      "  strg+k: newline",
      "  shift+ctrl+k: newline",
      "  ctrl+c: newline",
      "  alt+n: 5",
      "  alt+m: newline",
      "everywhre:",
      "  f12: palette",
    );
    expect(bindings).toEqual({ composer: { "alt+m": "newline" } });
    expect(problems).toEqual([
      { line: 2, problem: "ctrl+t: composer knows no action newlin; did you mean newline?" },
      { line: 3, problem: "ctrl+entr: there is no key entr; did you mean enter?" },
      { line: 4, problem: "strg+k: say ctrl, alt or shift, not strg" },
      { line: 5, problem: "shift+ctrl+k: write it as ctrl+shift+k" },
      { line: 6, problem: "ctrl+c: this key stays as it is: it always clears, stops and leaves" },
      { line: 7, problem: "alt+n: say the name of an action, or null" },
      { line: 9, problem: "everywhre: did you mean everywhere?" },
    ]);
  });

  test("that conflict are named: one hidden by a nearer place, one that hides another, one written twice", () => {
    const { bindings, problems } = file(
      "everywhere:",
      "  ctrl+k: palette",
      "composer:",
      "  ctrl+p: newline",
      "  ctrl+t: newline",
      "  ctrl+t: undo",
    );
    expect(bindings).toEqual({
      everywhere: { "ctrl+k": "palette" },
      composer: { "ctrl+p": "newline", "ctrl+t": "undo" },
    });
    expect(problems).toEqual([
      {
        line: 2,
        problem: "ctrl+k: in the composer it still means cut_to_end: unbind it there with null",
      },
      { line: 4, problem: "ctrl+p: it no longer means palette in the composer" },
      { line: 6, problem: "ctrl+t stands here twice; the last counts" },
    ]);
  });

  test("that one line takes and another has unbound are no conflict", () => {
    const { problems } = file("everywhere:", "  ctrl+k: palette", "composer:", "  ctrl+k: null");
    expect(problems).toEqual([]);
  });

  test("that are no texts without quotes are named as they are written, with their line", () => {
    const { bindings, problems } = file(
      "composer:",
      "  010: newline",
      "  0x10: undo",
      "  1: newline",
      "  ~: newline",
      '  "+": newline',
      "010:",
      "  f12: palette",
    );
    expect(bindings).toEqual({ composer: { "1": "newline", "+": "newline" } });
    expect(problems.map(({ line, problem }) => `${line} ${problem}`)).toEqual([
      "2 010: write it in quotes, or it is read as 10",
      "3 0x10: write it in quotes, or it is read as 16",
      "5 ~: write it in quotes, or it is read as null",
      expect.stringMatching(/^7 010: say one of /),
    ]);
  });

  test("reach every action of every place, in panes and lists, too", () => {
    for (const context of contexts) {
      for (const action of Object.keys(keyTable[context])) {
        const { bindings, problems } = file(`${context}:`, `  alt+f12: ${action}`);
        expect([bindings, problems]).toEqual([{ [context]: { "alt+f12": action } }, []]);
        const bound: ReadonlyMap<string, string> = keymapOf(bindings)[context];
        expect(bound.get("alt+f12")).toBe(action);
      }
    }
  });

  test("type themselves where texts are typed", () => {
    expect(file("field:", "  x: submit", "palette:", "  space: choose").problems).toEqual([
      { line: 2, problem: "x: it types itself there: say a key with ctrl or alt" },
      { line: 4, problem: "space: it types itself there: say a key with ctrl or alt" },
    ]);
  });

  test("are none where the file is no YAML, too large, or something else", () => {
    expect(file("composer:", "\tctrl+t: newline")).toMatchObject({
      bindings: {},
      problems: [{ line: 2 }],
    });
    expect(file("- ctrl+t").problems).toEqual([
      { line: 1, problem: "write a context, and below it lines such as `ctrl+t: newline`" },
    ]);
    expect(readBindings(" ".repeat(MAX_BINDINGS_BYTES + 1)).problems).toEqual([
      { line: 1, problem: "the file is larger than 65536 bytes" },
    ]);
  });
});

describe("a long file", () => {
  const many = (line: (index: number) => string) =>
    Array.from({ length: 3_600 }, (_none, index) => line(index));

  test("that is broken says on which line, however far down", () => {
    const lines = many((index) => `  f${index}: newline`);
    lines[2_900] = "\tctrl+t: newline";
    expect(file("composer:", ...lines)).toMatchObject({
      bindings: {},
      problems: [{ line: 2_902 }],
    });
  });

  test("of nothing but mistakes names each with its line, and what was meant by the first ones", () => {
    const { bindings, problems } = file("composer:", ...many((index) => `  hom${index}: x`));
    expect([bindings, problems.length, problems.at(-1)]).toEqual([
      { composer: {} },
      3_600,
      { line: 3_601, problem: "hom3599: there is no key hom3599" },
    ]);
    expect(problems[0]?.problem).toBe("hom0: there is no key hom0; did you mean home?");
    expect(problems.filter(({ problem }) => problem.includes("did you mean")).length).toBe(50);
  });

  test("costs what its lines are, not their square: a few times what its YAML alone costs", () => {
    const text = ["composer:", ...many((index) => `  k${index}: x`)].join("\n");
    const shortest = (work: () => void) => {
      const times = Array.from({ length: 5 }, () => {
        const startedAt = performance.now();
        work();
        return performance.now() - startedAt;
      });
      return Math.min(...times);
    };
    const alone = shortest(() => void Bun.YAML.parse(text));
    expect(shortest(() => void readBindings(text)) / alone).toBeLessThan(100);
  });
});

test("the example of the README is right", async () => {
  const readme = await Bun.file(`${import.meta.dir}/../../../README.md`).text();
  const example = /bindings\.yml[\s\S]*?```yaml\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
  expect(readBindings(example)).toEqual({
    bindings: {
      everywhere: { "ctrl+t": "palette" },
      composer: { "ctrl+k": null },
      sessions: { x: "delete", d: null },
    },
    problems: [],
  });
});
