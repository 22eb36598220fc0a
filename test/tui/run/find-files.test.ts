// Files that are offered behind an at sign: what git would see, what can be written, and nobody waits for them.
import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathsAt } from "../../../src/cli/one-shot/expand-at.ts";
import { mentionOf } from "../../../src/tui/composer/index.ts";
import { bestPaths, createFileFinder } from "../../../src/tui/run/find-files.ts";

const root = mkdtempSync(join(tmpdir(), "jamey-files-"));
afterAll(() => rmSync(root, { recursive: true }));

async function folderOf(paths: readonly (string | Buffer)[]): Promise<string> {
  const folder = mkdtempSync(join(root, "one-"));
  for (const path of paths) {
    if (typeof path === "string") await Bun.write(join(folder, path), "");
    else writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), path]), "");
  }
  return folder;
}

describe("files for completion", () => {
  test("are those that git would see, the best first", async () => {
    const folder = await folderOf([
      ...["src/main.ts", "src/deep/remain.md", "dist/main.js", ".git/main", "main.md"],
    ]);
    await Bun.write(join(folder, ".gitignore"), "dist/\n");
    const finder = createFileFinder(folder);
    expect(await finder.find("main")).toEqual(["main.md", "src/main.ts", "src/deep/remain.md"]);
  });

  test("fit by letters in order, too", () => {
    expect(bestPaths(["src/main.ts", "test/a.ts", "README.md"], "smt")).toEqual(["src/main.ts"]);
  });

  test("are the same whether their name is typed at once or letter by letter, or taken back", async () => {
    const names = Array.from({ length: 1_200 }, (_none, index) => `File-${index}/${index % 7}.ts`);
    const folder = await folderOf(names);
    const finder = createFileFinder(folder);
    const queries = ["", "F", "Fi", "Fi1", "Fi19", "Fi1", "9.", "-9/2"];
    for (const query of queries) expect(await finder.find(query)).toEqual(bestPaths(names, query));
  });

  test("are those alone whose name, as it is written behind the sign, names them again", async () => {
    const written = [
      ...["a b.md", "what?", "c).", "日本 é.txt", "x'y", "❤\ufe0f.png", "@home", "(d", "e\u0301"],
      "in a folder/f!",
    ];
    const folder = await folderOf([
      ...written,
      ...[
        'quote"q.txt',
        "esc\u001b[31m.txt",
        "gpj.\u202etxt",
        "zero\u200bwidth",
        "new\nline",
        "tab\tb",
      ],
      ...['say "so"/file', "soft\u00adhyphen"],
      Buffer.from([0x62, 0x61, 0x64, 0xff, 0xfe]),
    ]);
    const found = await createFileFinder(folder).find("");
    expect(found.toSorted()).toEqual(written.toSorted());
    expect(found.map((name) => pathsAt(`see ${mentionOf(name)} please`))).toEqual(
      found.map((name) => [name]),
    );
  });

  test("are so many at most of a folder that has more, and others have their turn meanwhile", async () => {
    const folder = mkdtempSync(join(root, "many-"));
    mkdirSync(join(folder, "b"));
    for (let index = 0; index < 21_000; index += 1) writeFileSync(join(folder, `f${index}`), "");
    const finder = createFileFinder(folder);
    await finder.find("f");
    let turns = 0;
    let isOver = false;
    const count = () => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    const found = await finder.find("f1");
    isOver = true;
    expect([found.length, turns > 10]).toEqual([50, true]);
  });

  test("are not waited for where the rules of git are a pipe", async () => {
    const folder = await folderOf(["a.ts"]);
    Bun.spawnSync(["mkfifo", join(folder, ".gitignore")]);
    expect(await createFileFinder(folder).find("a")).toEqual(["a.ts"]);
  });
});
