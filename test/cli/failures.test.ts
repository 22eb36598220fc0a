// What goes wrong outside of the agent: outputs that take nothing, files that fail at the end, daemons and
// inputs that never come. Each is one line, one document and one exit code.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryHome } from "../support/fake-daemon.ts";
import { runCli, runShell, spawnCli } from "../support/run-cli.ts";

const home = temporaryHome();
const folder = join(home, "work");
const script = join(home, "answers.yml");
const variables = { JAMEY_MODEL: `scripted/${script}` };

beforeAll(() => {
  mkdirSync(folder);
  writeFileSync(
    script,
    JSON.stringify([
      { when: "remove", tool_calls: [{ name: "shell", args: { command: "rm -r gone" } }] },
      { when: "remove", text: "Removed." },
      { when: "control", text: "a\u009b31mb\u007f" },
      { when: "hang", text: "half", fault: "hang" },
      { text: "Fine.", repeat: true },
    ]),
  );
});

afterAll(async () => {
  await runCli(["daemon", "stop"], { home });
  rmSync(home, { recursive: true, force: true });
});

const run = (...args: string[]) => runCli(args, { home, directory: folder, variables });
const shell = (line: string) => runShell(line, { home, directory: folder, variables });
const documents = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("a file of -O that fails when the answer is there", () => {
  for (const format of ["json", "stream-json"]) {
    test(`is the error of the one result of ${format}`, async () => {
      mkdirSync(join(folder, "gone"), { recursive: true });
      const ran = await run(
        ...["-n", "-p", "remove it", "-o", format, "-O", "gone/answer.md"],
        ...["--permission-mode", "auto"],
      );
      const results = documents(ran.stdout).filter(({ type }) => type !== undefined);
      const last = results.at(-1);
      expect(results.filter(({ type }) => type === "result" || type === "error")).toHaveLength(1);
      expect([ran.code, last.exit_code, last.status, last.text, last.error.code]).toEqual([
        1,
        1,
        "failed",
        "Removed.",
        "storage_failed",
      ]);
      expect(ran.stderr).toBe("jamey: Cannot write gone/answer.md: its folder does not exist.\n");
    });
  }

  test("does not take the answer from stdout", async () => {
    mkdirSync(join(folder, "gone"), { recursive: true });
    const ran = await run(
      ...["-n", "-p", "remove it", "-O", "gone/answer.md", "--permission-mode", "auto"],
    );
    expect([ran.code, ran.stdout]).toEqual([1, "Removed.\n"]);
  });

  test("is refused where stdout is written to it", async () => {
    const ran = await shell("jamey -n -p hi -O same.txt > same.txt; echo $?");
    expect([ran.stdout, ran.stderr, readFileSync(join(folder, "same.txt"), "utf8")]).toEqual([
      "2\n",
      "jamey: -O takes a file, and same.txt is what stdout is written to.\n",
      "",
    ]);
  });
});

describe("an output that takes nothing", () => {
  test("is one line on stderr and exit code 1, for whatever was to be written", async () => {
    for (const line of ["--version", "--json --bogus", "sessions list --json", "-n -p hi"]) {
      const ran = await shell(`jamey ${line} > /dev/full; echo $?`);
      const isUsage = line.includes("--bogus");
      expect([line, ran.stdout, ran.stderr.match(/\n/g)?.length]).toEqual([
        line,
        isUsage ? "2\n" : "1\n",
        1,
      ]);
      expect(ran.stderr).toStartWith("jamey: ");
    }
  });

  test("as stderr changes nothing about an answer", async () => {
    const ran = await shell("jamey -n -v -p hi 2> /dev/full; echo $?");
    expect(ran.stdout).toBe("Fine.\n0\n");
  });
});

describe("an error as JSON", () => {
  test("has the same shape wherever JSON was asked for, and only there", async () => {
    const asked = ["--json", "-o json", "-ojson", "--output-format=stream-json", "-qo json"];
    for (const flags of asked) {
      const ran = await shell(`jamey ${flags} --bogus x`);
      expect([flags, ran.code, documents(ran.stdout)]).toEqual([
        flags,
        2,
        [
          {
            type: "error",
            error: {
              code: "invalid_request",
              message: "Unknown option --bogus. See 'jamey --help'.",
              retryable: false,
              details: {},
            },
            exit_code: 2,
          },
        ],
      ]);
    }
    for (const flags of ["--bogus -- --json", "-p=--json --bogus", "-o text --bogus"]) {
      const ran = await shell(`jamey ${flags}`);
      expect([flags, ran.code, ran.stdout]).toEqual([flags, 2, ""]);
    }
  });
});

test("JSON escapes what a terminal would obey, and means the same, wherever it is printed", async () => {
  const ran = await run("-n", "-p", "control", "-o", "json");
  const { text, session_id } = JSON.parse(ran.stdout);
  expect(text).toBe("a\u009b31mb\u007f");
  const others = await Promise.all([
    run("sessions", "export", session_id),
    run("sessions", "show", session_id, "--json"),
    run("events", "--session", session_id, "--json"),
  ]);
  for (const { stdout } of [ran, ...others]) {
    expect([stdout.includes("a\\u009b31mb\\u007f"), /[\u007f-\u009f]/.test(stdout)]).toEqual([
      true,
      false,
    ]);
  }
});

describe("--timeout", () => {
  test("holds while input is waited for", async () => {
    Bun.spawnSync(["mkfifo", join(folder, "silent")]);
    const ran = await shell("jamey -n -p hi -f silent --timeout 300ms -o json; echo $?");
    const [result, code] = ran.stdout.split("\n");
    expect([JSON.parse(result ?? "").error.message, code]).toEqual([
      "No answer within 300ms (--timeout).",
      "124",
    ]);
  });

  test("holds while the daemon is waited for", async () => {
    expect((await run("-n", "-p", "hi")).code).toBe(0);
    const state = JSON.parse((await run("daemon", "status", "--json")).stdout);
    process.kill(state.pid, "SIGSTOP");
    try {
      const ran = await run("-n", "-p", "hi", "--timeout", "500ms");
      expect([ran.code, ran.stderr]).toEqual([124, "jamey: No answer within 500ms (--timeout).\n"]);
    } finally {
      process.kill(state.pid, "SIGCONT");
    }
  });
});

test("one Ctrl-C ends a run with its result, also where the daemon says nothing any more", async () => {
  const { pid } = JSON.parse((await run("daemon", "status", "--json")).stdout);
  const child = spawnCli(["-n", "-v", "-p", "hang", "-o", "json"], {
    home,
    directory: folder,
    variables,
  });
  const stderr = child.stderr.getReader();
  const decoder = new TextDecoder();
  for (let said = ""; !said.includes("session "); ) {
    const { value } = await stderr.read();
    said += decoder.decode(value, { stream: true });
  }
  process.kill(pid, "SIGSTOP");
  try {
    child.kill("SIGINT");
    const { status, exit_code } = JSON.parse(await child.stdout.text());
    await child.exited;
    expect([status, exit_code, child.signalCode]).toEqual(["interrupted", 130, "SIGINT"]);
  } finally {
    process.kill(pid, "SIGCONT");
  }
});

describe("flags that do not fit together", () => {
  const rows: [string, string][] = [
    ["--partial", "--partial needs -o stream-json."],
    ["--raw -o json", "--raw is for an answer that is text: it does not fit -o json."],
    ["--stream --json", "--stream is for an answer that is text: it does not fit --json."],
    ["--dry-run -O x", "-O is about an answer, and --dry-run gets none."],
    ["--dry-run -x", "-x is about an answer, and --dry-run gets none."],
    ["-x -X", "-x prints the first code block, -X all of them: give one of the two."],
    ["--mime image/png", "--mime needs an -a."],
    ["--fork", "--fork needs the session that is copied: -c, or -r."],
    ["-c --name x", "--name is for a new session, and -c and -r name one that is there."],
  ];
  for (const [flags, words] of rows) {
    test(`${flags} is refused`, async () => {
      const ran = await shell(`jamey -n -p hi ${flags}`);
      expect([ran.code, ran.stderr]).toEqual([2, `jamey: ${words}\n`]);
      expect(readdirSync(folder).includes("x")).toBe(false);
    });
  }
});
