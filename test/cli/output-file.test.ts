// The file of -O by itself: links, rights, pipes, what is refused, and that nothing is left beside it.
import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  closeSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openOutputFile } from "../../src/cli/one-shot/output-file.ts";

const root = mkdtempSync(join(tmpdir(), "jamey-output-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let folder = root;
beforeEach(() => {
  folder = mkdtempSync(join(root, "one-"));
});
const at = (name: string) => join(folder, name);
const read = (name: string) => readFileSync(at(name), "utf8");
const commit = async (name: string, text = "new") =>
  await openOutputFile(name, folder).commit(text);

describe("a link", () => {
  test("stays, and the file that it leads to is replaced", async () => {
    mkdirSync(at("far"));
    writeFileSync(at("far/real"), "old");
    symlinkSync("far/real", at("second"));
    symlinkSync("second", at("first"));
    await commit("first");
    expect([readlinkSync(at("first")), readlinkSync(at("second")), read("far/real")]).toEqual([
      "second",
      "far/real",
      "new",
    ]);
  });

  test("that leads to nothing yet makes that file", async () => {
    symlinkSync("real", at("link"));
    await commit("link");
    expect([lstatSync(at("link")).isSymbolicLink(), read("real")]).toEqual([true, "new"]);
  });

  test("in a circle is refused", () => {
    symlinkSync("b", at("a"));
    symlinkSync("a", at("b"));
    expect(() => openOutputFile("a", folder)).toThrow(
      "Cannot write a: its links lead in a circle.",
    );
  });

  test("to an open file goes on behind what is there, in the same file", async () => {
    const file = openSync(at("open"), "w");
    try {
      writeFileSync(file, "before,");
      symlinkSync(`/dev/fd/${file}`, at("like-stdout"));
      const { ino } = statSync(at("open"));
      await commit("like-stdout");
      expect([read("open"), statSync(at("open")).ino, readdirSync(folder).sort()]).toEqual([
        "before,new",
        ino,
        ["like-stdout", "open"],
      ]);
    } finally {
      closeSync(file);
    }
  });
});

describe("a named pipe", () => {
  test("is written to and stays one", async () => {
    Bun.spawnSync(["mkfifo", at("pipe")]);
    const long = "x".repeat(300_000);
    const reader = Bun.spawn(["cat", at("pipe")], { stdout: "pipe" });
    const [read] = await Promise.all([reader.stdout.text(), commit("pipe", long)]);
    expect([read === long, statSync(at("pipe")).isFIFO()]).toEqual([true, true]);
  });
});

describe("a file", () => {
  test("keeps its rights, also those that a new one would not get", async () => {
    writeFileSync(at("open"), "old");
    chmodSync(at("open"), 0o666);
    await commit("open");
    expect([read("open"), statSync(at("open")).mode & 0o777]).toEqual(["new", 0o666]);
  });

  test("that nobody may write is refused, before anything is spent", () => {
    writeFileSync(at("fixed"), "old");
    chmodSync(at("fixed"), 0o444);
    expect(() => openOutputFile("fixed", folder)).toThrow("Cannot write fixed: ");
    expect(read("fixed")).toBe("old");
  });

  test("is not touched, and nothing lies beside it, until the text is there", () => {
    openOutputFile("later", folder);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("that cannot take its place leaves nothing behind", async () => {
    const file = openOutputFile("taken", folder);
    mkdirSync(at("taken"));
    await expect(file.commit("new")).rejects.toThrow("Cannot write taken: ");
    expect(readdirSync(folder)).toEqual(["taken"]);
  });
});
