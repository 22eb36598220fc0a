// The examples of README.md, as they stand there, by the compiled binary in a fresh home and a git repository:
// without a model, without a network.
import { expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Home, openHome } from "../support/home.ts";

setDefaultTimeout(120_000);

const readme = readFileSync(join(import.meta.dir, "../../README.md"), "utf8");
const [, section = ""] = /\n## Examples\n([\s\S]*?)\n## /.exec(readme) ?? [];
const [, block = ""] = /```sh\n([\s\S]*?)```/.exec(section) ?? [];

/** One for each example: the lines between two empty ones. */
const examples = block.split("\n\n");

/** What each example says in the end. */
const ends = ["not accepted", "Yes, while it is small", "The report is reports/latest.md."];

const bash = (home: Home, script: string) =>
  home.run([`jamey() { "${home.binary}" "$@"; }\n${script}`], { program: ["bash", "-c"] });

async function makeRepository(home: Home): Promise<void> {
  writeFileSync(join(home.workspace, "a.txt"), "one\n");
  const made = await bash(
    home,
    "git init -q . && git add . && git -c user.name=a -c user.email=a@b.c commit -qm one",
  );
  expect(made).toEqual({ code: 0, stdout: "", stderr: "" });
  writeFileSync(join(home.workspace, "a.txt"), "two\n");
}

test("each example of the README runs as it stands there, offline", async () => {
  await using home = await openHome();
  await makeRepository(home);
  expect(examples.length).toBe(ends.length);
  for (const [index, example] of examples.entries()) {
    const { code, stdout, stderr } = await bash(home, example);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) });
    expect(stdout).toContain(ends[index] ?? "");
    // Who plays from a script says so.
    expect(stdout).toContain("no model has read anything");
  }
  const report = join(home.folder, "jamey/data/environments/nights/reports/latest.md");
  expect(readFileSync(report, "utf8")).toContain("before Thursday (inbox/welcome.txt)");
  for (const name of ["reviews", "lab", "nights"]) {
    const tested = await home.run(["test", "--env", name]);
    expect([tested.code, tested.stdout]).toEqual([0, "1 passed, 0 failed\n"]);
    expect((await home.run(["daemon", "stop", "--env", name])).code).toBe(0);
  }
});

test("the commands that the README names for agents that work by themselves are there", async () => {
  await using home = await openHome();
  await home.run(["env", "create", "reviews", "--template", "review-team"]);
  const inReviews = ["--env", "reviews"];
  const model = ["--model", "scripted/tests/cassettes/demo.yml"];
  const commands = [
    ["workflows", "list"],
    ["workflows", "validate"],
    ["workflows", "show", "review-diff", "--mermaid"],
    ["workflows", "run", "review-diff", "the last commit", ...model],
    ["sessions", "new", "--workflow", "review-diff", "--name", "reviews"],
    ["-r", "reviews", "the last commit", ...model],
    ["sessions", "data", "reviews"],
    ["inbox"],
    ["requests", "list"],
    ["rules", "list"],
    ["schedules", "list"],
    ["replay", "reviews"],
    ["record", "-O", "review.yml", "review the last commit", ...model],
    ["--model", "scripted/review.yml", "review the last commit"],
  ];
  for (const command of commands) {
    const { code, stderr } = await home.run([...command, ...inReviews]);
    expect({ command, code, stderr }).toEqual({ command, code: 0, stderr: expect.any(String) });
  }
  expect((await home.run(["daemon", "stop", ...inReviews])).code).toBe(0);
});
