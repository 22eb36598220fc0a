// Workflows that are chosen for a session and for a call, and what a session shares, by the real daemon.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryHome } from "../support/fake-daemon.ts";
import { runCli } from "../support/run-cli.ts";

const home = realpathSync(temporaryHome());
const TIMEOUT_MS = 60_000;
const run = (...args: string[]) =>
  runCli(args, { home, variables: { JAMEY_MODEL: "offline/guide" } });

const greet = `
description: Greets
parameters: {word: Hello}
nodes: [{id: hail, object: assistant, prompt: "/say {{word}}, {{message}}!"}]
`;

const workflows = join(home, "data/environments/default/workflows");

beforeAll(async () => {
  await run("sessions", "new", "--session-id", "shared-one");
  mkdirSync(workflows, { recursive: true });
  writeFileSync(join(workflows, "greet.yml"), greet);
  const plan = { key: "plan", short_description: "what to do", value: { steps: [1, 2] } };
  const note = { key: "note", short_description: "", value: "as it is" };
  for (const entry of [plan, note]) {
    const call = `/store_data ${JSON.stringify(entry)}`;
    await run("run", "-q", "--allow", "store_data", "-r", "shared-one", call);
  }
}, TIMEOUT_MS);

afterAll(async () => {
  await runCli(["daemon", "stop"], { home });
}, TIMEOUT_MS);

describe("--workflow", () => {
  test(
    "on a call lets the workflow answer, with its parameters",
    async () => {
      const done = await run("run", "-q", "--workflow", "greet", "-P", "word=Hi", "Ann");
      expect({ ...done, stderr: "" }).toEqual({ code: 0, stdout: "Hi, Ann!\n", stderr: "" });
    },
    TIMEOUT_MS,
  );

  test(
    "on a new session makes each of its messages a run",
    async () => {
      const given = ["--workflow", "greet", "-P", "word=Salve", "--session-id", "runs-of-greet"];
      expect((await run("sessions", "new", ...given)).stdout).toBe(
        "Created session: runs-of-greet\n",
      );
      for (const name of ["Ann", "Bob"]) {
        const { stdout } = await run("run", "-q", "-r", "runs-of-greet", name);
        expect(stdout).toBe(`Salve, ${name}!\n`);
      }
    },
    TIMEOUT_MS,
  );

  test(
    "names those that there are, where there is none of the name, and of modes too",
    async () => {
      const none = "There is no workflow 'nope'. There are: greet.";
      for (const args of [
        ["sessions", "new", "--workflow", "nope"],
        ["run", "--workflow", "nope", "Ann"],
      ]) {
        const { code, stdout, stderr } = await run(...args);
        expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
        expect(stderr).toContain(none);
      }
      const { code, stderr } = await run("sessions", "new", "--mode", "chaos");
      expect(code).toBe(2);
      expect(stderr).toContain("single, sequential, parallel, debate, review, workflow");
    },
    TIMEOUT_MS,
  );

  test(
    "does not fit what a workflow has of its own",
    async () => {
      const { code, stderr } = await run(
        "run",
        "--workflow",
        "greet",
        "--object",
        "assistant",
        "x",
      );
      expect(code).toBe(2);
      expect(stderr).toContain("leave --object away");
    },
    TIMEOUT_MS,
  );
});

describe("jamey sessions data", () => {
  test(
    "lists what is shared, and gives one value as it is or as JSON",
    async () => {
      expect((await run("sessions", "data", "shared-one")).stdout).toBe(
        'note              "as it is"       assistant\n' +
          'plan  what to do  {"steps":[1,2]}  assistant\n',
      );
      expect((await run("sessions", "data", "shared-one", "note")).stdout).toBe("as it is\n");
      const { stdout } = await run("sessions", "data", "shared-one", "plan");
      expect(JSON.parse(stdout)).toEqual({ steps: [1, 2] });
      const all = JSON.parse((await run("sessions", "data", "shared-one", "--json")).stdout);
      expect(all).toMatchObject({
        root_session_id: "shared-one",
        data: [{ key: "note" }, { key: "plan", po_name: "assistant" }],
      });
    },
    TIMEOUT_MS,
  );

  test(
    "says what there is where a key is not",
    async () => {
      const { code, stderr } = await run("sessions", "data", "shared-one", "plans");
      expect(code).toBe(1);
      expect(stderr).toContain("shares nothing under 'plans'. There is: note, plan.");
    },
    TIMEOUT_MS,
  );
});

test(
  "a workflow is checked by its name, as by its file",
  async () => {
    const named = await run("workflows", "validate", "greet");
    expect([named.code, named.stderr]).toEqual([0, "greet: nothing wrong.\n"]);
    const none = await run("workflows", "validate", "nosuch");
    expect([none.code, none.stderr]).toEqual([
      66,
      "jamey: There is no file nosuch here, and no workflow of this name. There are: greet.\n",
    ]);
  },
  TIMEOUT_MS,
);

test(
  "a fork is refused at once for a model that does not exist, and not for one without a key",
  async () => {
    const forked = await run("sessions", "fork", "shared-one", "--model", "nosuch");
    expect([forked.code, forked.stdout]).toEqual([78, ""]);
    expect(forked.stderr).toContain("'nosuch' names no model");
    const later = await run("sessions", "fork", "shared-one", "--model", "openai/gpt-5");
    expect(later.code).toBe(0);
  },
  TIMEOUT_MS,
);

test(
  "a recording replaces a file that is there only when it is told to",
  async () => {
    const file = join(home, "recorded.yml");
    writeFileSync(file, "mine");
    const refused = await run("record", "-q", "-O", file, "--", "/say hi");
    expect([refused.code, refused.stderr]).toEqual([
      1,
      `jamey: ${file} is there already: name another one with -O, or replace it with --force.\n`,
    ]);
    expect((await run("record", "-q", "--force", "-O", file, "--", "/say hi")).code).toBe(0);
    expect(readFileSync(file, "utf8")).not.toBe("mine");
  },
  TIMEOUT_MS,
);
