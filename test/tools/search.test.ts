// Finding lines in files, and never holding up the daemon while doing it.
import { describe, expect, test } from "bun:test";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileSearchTool } from "../../src/tools/file-search.ts";
import { openToolWorld } from "../support/tool-world.ts";

const search = fileSearchTool();

describe("file_search", () => {
  test("gives path, line and text of each match in the order of paths", async () => {
    await using rig = await openToolWorld();
    await mkdir(join(rig.workspace, "src"));
    await mkdir(join(rig.workspace, "node_modules"));
    await writeFile(join(rig.workspace, "src/a.ts"), "one\r\nTWO two\nthree\ntwo");
    await writeFile(join(rig.workspace, "b.md"), "two (and) more");
    await writeFile(join(rig.workspace, "node_modules/c.ts"), "two");
    await writeFile(join(rig.workspace, "d.bin"), "two\0");
    const found = async (args: Record<string, string | boolean | number>) => {
      const called = await rig.call(search, args);
      expect(called.success).toBe(true);
      return called.output;
    };
    expect(await found({ pattern: "\\btwo\\b" })).toBe(
      "b.md:1:two (and) more\nsrc/a.ts:2:TWO two\nsrc/a.ts:4:two\n[3 matches; 1 binary file left out]",
    );
    expect(await found({ pattern: "^two$", ignore_case: true, glob: "*.ts" })).toBe(
      "src/a.ts:4:two\n[1 match]",
    );
    expect(await found({ pattern: "e$", path: "src" })).toBe(
      "src/a.ts:1:one\nsrc/a.ts:3:three\n[2 matches]",
    );
    expect(await found({ pattern: "(and)", literal: true, path: "b.md" })).toBe(
      "b.md:1:two (and) more\n[1 match]",
    );
    expect(await found({ pattern: "two", limit: 1 })).toBe(
      "b.md:1:two (and) more\n[1 match; there are more; 1 binary file left out]",
    );
    expect(await found({ pattern: "none" })).toBe("[0 matches; 1 binary file left out]");
  });

  test("shows of a long line the part around the match", async () => {
    await using rig = await openToolWorld();
    await writeFile(
      join(rig.workspace, "min.js"),
      `${"x".repeat(50_000)}needle${"y".repeat(10_000)}\n${"z".repeat(70_000)}needle`,
    );
    const { output } = await rig.call(search, { pattern: "needle" });
    expect(output).toMatch(
      /^min\.js:1:…x+needley+…\n\[1 match; 1 long line searched only to character 65,536\]$/,
    );
    expect(output.length).toBeLessThan(900);
  });

  test("says what is wrong with a pattern or a glob", async () => {
    await using rig = await openToolWorld();
    const pattern = await rig.call(search, { pattern: "(a" });
    expect([pattern.success, pattern.output]).toEqual([
      false,
      "pattern: a ')' is missing (at character 3)",
    ]);
    const glob = await rig.call(search, { pattern: "a", glob: "[" });
    expect([glob.success, glob.output]).toEqual([false, "glob: \"[\": a ']' is missing"]);
  });

  test("a hostile pattern on a hostile line leaves the event loop its turns", async () => {
    await using rig = await openToolWorld();
    await writeFile(join(rig.workspace, "evil"), `${"a".repeat(60_000)}!`);
    // A clock on which everything takes long, so that no real one decides the test.
    let clock = 0;
    const monotonicMs = () => {
      clock += 10;
      return clock;
    };
    const world = { ...rig.world, monotonicMs };
    for (const pattern of ["(a+)+$", "(.*a){90}b", "((a?){20}(aa?){20}){8}b"]) {
      let turns = 0;
      let isOver = false;
      const count = () => {
        turns += 1;
        if (!isOver) setImmediate(count);
      };
      setImmediate(count);
      const called = await rig.call(search, { pattern }, { world });
      isOver = true;
      expect([pattern, called.output]).toEqual([pattern, "[0 matches]"]);
      // One for each slice of 512 characters.
      expect(turns).toBeGreaterThan(100);
    }
  });

  test("a search that is cancelled stops at its next slice", async () => {
    await using rig = await openToolWorld();
    await writeFile(join(rig.workspace, "evil"), `${"a".repeat(60_000)}!\n`.repeat(100));
    const abort = new AbortController();
    let clock = 0;
    const monotonicMs = () => {
      clock += 10;
      if (clock === 1000) abort.abort();
      return clock;
    };
    const world = { ...rig.world, monotonicMs };
    const called = await rig.call(search, { pattern: "(a+)+$" }, { world, signal: abort.signal });
    expect([called.success, called.outcome]).toEqual([false, "cancelled"]);
    expect(clock).toBeLessThan(1100);
  });
});
