// The file of bound keys as it lies on the disk: read where it is one, and never waited for.
import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MAX_BINDINGS_BYTES } from "../../../src/tui/palette/bindings.ts";
import { readBindingsFile } from "../../../src/tui/run/bindings-file.ts";
import { openKeptFiles } from "../../../src/tui/run/kept-files.ts";

const root = mkdtempSync(join(tmpdir(), "jamey-bindings-"));
afterAll(() => rmSync(root, { recursive: true }));

function folderWith(name: string, put: (path: string) => void): string {
  const folder = mkdtempSync(join(root, "one-"));
  put(join(folder, name));
  return folder;
}
const NO_FILE = {
  bindings: {},
  problems: [{ line: 1, problem: "this is no file: write one, or remove it" }],
};
const pipe = (path: string) => void Bun.spawnSync(["mkfifo", path]);

test("bound keys are read, also through a link; no file has none", async () => {
  const text = "composer:\n  ctrl+t: newline\n";
  const folder = folderWith("bindings.yml", (path) => writeFileSync(path, text));
  const linked = folderWith("bindings.yml", (path) =>
    symlinkSync(join(folder, "bindings.yml"), path),
  );
  const read = { bindings: { composer: { "ctrl+t": "newline" } }, problems: [] };
  expect([
    await readBindingsFile(folder),
    await readBindingsFile(linked),
    await readBindingsFile(root),
  ]).toEqual([read, read, { bindings: {}, problems: [] }]);
});

test("a pipe, a device and a folder in their place are said, and not waited for", async () => {
  const folders = [
    folderWith("bindings.yml", pipe),
    folderWith("bindings.yml", (path) => symlinkSync("/dev/zero", path)),
    folderWith("bindings.yml", (path) => mkdirSync(path)),
  ];
  expect(await Promise.all(folders.map(readBindingsFile))).toEqual([NO_FILE, NO_FILE, NO_FILE]);
});

test("a file that is too long is not read to its end", async () => {
  const folder = folderWith("bindings.yml", (path) =>
    writeFileSync(path, "x".repeat(MAX_BINDINGS_BYTES * 3)),
  );
  expect((await readBindingsFile(folder)).problems).toEqual([
    { line: 1, problem: "the file is larger than 65536 bytes" },
  ]);
});

test("what was kept is not waited for either, where it is no file", async () => {
  const folder = folderWith("history.json", pipe);
  for (const name of ["drafts.json", "pins.json"]) pipe(join(folder, name));
  const kept = await openKeptFiles(folder);
  expect([kept.history, kept.pins, kept.draftOf(null)]).toEqual([[], [], ""]);
});
