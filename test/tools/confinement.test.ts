// No path leads outside, through no tool: names, links, races. And the resolver is the only way to
// files.
import { describe, expect, test } from "bun:test";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Tool } from "../../src/core/tool.ts";
import { builtInTools } from "../../src/tools/index.ts";
import { openToolWorld, type ToolWorld } from "../support/tool-world.ts";

const SECRET = "the secret of this machine";

/** Every tool that takes a path, with harmless other arguments. */
const withPath: [string, (path: string) => Record<string, string>][] = [
  ["shell", (cwd) => ({ cwd, command: "cat secret.txt; cat escaped/secret.txt" })],
  ["file_read", (path) => ({ path })],
  ["file_write", (path) => ({ path, content: "written by a tool" })],
  ["file_edit", (path) => ({ path, old_text: "secret", new_text: "written by a tool" })],
  ["file_list", (path) => ({ path })],
  ["file_search", (path) => ({ path, pattern: "secret" })],
];

function toolNamed(name: string): Tool {
  return builtInTools().find((tool) => tool.name === name) ?? expect.unreachable();
}

/** A workspace with every kind of way out, and beside it what must not be reached. */
async function hostile(rig: ToolWorld): Promise<string[]> {
  const { folder, workspace } = rig;
  const [outside, twin] = [join(folder, "outside"), `${workspace}-twin`];
  for (const secret of [outside, twin]) {
    await mkdir(secret);
    await writeFile(join(secret, "secret.txt"), SECRET);
  }
  await writeFile(join(folder, "secret.txt"), SECRET);
  await mkdir(join(workspace, "inner"));
  const links: [string, string][] = [
    [outside, "absolute"],
    ["../outside", "relative"],
    ["..", "up"],
    ["../outside/secret.txt", "file"],
    ["../outside/missing.txt", "dangling"],
    ["../../outside", "inner/deep"],
    ["chain-2", "chain-1"],
    ["absolute", "chain-2"],
    ["loop", "loop"],
    ["/proc/self/root", "root"],
    ["/proc/self/cwd", "cwd"],
    ["/dev/fd", "fds"],
    ["inner/../../outside", "winding"],
  ];
  for (const [target, name] of links) await symlink(target, join(workspace, name));
  const fromRoot = join(folder, "outside/secret.txt").slice(1);
  return [
    "..",
    "../secret.txt",
    "../outside/secret.txt",
    "inner/../../secret.txt",
    "./inner/.././../secret.txt",
    "missing/../../secret.txt",
    "../workspace-twin/secret.txt",
    `${twin}/secret.txt`,
    `${workspace}/../secret.txt`,
    `${workspace}-twin`,
    join(outside, "secret.txt"),
    "/",
    "/etc/passwd",
    `//${join(outside, "secret.txt")}`,
    "absolute/secret.txt",
    "absolute/missing/new.txt",
    "absolute",
    "relative/secret.txt",
    "relative/new.txt",
    "up/secret.txt",
    "up/outside/new.txt",
    "file",
    "dangling",
    "inner/deep/secret.txt",
    "inner/deep/new.txt",
    "chain-1/secret.txt",
    "chain-2/new.txt",
    "winding/secret.txt",
    "loop",
    "loop/x",
    `root/${fromRoot}`,
    "cwd/package.json",
    "fds/0",
    `/proc/self/root/${fromRoot}`,
    "/proc/self/environ",
    "/dev/fd/0",
    "/dev/stdin",
    "inner\0/../../secret.txt",
    "../secret.txt\0.md",
    `${"a".repeat(300)}/x`,
    `${"a/".repeat(3000)}x`,
    `${"../".repeat(200)}etc/passwd`,
    `${"inner/../".repeat(100)}../secret.txt`,
  ];
}

describe("a path through every tool", () => {
  test("J145, J146: .., absolute paths, twins and links that lead outside are refused by name", async () => {
    await using rig = await openToolWorld();
    const paths = await hostile(rig);
    for (const path of paths) {
      for (const [name, argsFor] of withPath) {
        const tool = toolNamed(name);
        const args = argsFor(path);
        const checked = await tool.check(args, rig.context());
        expect([name, path, checked.valid]).toEqual([name, path, false]);
        const called = await rig.call(tool, args);
        expect([name, path, called.success]).toEqual([name, path, false]);
        expect(called.output).not.toContain(SECRET);
        expect(called.output).not.toContain("root:x:");
        expect(called.output).toContain(`The workspace is ${rig.workspace}`);
        expect(called.output).toContain(JSON.stringify(path.slice(0, 200)));
      }
    }
    expect(await readFile(join(rig.folder, "secret.txt"), "utf8")).toBe(SECRET);
    expect(await readdir(join(rig.folder, "outside"))).toEqual(["secret.txt"]);
    expect(await readFile(join(rig.folder, "outside/secret.txt"), "utf8")).toBe(SECRET);
    expect((await readdir(rig.folder)).toSorted()).toEqual([
      "outputs",
      "outside",
      "secret.txt",
      "workspace",
      "workspace-twin",
    ]);
  });

  test("a search or list of the whole workspace does not follow the links in it", async () => {
    await using rig = await openToolWorld();
    await hostile(rig);
    await writeFile(join(rig.workspace, "inner/own.txt"), "no secret here");
    const searched = await rig.call(toolNamed("file_search"), { pattern: "secret" });
    expect(searched.output).toBe("inner/own.txt:1:no secret here\n[1 match]");
    const listed = await rig.call(toolNamed("file_list"), { glob: "**/*.txt" });
    expect(listed.output).toBe("inner/own.txt");
  });

  test("random paths of hostile parts never reach outside", async () => {
    await using rig = await openToolWorld();
    await hostile(rig);
    const parts = [
      "..",
      ".",
      "",
      "inner",
      "absolute",
      "up",
      "winding",
      "chain-1",
      "root",
      "deep",
      "secret.txt",
      "outside",
      "workspace",
      "new",
      "fds",
      "0",
    ];
    let seed = 12345;
    const random = (below: number) => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return Math.floor((seed / 2147483648) * below);
    };
    const { files } = rig.world;
    for (let round = 0; round < 5000; round += 1) {
      const path = Array.from({ length: 1 + random(6) }, () => parts[random(parts.length)]).join(
        "/",
      );
      const place = {
        root: rig.workspace,
        path: random(4) === 0 ? `${rig.workspace}/${path}` : path,
      };
      const resolved = await files.resolve(place, "write");
      if (resolved.ok) expect(resolved.value.path).not.toMatch(/^\/|(^|\/)\.\.(\/|$)/);
      if (round % 10 > 0) continue;
      await files.write(place, new TextEncoder().encode("x"));
      const opened = await files.open(place);
      if (!opened.ok) continue;
      for await (const chunk of opened.value.chunks()) {
        expect(Buffer.from(chunk).toString()).not.toContain(SECRET);
      }
      opened.value.close();
    }
    expect(await readdir(join(rig.folder, "outside"))).toEqual(["secret.txt"]);
    expect((await readdir(rig.folder)).length).toBe(5);
  }, 20_000);
});

describe("a race", () => {
  test("a folder that is swapped for a link thousands of times never lets a write or a read outside", async () => {
    await using rig = await openToolWorld();
    const outside = join(rig.folder, "outside");
    await mkdir(outside);
    await writeFile(join(outside, "file.txt"), SECRET);
    await mkdir(join(rig.workspace, "door"));
    await symlink(outside, join(rig.workspace, "trap"));
    const swaps = 20_000;
    const script = `
      const { renameSync } = require("node:fs");
      let junk = 0;
      // The tool may make a new door while there is none: that one goes to the junk.
      const move = (from, to) => {
        for (;;) {
          try { return renameSync(from, to); }
          catch { renameSync(to, "junk" + junk++); }
        }
      };
      for (let count = 0; count < ${swaps}; count += 1) {
        move("door", "aside"); move("trap", "door");
        move("door", "trap"); move("aside", "door");
      }`;
    const racer = Bun.spawn([process.execPath, "-e", script], { cwd: rig.workspace });
    let isOver = false;
    void racer.exited.then(() => {
      isOver = true;
    });
    const [write, read] = [toolNamed("file_write"), toolNamed("file_read")];
    const outcomes = { written: 0, refused: 0 };
    while (!isOver) {
      const content = "written by a tool";
      const written = await rig.call(write, { path: "door/file.txt", content });
      const made = await rig.call(write, { path: "door/new/deep/file.txt", content });
      const seen = await rig.call(read, { path: "door/file.txt" });
      expect(seen.output).not.toContain(SECRET);
      outcomes[written.success ? "written" : "refused"] += 1;
      outcomes[made.success ? "written" : "refused"] += 1;
    }
    expect(await racer.exited).toBe(0);
    expect(await readdir(outside)).toEqual(["file.txt"]);
    expect(await readFile(join(outside, "file.txt"), "utf8")).toBe(SECRET);
    // Both happened, so that the race was one.
    expect(outcomes.written).toBeGreaterThan(0);
    expect(outcomes.refused).toBeGreaterThan(0);
  }, 60_000);
});

describe("the sources of the tools", () => {
  test("reach files, processes and the network through the world only", async () => {
    const folder = join(import.meta.dir, "../../src/tools");
    const names = (await readdir(folder, { recursive: true })).filter((name) =>
      name.endsWith(".ts"),
    );
    expect(names.length).toBeGreaterThan(10);
    // The one package that speaks with servers itself: its wires are given to it, and it is heavy.
    // What belongs to a call follows it through async_hooks, which reach nothing.
    const ways =
      /from "(node:(?!async_hooks")|bun)|import\((?!"@modelcontextprotocol\/client")|\bBun\.(file|write|spawn|spawnSync|connect|listen|serve|openInEditor|\$)|\bfetch\(|\bprocess\.(?!es\b)|\brequire\(|\bWebSocket\b/;
    for (const name of names) {
      const found = ways.exec(await readFile(join(folder, name), "utf8"))?.[0];
      expect([name, found]).toEqual([name, undefined]);
    }
  });
});
