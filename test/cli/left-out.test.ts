// What -f takes of a folder or a pattern, and that nothing else is left out in silence.
import { afterEach, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readInputFiles } from "../../src/cli/one-shot/files.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "jamey-left-"));
  folders.push(folder);
  mkdirSync(join(folder, "dist"));
  mkdirSync(join(folder, ".git"));
  const files: Record<string, string | Uint8Array> = {
    ".gitignore": "dist/\n*.log\n",
    "a.txt": "a",
    "b.log": "b",
    "dist/c.txt": "c",
    "latin.txt": new Uint8Array([0x63, 0x61, 0x66, 0xe9]),
    "picture.bin": new Uint8Array([1, 0, 2]),
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  symlinkSync("a.txt", join(folder, "link.txt"));
  return folder;
}

async function read(...files: string[]) {
  const { parts, leftOut } = await readInputFiles({ files, attached: [], mime: undefined });
  return { texts: parts.map(({ text }) => text), leftOut };
}

test("a folder says how much of it is left out, and why", async () => {
  expect(await read(makeFolder())).toEqual({
    texts: ["a"],
    leftOut:
      "6 entries of -f left out (hidden 1, ignored 2, link 1, not UTF-8 1, binary 1). Name one by itself to add it.",
  });
});

test("a pattern takes what it names although git ignores it, and with ** leaves it out", async () => {
  const folder = makeFolder();
  expect(await read(`${folder}/*.log`)).toEqual({ texts: ["b"], leftOut: undefined });
  expect(await read(`${folder}/dist/*`)).toEqual({ texts: ["c"], leftOut: undefined });
  expect(await read(`${folder}/**/[ab].*`)).toEqual({
    texts: ["a"],
    leftOut: "1 entry of -f left out (ignored 1). Name one by itself to add it.",
  });
});

test("a file that is named and holds a NUL byte is refused as no text", async () => {
  const file = join(makeFolder(), "picture.bin");
  await expect(read(file)).rejects.toThrow(`${file} is no text: it holds a NUL byte.`);
});

test("a folder inside that may not be read is left out, and said", async () => {
  const folder = makeFolder();
  const closed = join(folder, "closed");
  mkdirSync(closed);
  chmodSync(closed, 0);
  const { leftOut } = await read(folder);
  chmodSync(closed, 0o700);
  // Root reads everything.
  const isRoot = process.getuid?.() === 0;
  expect(leftOut?.includes("unreadable 1")).toBe(!isRoot);
});
