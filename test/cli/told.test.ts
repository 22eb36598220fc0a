// What is said where silence would mislead: a guide that answered, names that are taken, options that a restart
// drops, settings that do not hold yet; and what becomes of a stdin that others read too.
import { afterAll, describe, expect, test } from "bun:test";
import { temporaryHome } from "../support/fake-daemon.ts";
import { runCli, runShell } from "../support/run-cli.ts";

const home = temporaryHome();
afterAll(async () => {
  await runCli(["daemon", "stop"], { home });
});

describe("stdin that is a file", () => {
  test("is read from where it stands, not from its beginning", async () => {
    const script = `printf 'first\\n/say second\\n' > list; { read -r line; jamey -q --model offline/guide; } < list`;
    const { code, stdout } = await runShell(script, { home, directory: temporaryHome() });
    expect([code, stdout]).toEqual([0, "second\n"]);
  });

  test("is left alone with -n, so that a loop goes on", async () => {
    const script = `printf 'a\\nb\\n' > list; while read -r line; do jamey -n --model offline/guide -p "/say $line"; done < list`;
    const { code, stdout } = await runShell(script, { home, directory: temporaryHome() });
    expect([code, stdout]).toEqual([0, "a\nb\n"]);
  });
});

describe("the offline guide that nobody chose", () => {
  test("is said to have answered also with -q, and in JSON", async () => {
    const { code, stdout, stderr } = await runCli(["run", "-q", "hello", "--json"], { home });
    const { status, is_offline, warnings } = JSON.parse(stdout);
    const warning =
      "no model is connected, the offline guide answered; `jamey models` says what is missing.";
    expect([code, status, is_offline, warnings, stderr]).toEqual([
      0,
      "ok",
      true,
      [warning],
      `jamey: warning: ${warning}\n`,
    ]);
  });
});

describe("names of sessions", () => {
  test("are given once, and an import numbers one that is taken", async () => {
    const options = { home, directory: temporaryHome() };
    const made = JSON.parse(
      (await runCli(["sessions", "new", "--name", "solo", "--json"], options)).stdout,
    );
    const again = await runCli(["sessions", "new", "--name", "solo"], options);
    expect([again.code, again.stderr]).toEqual([
      75,
      `jamey: There is a session 'solo' already: ${made.session.session_id}. Go on with it (-r), or give another name.\n`,
    ]);
    await runCli(["sessions", "export", "solo", "-O", "solo.json"], options);
    const copy = await runCli(["sessions", "import", "solo.json", "--json"], options);
    expect(JSON.parse(copy.stdout).session.name).toBe("solo (2)");
  });
});

describe("-c", () => {
  test("passes by a chat that was left without a word, and takes one word as a prompt", async () => {
    const options = {
      home,
      directory: temporaryHome(),
      variables: { JAMEY_MODEL: "offline/guide" },
    };
    const first = JSON.parse((await runCli(["run", "hello", "--json"], options)).stdout);
    await runCli(["chat"], options);
    const second = JSON.parse((await runCli(["-c", "continue", "--json"], options)).stdout);
    expect(second.session_id).toBe(first.session_id);
  });
});

describe("a restart", () => {
  test("says which options of the start before it drops", async () => {
    const other = temporaryHome();
    await runCli(["daemon", "start", "--http", "0", "--log-level", "warn"], { home: other });
    const { code, stderr } = await runCli(["daemon", "restart", "--http", "0"], { home: other });
    await runCli(["daemon", "stop"], { home: other });
    expect([code, stderr]).toEqual([
      0,
      "jamey: warning: the daemon was started with log_level, which this restart does not say and so drops. Give every option again to keep it.\n",
    ]);
  });
});

describe("settings that changed while the daemon runs", () => {
  test("are told apart from those in force, by explain, show and doctor", async () => {
    const other = temporaryHome();
    await runCli(["daemon", "start"], { home: other });
    await runCli(["config", "set", "--manifest", "limits.max_iterations", "7"], { home: other });
    const said = "the running daemon has limits.max_iterations";
    for (const words of [
      ["config", "explain", "limits.max_iterations"],
      ["config", "show"],
    ]) {
      expect((await runCli(words, { home: other })).stderr).toContain(said);
    }
    const doctor = await runCli(["doctor", "-q"], { home: other });
    await runCli(["daemon", "stop"], { home: other });
    expect(doctor.stdout).toContain(
      "the running daemon was started with another limits.max_iterations",
    );
    expect(doctor.stdout).not.toContain("ok    ");
  });
});

describe("events", () => {
  test("are refused by plain words where there are none of that kind, or not yet", async () => {
    const said = async (...words: string[]) => {
      const { code, stderr } = await runCli(["events", ...words], { home });
      return [code, stderr.replace(/event is \d+/, "event is N")];
    };
    expect([await said("--since", "999999"), await said("--type", "TurnComplete")]).toEqual([
      [2, "jamey: --since 999999: the newest event is N.\n"],
      [2, "jamey: There is no event type 'TurnComplete'. Did you mean 'TurnCompleted'?\n"],
    ]);
    expect((await runCli(["events", "--since", "5s"], { home })).code).toBe(0);
  });
});

describe("settings", () => {
  test("that are shown beside a file that is wrong are said not to be all in force", async () => {
    const other = temporaryHome();
    await Bun.write(`${other}/config/daemon.yml`, "log_level: loud\n");
    const { code, stderr } = await runCli(["config", "show"], { home: other });
    expect([code, stderr.split("\n")[0]]).toEqual([
      78,
      "jamey: not all of this is in force: what follows leaves out a file that is wrong (see below).",
    ]);
  });

  test("take no model that is none", async () => {
    const { code, stderr } = await runCli(["config", "set", "model", "nonsense"], { home });
    expect([code, stderr]).toEqual([
      2,
      "jamey: 'nonsense' names no model: write vendor/model. 'jamey models' shows them.\n",
    ]);
  });
});

describe("completion", () => {
  test("offers names of sessions, types of events and ways to ask", async () => {
    await runCli(["sessions", "new", "--name", "solstice"], { home });
    const offered = async (...words: string[]) => {
      const asked = ["__complete", String(words.length - 1), ...words];
      const { stdout } = await runCli(asked, { home });
      return stdout.split("\n").map((line) => line.split("\t")[0]);
    };
    expect([
      await offered("-r", "sols"),
      await offered("events", "--type", "TurnComp"),
      await offered("--on-ask", ""),
    ]).toEqual([
      ["solstice", ":none", ""],
      ["TurnCompleted", ":none", ""],
      ["deny", "fail", "queue", ":none", ""],
    ]);
  });
});
