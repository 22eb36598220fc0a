// What the command line says without a daemon: help, versions, and why there is none.
import { describe, expect, test } from "bun:test";
import { temporaryHome } from "../support/fake-daemon.ts";
import { runCli } from "../support/run-cli.ts";

describe("a daemon that cannot be had", () => {
  test("is an error with what to do, when it may not be started", async () => {
    const home = temporaryHome();
    const ran = await runCli(["a b"], { home, variables: { JAMEY_AUTO_START: "false" } });
    expect(ran).toEqual({
      code: 69,
      stdout: "",
      stderr: `jamey: No daemon runs for environment 'default' (${home}/state/run/default.sock). Start it with 'jamey daemon start'.\n`,
    });
  });

  test("is named, when its environment does not exist, and nothing is made", async () => {
    const home = temporaryHome();
    const ran = await runCli(["--env", "nope", "sessions", "list"], { home });
    expect(ran.code).toBe(2);
    expect(ran.stderr).toStartWith(
      "jamey: There is no environment 'nope' (known: none but 'default' yet).",
    );
    expect(await Array.fromAsync(new Bun.Glob("**").scan({ cwd: home, onlyFiles: false }))).toEqual(
      [],
    );
  });
});

describe("help", () => {
  test("shows examples first and every command with its line, without colours in a pipe", async () => {
    const { code, stdout } = await runCli(["--help"], { home: temporaryHome() });
    expect([code, stdout.startsWith("EXAMPLES\n"), stdout.includes("\u001b")]).toEqual([
      0,
      true,
      false,
    ]);
    for (const text of [
      "Start interactive chat session",
      "Create a new session",
      "List available tools",
      "Get session status",
    ]) {
      expect(stdout).toContain(text);
    }
  });

  test("of a command shows its flags, wherever --help stands", async () => {
    const home = temporaryHome();
    const [before, after] = await Promise.all([
      runCli(["--help", "sessions", "delete"], { home }),
      runCli(["sessions", "delete", "-h"], { home }),
    ]);
    expect(before.stdout).toContain("-y, --yes");
    expect(after).toEqual(before);
  });

  test("knows the version", async () => {
    const home = temporaryHome();
    const texts = await Promise.all(
      [["--version"], ["version"]].map((args) => runCli(args, { home })),
    );
    expect(texts.map(({ stdout }) => stdout)).toEqual(["0.1.0\n", "0.1.0\n"]);
  });
});
