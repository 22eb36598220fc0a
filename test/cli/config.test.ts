// `jamey config` and `jamey doctor` as people run them: no daemon is started, and a wrong file stops neither.
import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { runCli } from "../support/run-cli.ts";
import { openUpkeepHome } from "../support/upkeep-home.ts";

describe("jamey config", () => {
  test("shows the documents' defaults on a fresh install, and starts nothing", async () => {
    using home = openUpkeepHome();
    const ran = await runCli(["config", "show"], home);
    const lines = ran.stdout.split("\n").map((line) => line.split(/\s+/));
    expect(lines).toContainEqual(["limits.max_tool_iterations", "10", "default"]);
    expect(lines).toContainEqual(["limits.max_iterations", "5", "default"]);
    expect(lines).toContainEqual(["limits.enable_self_correction", "true", "default"]);
    expect(lines).toContainEqual(["limits.reasoning_depth", "2", "default"]);
    expect([ran.code, existsSync(home.state)]).toEqual([0, false]);
  });

  test("shows what it can of files that are wrong, names them, and exits with 78", async () => {
    using home = openUpkeepHome();
    home.write(home.daemonFile, "idle_timeout: 5\n");
    home.write(home.manifest, "model: [a\n");
    const ran = await runCli(["config", "show"], home);
    expect(ran.code).toBe(78);
    expect(ran.stdout).toMatch(
      new RegExp(`^idle_timeout +5 +${home.daemonFile}:1 \\(default 3600\\)$`, "m"),
    );
    expect(ran.stderr).toContain(`jamey: ${home.manifest}:1: `);
  });

  test("explains one key, and suggests the one that was meant", async () => {
    using home = openUpkeepHome();
    const variables = { JAMEY_LIMITS_MAX_COST_USD: "2" };
    const ran = await runCli(["config", "explain", "limits.max_cost_usd"], { ...home, variables });
    expect([ran.code, ran.stderr]).toEqual([0, ""]);
    expect(ran.stdout).toMatch(/^value +2\nfrom +JAMEY_LIMITS_MAX_COST_USD\ndefault +null$/m);
    const wrong = await runCli(["config", "explain", "limits.max_iteration"], home);
    expect([wrong.code, wrong.stdout]).toEqual([1, ""]);
    expect(wrong.stderr).toContain("Did you mean limits.max_iterations?");
  });

  test("sets a key, says where, and says when something weightier covers it", async () => {
    using home = openUpkeepHome();
    const plain = await runCli(["config", "set", "idle_timeout", "7"], home);
    expect(plain).toEqual({
      code: 0,
      stdout: `${home.daemonFile}: idle_timeout is 7\n`,
      stderr: "",
    });
    const variables = { JAMEY_IDLE_TIMEOUT: "9" };
    const covered = await runCli(["config", "set", "idle_timeout", "8"], { ...home, variables });
    expect(covered.stderr).toBe("In force is 9, from JAMEY_IDLE_TIMEOUT\n");
    const json = await runCli(["config", "set", "--json", "idle_timeout", "6"], home);
    expect(JSON.parse(json.stdout)).toEqual({
      file: home.daemonFile,
      key: "idle_timeout",
      before: 8,
      after: 6,
      restart_needed: false,
    });
  });

  test("says where everything lies", async () => {
    using home = openUpkeepHome();
    const { stdout } = await runCli(["config", "path", "--json"], home);
    const { places } = JSON.parse(stdout);
    expect(places).toContainEqual({ name: "settings", path: home.daemonFile, exists: false });
    expect(places).toContainEqual({ name: "manifest", path: home.manifest, exists: false });
  });
});

test("a home that is no folder is named, whatever is asked", async () => {
  using home = openUpkeepHome();
  for (const command of [["sessions", "list"], ["config", "show"], ["serve"]]) {
    const ran = await runCli(command, { ...home, variables: { JAMEY_HOME: "/dev/null" } });
    expect(ran).toEqual({
      code: 78,
      stdout: "",
      stderr: "jamey: JAMEY_HOME must be a folder, and /dev/null is none.\n",
    });
  }
});

describe("jamey doctor", () => {
  test("exits with 0 where nothing is broken, and names each finding", async () => {
    using home = openUpkeepHome();
    const ran = await runCli(["doctor"], home);
    expect([ran.code, ran.stderr]).toEqual([0, ""]);
    expect(ran.stdout).toMatch(/^ok {6}daemon: does not run; the next client starts it$/m);
    expect(ran.stdout).toMatch(/^ok {6}terminal: stdout is no terminal/m);
    expect(existsSync(home.state)).toBe(false);
  });

  test("exits with 1 where something is broken, says what to do, and the same in JSON", async () => {
    using home = openUpkeepHome();
    home.write(home.manifest, "limits: {max_iterations: many}\n");
    home.write(join(home.objects, "a.md"), "no front matter\n");
    const ran = await runCli(["doctor"], home);
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain(`BROKEN  settings: ${home.manifest}:1: limits.max_iterations: `);
    expect(ran.stdout).toMatch(/2 broken, \d weak\.\n$/);
    const json = await runCli(["doctor", "--json"], home);
    const { findings, broken } = JSON.parse(json.stdout);
    expect([json.code, broken]).toEqual([1, 2]);
    expect(findings[0]).toMatchObject({ name: "settings", level: "broken" });
  });

  test("and config show print no escape of a file's key", async () => {
    using home = openUpkeepHome();
    home.write(home.manifest, '"\\x1b]0;owned\\x07": 1\n');
    for (const command of [["doctor"], ["config", "show"]]) {
      const ran = await runCli(command, home);
      const shown = `${ran.stdout}${ran.stderr}`;
      expect(shown).toContain("<U+001B>]0;owned<U+0007>");
      expect([shown.includes("\u001b"), shown.includes("\u0007")]).toEqual([false, false]);
    }
  });

  test("rebuilds nothing where there is no journal", async () => {
    using home = openUpkeepHome();
    const ran = await runCli(["doctor", "--rebuild"], home);
    expect([ran.code, ran.stdout]).toEqual([1, ""]);
    expect(ran.stderr).toContain("There is no journal yet");
  });
});
