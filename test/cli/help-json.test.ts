// Every command of the table takes --help and --json, and with --json stdout is JSON, whatever becomes of it.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { allCommands } from "../../src/cli/help/usage.ts";
import { temporaryHome } from "../support/fake-daemon.ts";
import { type Ran, runCli } from "../support/run-cli.ts";

const commands = allCommands()
  .filter(({ row }) => !row.rows)
  .map(({ path }) => path.join(" "));
const home = temporaryHome();
const object = "---\nname: assistant\n---\nYou are brief.\n";
const silent = { JAMEY_AUTO_START: "false" };

/** What a command needs to do its work in a home with one session. `undefined`: it cannot be shown to succeed here. */
const wordsOf: Record<string, readonly string[] | undefined> = {
  // Without an end of its own, or by design without JSON.
  serve: undefined,
  tui: undefined,
  attach: undefined,
  chat: undefined,
  // Nobody asks anything here.
  "requests show": undefined,
  "requests answer": undefined,
  "requests approve": undefined,
  "requests deny": undefined,
  // No answer gave a rule, and nothing wakes anybody.
  "rules remove": undefined,
  // No turn was stopped.
  "sessions resume-queue": undefined,
  "connectors stop": undefined,
  "schedules pause": undefined,
  "schedules resume": undefined,
  "schedules run": undefined,
  "keys revoke": undefined,
  run: ["hello there"],
  record: ["-O", join(home, "recorded.yml"), "hello there"],
  test: [join(home, "test.yml")],
  replay: ["one"],
  init: ["--vendor", "offline", "--yes"],
  completion: ["fish"],
  "objects show": ["assistant"],
  "objects new": ["drafted"],
  "objects edit": ["assistant", "--file", join(home, "object.md")],
  "objects rename": ["drafted", "renamed"],
  "objects delete": ["renamed", "--yes"],
  "objects history": ["assistant"],
  "objects diff": ["assistant"],
  "objects revert": ["assistant", new Bun.CryptoHasher("sha256").update(object).digest("hex")],
  "env create": ["made"],
  "env clone": ["made", "copied"],
  "env rename": ["copied", "moved"],
  "env archive": ["moved"],
  "env restore": ["moved"],
  "env delete": ["moved", "--yes"],
  "env import": ["default.tar.gz", "--name", "theirs"],
  "workflows show": ["flow"],
  "workflows run": ["flow", "hello there"],
  "tools new": ["greeting"],
  "tools run": ["file_list", "path=."],
  "keys create": ["phone"],
  "config explain": ["model"],
  "config set": ["log_level", "info"],
  "config unset": ["idle_timeout"],
  "mcp add": ["far", "--server-url", "http://127.0.0.1:1/mcp"],
  "mcp approve": undefined,
  "mcp login": undefined,
  "mcp remove": ["far"],
  "tools show": ["greet"],
  "tools approve": ["greet", "--yes"],
  "tools revoke": ["greet"],
  "tools check": ["data/environments/default/tools"],
  "sessions show": ["one"],
  "sessions data": ["one"],
  "sessions search": ["hello"],
  "sessions rename": ["one", "one"],
  "sessions fork": ["one"],
  "sessions export": ["one"],
  "sessions import": ["one.json", "--name", "two"],
  "sessions delete": ["one", "--yes"],
  "sessions prune": ["--older-than", "90d", "--yes"],
  status: ["one"],
};

/** They say why in the result of a run. */
const isShot = (name: string): boolean => ["run", "record", "workflows run"].includes(name);

/** One document, or one on each line. */
function readJson({ stdout }: Ran): unknown[] {
  try {
    return [JSON.parse(stdout)];
  } catch {
    return stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
  }
}

const failure = (exit_code: number | null) => ({
  type: "error",
  error: {
    code: expect.any(String),
    message: expect.any(String),
    retryable: expect.any(Boolean),
    details: expect.any(Object),
  },
  exit_code,
});

beforeAll(async () => {
  await runCli(["daemon", "start"], { home });
  await runCli(["create-session", "--name", "one"], { home });
  writeFileSync(join(home, "object.md"), object);
  writeFileSync(join(home, "test.yml"), "message: Hi.\nscript: [{ text: Hello. }]\n");
  const workflows = join(home, "data/environments/default/workflows");
  mkdirSync(workflows, { recursive: true });
  writeFileSync(join(workflows, "flow.yml"), "nodes: [{ id: only, object: assistant }]\n");
  const tools = join(home, "data/environments/default/tools");
  mkdirSync(tools, { recursive: true });
  const greet = "description: Greets.\ncommand: [echo, hello]\nexamples: [{ contains: hello }]\n";
  writeFileSync(join(tools, "greet.yml"), greet);
  const document = await runCli(["sessions", "export", "one"], { home });
  writeFileSync(join(home, "one.json"), document.stdout);
}, 20_000);
afterAll(async () => {
  await runCli(["daemon", "stop"], { home });
});

/** What ends the session or the daemon comes last. */
const ends = ["sessions delete", "init", "daemon stop", "daemon restart", "daemon start"];
const inOrder = [...commands.filter((name) => !ends.includes(name)), ...ends];

describe("every command", () => {
  test.each(commands)("%s has a page of help, as text and as JSON", async (name) => {
    const empty = temporaryHome();
    const [text, json] = await Promise.all([
      runCli([...name.split(" "), "--help"], { home: empty }),
      runCli([...name.split(" "), "--help", "--json"], { home: empty }),
    ]);
    expect([text.code, text.stderr, json.code]).toEqual([0, "", 0]);
    expect(text.stdout).toContain("EXAMPLES\n");
    expect(JSON.parse(json.stdout).command).toBe(name === "help" ? "jamey" : `jamey ${name}`);
  });

  test.each(commands)("%s fails with one JSON object that says why", async (name) => {
    const ran = await runCli([...name.split(" "), "--json", "--no-such-flag"], { home });
    expect(ran.code).toBe(2);
    expect(readJson(ran)).toEqual([failure(2)]);
    expect(ran.stderr).toContain("Unknown option --no-such-flag.");
  });

  test.each(commands.filter((name) => name !== "serve" && name !== "doctor"))(
    "%s fails in JSON, or needs none, where no daemon may be started",
    async (name) => {
      const args = [...name.split(" "), ...(wordsOf[name] ?? []), "--json"];
      const own = temporaryHome();
      const ran = await runCli(args, { home: own, variables: silent });
      // Who asks for a daemon outright gets one.
      if (name.startsWith("daemon ")) await runCli(["daemon", "stop"], { home: own });
      const [first] = readJson(ran);
      if (ran.code === 0 || name === "daemon status") expect(first).toBeObject();
      else if (!isShot(name)) expect(first).toEqual(failure(ran.code));
    },
    20_000,
  );

  test.each(inOrder.filter((name) => !(name in wordsOf) || wordsOf[name] !== undefined))(
    "%s succeeds in JSON",
    async (name) => {
      const ran = await runCli([...name.split(" "), ...(wordsOf[name] ?? []), "--json"], { home });
      expect([ran.code, ran.stderr.includes("jamey: error")]).toEqual([0, false]);
      for (const value of readJson(ran)) expect(value).toBeObject();
    },
    20_000,
  );
});
