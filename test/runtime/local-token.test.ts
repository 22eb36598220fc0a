// The token file: ours alone, made anew, gone at the end; what else lies in its place is left alone.
import { afterAll, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createToken, writeToken } from "../../src/runtime/local-token.ts";

const folder = mkdtempSync(join(tmpdir(), "jamey-token-"));
const place = (name: string) => join(folder, `${name}.token`);
const refused = (file: string): string => {
  try {
    writeToken(file, "new");
    return "written";
  } catch (thrown) {
    return thrown instanceof Error && "code" in thrown ? String(thrown.code) : "?";
  }
};

afterAll(() => rmSync(folder, { recursive: true }));

test("A token has 256 bits, and no two are the same", () => {
  const tokens = Array.from({ length: 100 }, createToken);
  expect(tokens.map((token) => Buffer.from(token, "base64url").length)).toEqual(
    tokens.map(() => 32),
  );
  expect(new Set(tokens).size).toBe(100);
});

test("Its file is the user's alone whatever the mask is, and gone at the end", () => {
  const mask = process.umask(0);
  const remove = writeToken(place("own"), "text");
  process.umask(mask);
  expect(statSync(place("own")).mode & 0o777).toBe(0o600);
  expect(readFileSync(place("own"), "utf8")).toBe("text\n");
  remove();
  expect(existsSync(place("own"))).toBe(false);
});

test("What a killed daemon left is replaced", () => {
  writeFileSync(place("old"), "old", { mode: 0o644 });
  const remove = writeToken(place("old"), "new");
  expect(readFileSync(place("old"), "utf8")).toBe("new\n");
  expect(statSync(place("old")).mode & 0o777).toBe(0o600);
  remove();
});

test("A link or a folder in its place is refused and left alone", () => {
  writeFileSync(place("precious"), "precious");
  symlinkSync(place("precious"), place("link"));
  mkdirSync(place("folder"));
  expect([refused(place("link")), refused(place("folder"))]).toEqual([
    "config_invalid",
    "config_invalid",
  ]);
  expect(readFileSync(place("precious"), "utf8")).toBe("precious");
});

test("The next daemon's token is left alone at the end", () => {
  const remove = writeToken(place("next"), "first");
  rmSync(place("next"));
  writeFileSync(place("other"), "keeps the first file's place on the disk");
  writeToken(place("next"), "second");
  remove();
  expect(existsSync(place("next"))).toBe(true);
});
