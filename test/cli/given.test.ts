// What the flags of a one-shot give, decided without files, terminals or a daemon.
import { describe, expect, test } from "bun:test";
import { readArguments } from "../../src/cli/input/arguments.ts";
import { parseSize, showSize } from "../../src/cli/input/byte-size.ts";
import { checkExtract } from "../../src/cli/mode.ts";
import { pathsAt } from "../../src/cli/one-shot/expand-at.ts";
import { withMode } from "../../src/cli/one-shot/permission-mode.ts";
import { requireParameters } from "../../src/cli/one-shot/session-choice.ts";
import { stdinUse } from "../../src/cli/one-shot/stdin.ts";
import { openInputLines, parseInputLine } from "../../src/cli/one-shot/stream-input.ts";
import { globalFlags, oneShotFlags } from "../../src/cli/table/flags.ts";
import { JameyError } from "../../src/protocol/errors.ts";
import { isIgnored, isSkippedName, parseIgnoreRules } from "../../src/terminal/ignored-paths.ts";

const read = (...raw: string[]) => readArguments({ ...globalFlags, ...oneShotFlags }, raw);

/** The code and message of what is thrown. */
async function refusal(work: () => unknown): Promise<[string, string]> {
  try {
    await work();
  } catch (thrown) {
    if (thrown instanceof JameyError) return [thrown.code, thrown.message];
    throw thrown;
  }
  return ["nothing", "was thrown"];
}

describe("sizes", () => {
  test("have units that count in 1024s, and a plain number is bytes", () => {
    const texts = ["500", "500b", "64K", "64kb", "10M", "1.5MiB", "1G"];
    expect(texts.map((text) => parseSize(text, "--max-stdin"))).toEqual([
      500, 500, 65_536, 65_536, 10_485_760, 1_572_864, 1_073_741_824,
    ]);
    for (const wrong of ["", "0", "-1", "x", "10 apples", "1e9", "K"]) {
      expect(() => parseSize(wrong, "--max-stdin")).toThrow("is no size");
    }
    expect([12, 1536, 10_485_760].map(showSize)).toEqual(["12 bytes", "1.5 KiB", "10 MiB"]);
  });
});

describe("@path", () => {
  test("is one where a word begins, without the sentence's own signs", () => {
    expect(pathsAt('@a.txt, see (@b/c.md) and @"d e.txt"; mail x@y.org @a.txt! @')).toEqual([
      "a.txt",
      "b/c.md",
      "d e.txt",
    ]);
  });
});

describe("a folder", () => {
  test("leaves out what its .gitignore files name, the last rule first", () => {
    const rules = [
      ...parseIgnoreRules("# made\n*.log\n/out/\ndocs/*.html\n!keep.log\n\n", ""),
      ...parseIgnoreRules("local.*\n", "src"),
    ];
    const rows: [string, boolean, boolean][] = [
      ["a.log", false, true],
      ["deep/er/a.log", false, true],
      ["keep.log", false, false],
      ["out", true, true],
      ["out", false, false],
      ["deep/out", true, false],
      ["docs/a.html", false, true],
      ["docs/deep/a.html", false, false],
      ["src/local.ts", false, true],
      ["local.ts", false, false],
    ];
    for (const [path, isFolder, expected] of rows) {
      expect([path, isIgnored(rules, path, isFolder)]).toEqual([path, expected]);
    }
    expect([".git", ".env", "node_modules", "src"].map(isSkippedName)).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });
});

describe("stdin", () => {
  test("is asked for in several ways, and is then one thing", async () => {
    const uses = [
      ["-"],
      ["--stdin"],
      ["-f", "-"],
      ["-a", "-"],
      ["--prompt-file", "-"],
      ["-f", "x"],
    ];
    expect(uses.map((args) => stdinUse(read(...args)))).toEqual([
      "data",
      "data",
      "data",
      "attachment",
      "instruction",
      undefined,
    ]);
    expect(await refusal(() => stdinUse(read("-", "-a", "-")))).toEqual([
      "invalid_request",
      "stdin is asked for twice, as different things.",
    ]);
  });
});

describe("a line of input", () => {
  const text = (content: string) => ({ text: content, attachments: [] });

  test("has its text in one of the places where programs put it", () => {
    const lines = [
      '{"type":"user","text":"a"}',
      '{"type":"user","message":"a","session_id":"ignored by all"}',
      '{"type":"user","message":{"role":"user","content":"a"}}',
      '{"type":"user","message":{"content":[{"type":"text","text":"a"}]}}',
    ];
    expect(lines.map((line) => parseInputLine(line, 1))).toEqual(lines.map(() => text("a")));
    const source = { type: "base64", media_type: "image/png", data: "iVBO" };
    const image = { type: "user", message: { content: [{ type: "image", source }] } };
    expect(parseInputLine(JSON.stringify(image), 1)).toEqual({
      text: "(see the attachment)",
      attachments: [{ media_type: "image/png", data: "iVBO", name: null }],
    });
  });

  test("is found whole however the input is cut, and only LF ends it", async () => {
    const input = Buffer.from(
      '{"type":"user","text":"ž\u2028猫"}\r\n\n \r\n{"type":"user","text":"last"}',
    );
    for (let cut = 0; cut <= input.length; cut += 1) {
      const lines = openInputLines(
        new ReadableStream({
          start(controller) {
            controller.enqueue(input.subarray(0, cut));
            controller.enqueue(input.subarray(cut));
            controller.close();
          },
        }),
      );
      const found = [await lines.next(), await lines.next(), await lines.next()];
      expect(found).toEqual([text("ž\u2028猫"), text("last"), undefined]);
    }
  });

  test("that is too long or no UTF-8 is named", async () => {
    const whole = (...pieces: Uint8Array[]) => openInputLines(new Blob(pieces).stream());
    const long = whole(Buffer.from("\n"), new Uint8Array(17 * 1024 * 1024).fill(97));
    expect(await refusal(() => long.next())).toEqual([
      "too_large",
      "stdin line 2 is longer than 15.9 MiB.",
    ]);
    expect(await refusal(() => whole(new Uint8Array([0x61, 0xff])).next())).toEqual([
      "bad_data",
      "stdin line 1 is not UTF-8.",
    ]);
  });
});

describe("a permission mode", () => {
  const tools = [
    { name: "file_read", risk: "read" },
    { name: "file_write", risk: "write" },
    { name: "ask_human", risk: "none" },
    { name: "http_request", risk: "network" },
  ] as const;
  const shell = { tool: "shell", match: null, action: "deny" } as const;
  const rule = (tool: string, action: "allow" | "deny") => ({ tool, match: null, action });

  test("is rules behind those that were given", () => {
    expect(withMode("read-only", tools, [shell]).rules).toEqual([
      shell,
      rule("file_write", "deny"),
      rule("http_request", "deny"),
    ]);
    expect(withMode("edit", tools, []).rules).toEqual([rule("file_write", "allow")]);
    expect(withMode("auto", tools, [shell]).rules).toEqual([shell, rule("*", "allow")]);
  });

  test("says which --allow it undoes", () => {
    const given = [rule("file_write", "allow"), rule("file_read", "allow")];
    expect(withMode("read-only", tools, given).warnings).toEqual([
      "--allow file_write counts for nothing beside --permission-mode read-only.",
    ]);
    expect(withMode("edit", tools, given).warnings).toEqual([]);
  });
});

describe("the parameters of a template", () => {
  test("are all given, and no others", async () => {
    const object = { name: "greeter", parameters: ["who", "how"] };
    expect(await refusal(() => requireParameters(object, { who: "a", how: "" }))).toEqual([
      "nothing",
      "was thrown",
    ]);
    expect(await refusal(() => requireParameters(object, { who: "a" }))).toEqual([
      "invalid_request",
      "'greeter' is a template and needs -P how=….",
    ]);
    expect(await refusal(() => requireParameters(object, { toString: "a" }))).toEqual([
      "invalid_request",
      "'greeter' has no parameter 'toString': its template has: who, how.",
    ]);
  });
});

describe("-x", () => {
  test("takes no language from the next word, and says how it is given", async () => {
    const refused = async (isRun: boolean, ...raw: string[]) =>
      (await refusal(() => checkExtract(read(...raw), { isRun })))[1];
    const advice = (flag: string, name: string) =>
      `-${flag} python: the language is attached, -${flag}python or --${name}=python. A prompt that begins with 'python' goes before -${flag}.`;
    expect([
      await refused(true, "-x", "python", "-p", "code please"),
      await refused(false, "-X", "python", "code please"),
      await refused(false, "--extract", "python"),
      await refused(true, "-x", "python"),
      await refused(true, "-x", "write", "code"),
      await refused(true, "-xpython", "python", "code"),
    ]).toEqual([
      advice("x", "extract"),
      advice("X", "extract-all"),
      advice("x", "extract"),
      "was thrown",
      "was thrown",
      "was thrown",
    ]);
  });
});
