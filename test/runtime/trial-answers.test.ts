// Tests of an environment whose agents ask humans: what the file answers, and what it leaves unanswered.
import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compare } from "../../src/runtime/trials/compare.ts";
import { playTrial } from "../../src/runtime/trials/play.ts";
import { readTrial } from "../../src/runtime/trials/trial-file.ts";

const folder = mkdtempSync(join(tmpdir(), "trial-answers-"));
mkdirSync(join(folder, "objects"));
writeFileSync(join(folder, "manifest.yml"), "name: asking\n");
const lead = "---\nname: assistant\ncapabilities: [ask_human, file_write]\n---\nYou lead.\n";
writeFileSync(join(folder, "objects/assistant.md"), lead);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Asks where to, and writes there. */
const asking = `
message: Write it.
script:
  - tool_calls: [{ name: ask_human, args: { question: Which folder? } }]
  - tool_calls: [{ name: file_write, args: { path: a.txt, content: x } }]
  - text: Done.
`;

async function played(more: string) {
  const file = join(folder, "one.yml");
  writeFileSync(file, `${asking}${more}`);
  const trial = readTrial(file);
  const result = await playTrial({ trial, folder, signal: new AbortController().signal });
  const { run, calls } = result;
  const outcomes = calls.map(({ tool, outcome }) => `${tool} ${outcome}`);
  return { status: run.status, outcomes, problems: compare(trial.expect, result) };
}

test("a cassette lies in the folder of its test or below, where no agent writes", () => {
  const file = join(folder, "tests/taped.yml");
  mkdirSync(join(folder, "tests"), { recursive: true });
  for (const cassette of ["../said.yml", "/tmp/said.yml", "said.txt"]) {
    writeFileSync(file, `message: Go.\ncassette: ${cassette}\nallow: [shell]\n`);
    expect(() => readTrial(file)).toThrow("in the folder of the test, or below");
  }
  writeFileSync(join(folder, "tests/said.yml"), "- { text: Done. }\n");
  writeFileSync(file, "message: Go.\ncassette: said.yml\n");
  expect(readTrial(file).script.text).toContain("Done.");
});

describe("answers: in a test", () => {
  test("are given in their order: text to a question, a yes to a call", async () => {
    const answers =
      "answers: [{ question: folder, answer: src }, { question: file_write, approve: true }]\n";
    expect(await played(answers)).toEqual({
      status: "completed",
      outcomes: ["ask_human completed", "file_write completed"],
      problems: [],
    });
  });

  test("may be a no, which the agent is told", async () => {
    const answers =
      "answers: [{ question: folder, answer: src }, { question: file_write, deny: not now }]\n";
    expect(await played(answers)).toEqual({
      status: "completed",
      outcomes: ["ask_human completed", "file_write denied"],
      problems: [],
    });
  });

  test("that nobody wrote fail the test as well, for a question; an approval is denied", async () => {
    expect(await played("")).toEqual({
      status: "completed",
      outcomes: ["ask_human denied", "file_write denied"],
      problems: ["answers: no answer:\n+ asked:    Which folder?"],
    });
  });

  test("that are missing fail the test, with the question", async () => {
    const { status, problems } = await played("answers: []\n");
    expect(status).toBe("cancelled");
    expect(problems[0]).toContain(
      "answers: no answer:\n+ asked:    assistant (question): Which folder?",
    );
  });

  test("for another question, or of another kind, are not given", async () => {
    for (const answers of [
      "{ question: Which file, answer: src }",
      "{ question: folder, deny: true }",
    ]) {
      const { status, problems } = await played(`answers: [${answers}]\n`);
      expect(status).toBe("cancelled");
      expect(problems[0]).toStartWith(
        "answers: another question than the next answer is for:\n- expected: ",
      );
    }
  });

  test("that nobody asked for fail it too", async () => {
    const answers = `answers:
  - { question: folder, answer: src }
  - { question: file_write, approve: session }
  - { question: why, answer: because }
`;
    expect(await played(answers)).toMatchObject({
      status: "completed",
      problems: ['answers: never asked: "why"'],
    });
  });

  test("say one thing each", () => {
    const file = join(folder, "two.yml");
    writeFileSync(file, `${asking}answers:\n  - { question: a, answer: b, approve: true }\n`);
    expect(() => readTrial(file)).toThrow(
      "two.yml:7: answers.0: has one of answer, approve and deny",
    );
  });
});
