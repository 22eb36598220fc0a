// Jamey's own keys, state and settings lie within a workspace: no file tool reads or changes them.
import { describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { builtInTools } from "../../src/tools/index.ts";
import { openToolWorld, type ToolWorld } from "../support/tool-world.ts";

const KEY = "sk-canary-of-the-owner";
const HIDDEN = "jamey's own keys and state are not for tools";
const FIXED =
  "what an environment is made of (objects, settings, tests, tools, git) is not written by tools";

const toolNamed = (name: string) =>
  builtInTools().find((tool) => tool.name === name) ?? expect.unreachable();

/** A home folder as the workspace, with everything of jamey in it. */
async function openHomeWorld(): Promise<ToolWorld> {
  const rig = await openToolWorld({
    protect: (workspace) => ({
      hidden: ["config", "env/.state", "run"].map((name) => join(workspace, name)),
      environments: join(workspace, "all"),
      outputs: join(workspace, "env/.state/outputs"),
      fixed: ["env/manifest.yml", "env/objects"].map((name) => join(workspace, name)),
      tests: join(workspace, "env/tests"),
    }),
  });
  for (const folder of [
    "config",
    "env/.state/outputs/one",
    "env/.state/outputs/two",
    "env/objects",
    "all/other/.state",
  ]) {
    mkdirSync(join(rig.workspace, folder), { recursive: true });
  }
  for (const file of [
    "config/credentials",
    "env/.state/jamey.db",
    "env/.state/outputs/one/output_1.txt",
    "env/.state/outputs/two/output_2.txt",
    "all/other/.state/jamey.db",
    "env/manifest.yml",
    "env/objects/helper.md",
  ]) {
    writeFileSync(join(rig.workspace, file), `${KEY} in ${file}\n`);
  }
  symlinkSync("config", join(rig.workspace, "link"));
  return rig;
}

/** The places that are hidden, by every name that leads there. `run` does not exist. */
const hidden = [
  "config/credentials",
  "CONFIG/credentials",
  "link/credentials",
  "./env/../config/credentials",
  "config",
  "config/new",
  "env/.state/jamey.db",
  "env/.state/outputs/one/output_1.txt",
  "all/other/.state/jamey.db",
  "all/other/.state",
  "run/default.token",
];

describe("jamey's keys and state in a workspace", () => {
  test("are refused by every file tool, to read and to write, before and while it runs", async () => {
    await using rig = await openHomeWorld();
    const calls = (path: string): [string, Record<string, string>][] => [
      ["file_read", { path }],
      ["file_write", { path, content: "x" }],
      ["file_edit", { path, old_text: "sk", new_text: "x" }],
      ["file_list", { path }],
      ["file_search", { path, pattern: "sk" }],
      ["shell", { cwd: path, command: "ls" }],
    ];
    // Where case tells names apart this one is only missing; it is refused all the same.
    for (const path of [...hidden, join(rig.workspace, "config/credentials")]) {
      for (const [name, args] of calls(path)) {
        const checked = await toolNamed(name).check(args, rig.context());
        const { success, output } = await rig.call(toolNamed(name), args);
        expect([name, path, checked.valid, success]).toEqual([name, path, false, false]);
        expect([name, path, output.includes(HIDDEN)]).toEqual([name, path, true]);
      }
    }
    expect(readdirSync(join(rig.workspace, "config"))).toEqual(["credentials"]);
    expect(existsSync(join(rig.workspace, "run"))).toBe(false);
  });

  test("are not entered by a list or a search of what is above them", async () => {
    await using rig = await openHomeWorld();
    const searched = await rig.call(toolNamed("file_search"), { pattern: KEY });
    expect(searched.output.split("\n").map((line) => line.split(":")[0])).toEqual([
      "env/manifest.yml",
      "env/objects/helper.md",
      "[2 matches]",
    ]);
    const listed = await rig.call(toolNamed("file_list"), { glob: "**/*", all: true });
    expect(listed.output.split("\n")).toEqual([
      "all/",
      "all/other/",
      "all/other/.state/",
      "config/",
      "env/",
      "env/.state/",
      "env/manifest.yml",
      "env/objects/",
      "env/objects/helper.md",
      "link@",
    ]);
  });

  test("are out of reach too where the workspace itself lies in them", async () => {
    await using rig = await openHomeWorld();
    const context = rig.context({ workspace: join(rig.workspace, "config") });
    const { output } = await toolNamed("file_read").call({ path: "credentials" }, context);
    expect(output).toContain(HIDDEN);
  });

  test("leave a session its own long outputs, and only those", async () => {
    await using rig = await openHomeWorld();
    const outputs = join(rig.workspace, "env/.state/outputs");
    const context = rig.context({ spill_folder: join(outputs, "one") });
    const read = async (path: string) => await toolNamed("file_read").call({ path }, context);
    expect((await read(join(outputs, "one/output_1.txt"))).output).toContain(KEY);
    expect((await read(join(outputs, "two/output_2.txt"))).output).toContain(HIDDEN);
    expect((await read(join(outputs, "one/../two/output_2.txt"))).success).toBe(false);
    const pattern = { pattern: "in", path: `${outputs}/one/` };
    expect((await toolNamed("file_search").call(pattern, context)).output).toContain("[1 match]");
  });
});

describe("an environment's settings and objects in a workspace", () => {
  test("are read by tools and never written", async () => {
    await using rig = await openHomeWorld();
    for (const path of [
      "env/manifest.yml",
      "env/Manifest.yml",
      "env/objects/helper.md",
      "env/objects/new.md",
      "env/tests/x.yml",
      "env/Tests/cassettes/x.YAML",
      "all/other/tests/x.yml",
      "all/other/objects/new.md",
      "all/other/.git/hooks/pre-commit",
      "all/other/.untrusted",
    ]) {
      for (const [name, args] of [
        ["file_write", { path, content: "x" }],
        ["file_edit", { path, old_text: KEY, new_text: "x" }],
      ] as const) {
        const checked = await toolNamed(name).check(args, rig.context());
        expect([name, path, checked]).toEqual([
          name,
          path,
          expect.objectContaining({ valid: false, problem: expect.stringContaining(FIXED) }),
        ]);
        expect((await rig.call(toolNamed(name), args)).success).toBe(false);
      }
    }
    const beside = { path: "env/tests/unit.test.ts", content: "x" };
    expect((await rig.call(toolNamed("file_write"), beside)).success).toBe(true);
    const read = await rig.call(toolNamed("file_read"), { path: "env/objects/helper.md" });
    expect(read.output).toBe(`${KEY} in env/objects/helper.md`);
    expect(readdirSync(join(rig.workspace, "env")).toSorted()).toEqual([
      ".state",
      "manifest.yml",
      "objects",
      "tests",
    ]);
    expect(readFileSync(join(rig.workspace, "env/manifest.yml"), "utf8")).toContain(KEY);
  });
});
