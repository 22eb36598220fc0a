// Holds the architecture: borders between folders, purity of the core, shape and names of files.
import { describe, expect, test } from "bun:test";
import { resolve } from "node:path";
import { checkBorders, checkDatabaseUse } from "./support/tidy/borders.ts";
import { findCycles } from "./support/tidy/cycles.ts";
import { listPaths, readFiles, type SourceFile } from "./support/tidy/files.ts";
import { findUnreadImports } from "./support/tidy/imports.ts";
import { checkAsync, checkGlobals } from "./support/tidy/purity.ts";
import {
  checkComments,
  checkConsole,
  checkHeader,
  checkLength,
  checkNames,
  checkTestsRun,
  checkTopLevel,
  checkTypeEscapes,
  MAX_LINES,
} from "./support/tidy/text.ts";

const root = resolve(import.meta.dir, "..");
const paths = listPaths(root);
const ours = readFiles(
  root,
  paths.filter((path) => /^(?:src|test|scripts)\/.*\.(?:ts|tsx|sh)$/.test(path)),
);
const typescript = ours.filter(({ path }) => !path.endsWith(".sh"));
const src = typescript.filter(({ path }) => path.startsWith("src/"));
const core = src.filter(({ path }) => path.startsWith("src/core/"));
const protocol = src.filter(({ path }) => path.startsWith("src/protocol/"));
const tests = typescript.filter(({ path }) => path.startsWith("test/"));

describe("the house", () => {
  test("there are files of every kind to judge", () => {
    expect([src, core, protocol, tests].filter((files) => files.length === 0)).toEqual([]);
  });

  test("every folder under src imports only what the import table allows it", () => {
    expect(checkBorders(src)).toEqual([]);
  });

  test("every import that the compiler sees is judged", () => {
    expect(findUnreadImports(src)).toEqual([]);
  });

  test("only the store and the lock file speak to a database", () => {
    expect(checkDatabaseUse(src)).toEqual([]);
  });

  test("core and protocol use no clock, no randomness and no I/O", () => {
    expect(checkGlobals([...core, ...protocol])).toEqual([]);
  });

  test("core is never asynchronous", () => {
    expect(checkAsync(core)).toEqual([]);
  });

  test("no file imports itself through others", () => {
    const cycles = findCycles(src, "values");
    const ofTypes = findCycles(src, "all").filter((cycle) => !cycles.includes(cycle));
    for (const cycle of ofTypes) console.warn(`allowed, because only types close it: ${cycle}`);
    expect(cycles).toEqual([]);
  });

  test(`no file is longer than ${MAX_LINES} lines`, () => {
    expect(checkLength(ours)).toEqual([]);
  });

  test("every file begins with a comment that says what it owns", () => {
    expect(checkHeader(typescript)).toEqual([]);
  });

  test("comments leave no notes for later and draw no rulers", () => {
    expect(checkComments(typescript)).toEqual([]);
  });

  test("nothing under src escapes the type checker or the linter", () => {
    expect(checkTypeEscapes(src)).toEqual([]);
  });

  test("nothing under src writes to the console", () => {
    expect(checkConsole(src)).toEqual([]);
  });

  test("every test always runs", () => {
    expect(checkTestsRun(tests)).toEqual([]);
  });

  test("files and folders are named in kebab-case", () => {
    expect(checkNames(paths.filter((path) => /^(?:src|test|scripts)\//.test(path)))).toEqual([]);
  });

  test("the top level holds only what the design names", () => {
    expect(checkTopLevel(paths)).toEqual([]);
  });
});

describe("the checkers", () => {
  const file = (path: string, ...lines: string[]): SourceFile => ({ path, text: lines.join("\n") });

  test("see an import that crosses a border", () => {
    const crossings: [path: string, line: string, problem: string][] = [
      ["src/protocol/a.ts", 'import "citty";', "protocol may not import the package citty"],
      ["src/protocol/a.ts", 'import "node:path";', "protocol may not import the builtin node:path"],
      ["src/core/a.ts", 'import { z } from "zod";', "core may not import the package zod"],
      [
        "src/core/a.ts",
        'import { b } from "../protocol/b.ts";',
        "core may import only types of protocol (import type)",
      ],
      [
        "src/core/a.ts",
        'export type { B } from "../protocol/b.ts";',
        "only core/index.ts may re-export types of protocol",
      ],
      ["src/tools/a.ts", 'import "node:fs";', "tools may not import the builtin node:fs"],
      ["src/cli/a.ts", 'await import("../runtime/a.ts");', "cli may not import runtime"],
      [
        "src/runtime/store/a.ts",
        'import type { H } from "../handle.ts";',
        "runtime/store may not import runtime",
      ],
      [
        "src/runtime/connectors/a.ts",
        'import type { H } from "../handlers/a.ts";',
        "runtime/connectors may import only types of the ports that stand in src/runtime",
      ],
      ["src/client/a.ts", 'require("../../test/a.ts");', "client may not import test/a.ts"],
    ];
    for (const [path, line, problem] of crossings) {
      expect(checkBorders([file(path, "// a", line)])).toEqual([`${path}:2 ${problem}`]);
    }
    expect(checkBorders([file("src/other/a.ts")])).toEqual([
      "src/other/a.ts lies in no folder of the import table",
    ]);
  });

  test("let pass what the import table allows", () => {
    const allowed = [
      file("src/core/index.ts", 'export type { A } from "../protocol/a.ts";'),
      file("src/core/a.ts", 'import type { A } from "../protocol/a.ts";', 'import "./b.ts";'),
      file("src/runtime/connectors/unix.ts", 'import type { Handle } from "../handle.ts";'),
      file("src/runtime/a.ts", 'import { b } from "./store/b.ts";', 'import "node:fs";'),
      file("src/cli/a.ts", `const text = \`import "zod" from "\${1}\`; // import "zod"`),
    ];
    expect(checkBorders(allowed)).toEqual([]);
  });

  test("see an import that the reader of imports has missed", () => {
    expect(
      findUnreadImports([file("src/a.ts", 'import "a"; const b = await import("b");')]),
    ).toEqual([]);
    const hidden = file("src/a.ts", 'require?.("a"); import "\\x62";');
    expect(findUnreadImports([hidden])).toEqual(
      ["a", "b"].map((name) => `src/a.ts imports "${name}", which readImports does not see`),
    );
  });

  test("see a database outside the store", () => {
    const lines = ['import { Database } from "bun:sqlite";', 'import "drizzle-orm/bun-sqlite";'];
    expect(checkDatabaseUse([file("src/client/a.ts", ...lines)])).toEqual([
      "src/client/a.ts:1 imports bun:sqlite",
      "src/client/a.ts:2 imports drizzle-orm/bun-sqlite",
    ]);
    expect(checkDatabaseUse([file("src/runtime/lock.ts", ...lines)])).toEqual([]);
  });

  test("see a clock, randomness, I/O and waiting", () => {
    const uses = {
      Bun: "Bun.file('a')",
      process: "const { env } = process",
      fetch: "const options = { fetch }",
      setTimeout: "setTimeout(run, 1)",
      crypto: "crypto.randomUUID()",
      globalThis: "globalThis.a = 1",
      "Date.now": "at(Date.now())",
      "new Date()": "const now = new Date()",
      "Date()": "const text = Date()",
      "Math.random": "Math.random()",
    };
    for (const [name, line] of Object.entries(uses)) {
      expect(checkGlobals([file("src/core/a.ts", line)])).toEqual([`src/core/a.ts uses ${name}`]);
    }
    const waiting = "export async function run() { await Promise.resolve(); }";
    expect(checkAsync([file("src/core/a.ts", waiting)])).toEqual(
      ["async", "await", "Promise"].map((word) => `src/core/a.ts uses ${word}`),
    );
  });

  test("let pass plain values, ports and words in text", () => {
    const port = file(
      "src/core/a.ts",
      "export interface World { fetch(url: string): Promise<Response>; process: { id: string } }",
      "export const at = (world: World, text: string) => [world.fetch, new Date(text)];",
      `export const keys = { process: "fetch", console: \`Bun \${1} crypto\` }; // setTimeout`,
    );
    expect([...checkGlobals([port]), ...checkAsync([port])]).toEqual([]);
  });

  test("see a circle of values and tell it from one that types close", () => {
    const circle = [
      file("src/a.ts", 'import { b } from "./b.ts";'),
      file("src/b.ts", 'import { c } from "./c";'),
      file("src/c/index.ts", 'export * from "../a.ts";'),
    ];
    expect(findCycles(circle, "values")).toEqual([
      "src/a.ts → src/b.ts → src/c/index.ts → src/a.ts",
    ]);
    const ofTypes = [
      file("src/a.ts", 'import { b } from "./b.ts";'),
      file("src/b.ts", 'import type { A } from "./a.ts";'),
    ];
    expect(findCycles(ofTypes, "values")).toEqual([]);
    expect(findCycles(ofTypes, "all")).toEqual(["src/a.ts → src/b.ts → src/a.ts"]);
  });

  test("see a file that is too long or does not say what it owns", () => {
    expect(checkLength([file("src/a.ts", ..."x".repeat(MAX_LINES + 1))])).toEqual([
      `src/a.ts has ${MAX_LINES + 1} lines`,
    ]);
    expect(checkLength([file("src/a.ts", ..."x".repeat(MAX_LINES), "")])).toEqual([]);
    const problem = "does not begin with a comment that says what it owns";
    expect(
      checkHeader([
        file("src/a.ts", "import './b.ts';"),
        file("src/b.ts", "// helpers"),
        file("src/c.ts", "// Says what this file owns."),
      ]),
    ).toEqual([`src/a.ts ${problem}`, `src/b.ts ${problem}`]);
  });

  test("see notes, rulers and escapes", () => {
    const note = `// ${"TO"}${"DO"}: later`;
    expect(checkComments([file("a.ts", note, "// ------ Types", "/* ok */ // a - b --")])).toEqual([
      "a.ts:1 leaves a note for later",
      "a.ts:2 draws a ruler",
    ]);
    const escapes = ["let a: any;", "// @ts-ignore", "b as any;", "z.any();", "a.any(); // any"];
    expect(checkTypeEscapes([file("src/a.ts", ...escapes)])).toEqual([
      "src/a.ts:1 any",
      "src/a.ts:3 any",
      "src/a.ts:4 z.any",
      "src/a.ts:2 @ts-ignore",
    ]);
    expect(checkConsole([file("src/a.ts", "console.log(1); // console.log")])).toEqual([
      "src/a.ts:1 console.log",
    ]);
  });

  test("see a test that may not run", () => {
    const lines = ["test.only(", "describe.skip.each([", "it.todo(", "test.skipIf(", "xtest("];
    const allowed = file("test/b.test.ts", "array.only(", "test.each([", '"test.only"');
    expect(checkTestsRun([file("test/a.test.ts", ...lines), allowed])).toEqual([
      "test/a.test.ts:1 test.only",
      "test/a.test.ts:2 describe.skip",
      "test/a.test.ts:3 it.todo",
      "test/a.test.ts:4 test.skipIf",
      "test/a.test.ts:5 xtest",
    ]);
  });

  test("see a name that is not in kebab-case and a stray file at the top", () => {
    expect(checkNames(["src/a-b.test.ts", "src/README.md", "src/aB.ts", "src/c_d/e.ts"])).toEqual([
      "src/aB.ts",
      "src/c_d/e.ts",
    ]);
    expect(checkTopLevel([".ci/run", "src/main.ts", "notes.md", "docs/a.md"])).toEqual([
      "notes.md",
      "docs",
    ]);
  });
});
