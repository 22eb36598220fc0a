// A test's file that is wrong: every key that there is not is named with its line and the nearest that there is.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf } from "../../src/protocol/errors.ts";
import { readTrial } from "../../src/runtime/trials/trial-file.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "jamey-trial-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

test("all misspelt keys are told at once", () => {
  const file = join(folder, "a.yml");
  writeFileSync(file, "mesage: hi\nscrpt: []\nexpect:\n  anwser: {contains: x}\n");
  let told = "";
  try {
    readTrial(file);
  } catch (thrown) {
    told = messageOf(thrown);
  }
  expect(told.replaceAll(`${folder}/`, "").split("\n").toSorted()).toEqual([
    "a.yml:1: message: is missing",
    "a.yml:1: unknown key 'mesage'; did you mean 'message'?",
    "a.yml:2: unknown key 'scrpt'; did you mean 'script'?",
    "a.yml:4: expect: unknown key 'anwser'; did you mean 'answer'?",
  ]);
});
