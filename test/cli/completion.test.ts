// Completion: what a line may go on with, told from the table, and what a real bash makes of it.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { want } from "../../src/cli/complete/engine.ts";
import { SHELLS } from "../../src/cli/complete/shells.ts";
import { temporaryHome } from "../support/fake-daemon.ts";
import { cliVariables, runCli } from "../support/run-cli.ts";

const main = resolve(import.meta.dir, "../../src/main.ts");

/** The values after a line whose last word is being typed. */
function valuesAfter(...line: string[]): string[] {
  const wanted = want(line.slice(0, -1), line.at(-1) ?? "");
  return wanted.type === "values" ? wanted.values.map(({ value }) => value) : [wanted.kind];
}

describe("a line may go on with", () => {
  test("commands, and beneath a group its own", () => {
    expect(valuesAfter("ses")).toEqual(["sessions"]);
    expect(valuesAfter("daemon", "st")).toEqual(["start", "stop", "status"]);
    expect(valuesAfter("--env", "prod", "-q", "daemon", "sto")).toEqual(["stop"]);
  });

  test("flags of the command and of every command, each once unless it may be repeated", () => {
    expect(valuesAfter("sessions", "delete", "--y")).toEqual(["--yes"]);
    expect(valuesAfter("sessions", "delete", "--yes", "--y")).toEqual([]);
    expect(valuesAfter("sessions", "delete", "--js")).toEqual(["--json"]);
    expect(valuesAfter("--allow", "shell", "--allo")).toEqual(["--allow"]);
  });

  test("the only values that a flag or a word takes", () => {
    expect(valuesAfter("-o", "stream")).toEqual(["stream-json"]);
    expect(valuesAfter("--output-format=stream")).toEqual(["--output-format=stream-json"]);
    expect(valuesAfter("completion", "")).toEqual([...SHELLS]);
  });

  test("what a flag's hint and a word's name stand for", () => {
    expect(valuesAfter("--model", "")).toEqual(["models"]);
    expect(valuesAfter("-r", "")).toEqual(["sessions"]);
    expect(valuesAfter("-f", "")).toEqual(["files"]);
    expect(valuesAfter("--env", "")).toEqual(["environments"]);
    expect(valuesAfter("sessions", "show", "")).toEqual(["sessions"]);
    expect(valuesAfter("requests", "approve", "")).toEqual(["requests"]);
    expect(valuesAfter("tools", "run", "")).toEqual(["tools"]);
    expect(valuesAfter("config", "explain", "")).toEqual(["settings"]);
  });

  test("the next tool of a list", () => {
    expect(want(["--tools"], "shell,fi")).toEqual({
      type: "kind",
      kind: "tools",
      before: "shell,",
      typed: "fi",
      environment: undefined,
    });
  });

  test("commands and topics after help", () => {
    expect(valuesAfter("help", "st")).toEqual(["status", "stdin"]);
    expect(valuesAfter("help", "sessions", "del")).toEqual(["delete"]);
  });

  test("nothing where words of a prompt stand, or too many words are there", () => {
    expect(valuesAfter("-p", "hi", "ses")).toEqual([]);
    expect(valuesAfter("--", "--mod")).toEqual([]);
    expect(valuesAfter("sessions", "show", "one", "")).toEqual([]);
  });
});

describe("__complete", () => {
  const home = temporaryHome();
  const complete = async (...line: string[]) =>
    await runCli(["__complete", String(line.length - 1), ...line], { home });

  beforeAll(async () => {
    await runCli(["daemon", "start"], { home });
    await runCli(["-p", "of birds and\ttabs"], { home });
  }, 20_000);
  afterAll(async () => {
    await runCli(["daemon", "stop"], { home });
  });

  test("tells a running daemon's sessions by id, with their titles", async () => {
    const { sessions } = JSON.parse(
      (await runCli(["sessions", "list", "--json"], { home })).stdout,
    );
    expect(await complete("sessions", "show", sessions[0].session_id.slice(0, 4))).toEqual({
      code: 0,
      stdout: `${sessions[0].session_id}\tof birds and tabs (assistant)\n:none\n`,
      stderr: "",
    });
  });

  test("tells models, tools, objects and environments", async () => {
    const lines = await Promise.all([
      complete("--model", "offline/"),
      complete("--model", "scripted/"),
      complete("tools", "run", "file_r"),
      complete("objects", "show", "ass"),
      complete("--env", "def"),
    ]);
    expect(
      lines.map(({ stdout }) => stdout.split("\n").map((line) => line.split("\t")[0])),
    ).toEqual([
      ["offline/guide", ":none", ""],
      // Its example is a file that nobody made.
      [":none", ""],
      ["file_read", ":none", ""],
      ["assistant", ":none", ""],
      ["default", ":folders", ""],
    ]);
  });

  test("opens no connection that the journal would speak of", async () => {
    const seq = async () =>
      JSON.parse((await runCli(["daemon", "status", "--json"], { home })).stdout).seq;
    const before = await seq();
    await complete("sessions", "show", "");
    // The two looks themselves attach and leave: each look says as much as the one before.
    const [after, later] = [await seq(), await seq()];
    expect(after - before).toBe(later - after);
  });

  test("offers no name that a shell would run, take for a flag, or take for its own mark", async () => {
    const other = temporaryHome();
    const objects = join(other, "data/environments/default/objects");
    const names = ["$(touch\tgone)", "`id`", "a;b", "a b", "--yes", ":files", "~root", "fine"];
    mkdirSync(objects, { recursive: true });
    for (const name of names) {
      writeFileSync(join(objects, `${name}.md`), "");
      mkdirSync(join(other, "data/environments", name), { recursive: true });
    }
    const ask = (...line: string[]) =>
      runCli(["__complete", String(line.length - 1), ...line], { home: other });
    const [found, environments] = [await ask("objects", "show", ""), await ask("--env", "")];
    expect([found.stdout, environments.stdout]).toEqual([
      "fine\tobject\n:none\n",
      "default\tenvironment\nfine\tenvironment\n:folders\n",
    ]);
  });

  test("waits for no daemon that says nothing", async () => {
    const other = temporaryHome();
    const folder = join(other, "state/run");
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    using _silent = Bun.listen({
      unix: join(folder, "default.sock"),
      socket: { data: () => undefined },
    });
    const ran = await runCli(["__complete", "1", "--model", ""], { home: other });
    expect(ran).toEqual({ code: 0, stdout: ":none\n", stderr: "" });
  });

  test("starts no daemon, makes no file and says nothing where there is none", async () => {
    const empty = temporaryHome();
    const ran = await Promise.all(
      [
        ["sessions", "show", ""],
        ["--model", ""],
        ["--env", "no/such", "-r", ""],
      ].map((line) => runCli(["__complete", String(line.length - 1), ...line], { home: empty })),
    );
    expect(ran).toEqual(ran.map(() => ({ code: 0, stdout: ":none\n", stderr: "" })));
    const files = new Bun.Glob("**").scan({ cwd: empty, onlyFiles: false });
    expect(await Array.fromAsync(files)).toEqual([]);
  });
});

describe("bash", () => {
  /** What bash would offer; the words as bash itself splits them. */
  async function offered(words: string[], directory?: string): Promise<string[]> {
    const home = temporaryHome();
    const folder = join(home, "bin");
    mkdirSync(folder);
    writeFileSync(join(folder, "jamey"), `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`);
    chmodSync(join(folder, "jamey"), 0o755);
    const quoted = words.map((word) => `'${word}'`).join(" ");
    const script = `eval "$(jamey completion bash)"
COMP_WORDS=(jamey ${quoted}); COMP_CWORD=${words.length}
_jamey jamey; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const variables = cliVariables({ home });
    const child = Bun.spawn(["bash", "--norc", "-c", script], {
      env: { ...variables, PATH: `${folder}:${variables.PATH}` },
      cwd: directory ?? home,
      stdin: "ignore",
    });
    return (await child.stdout.text()).split("\n").filter((line) => line !== "");
  }

  test("completes commands, flags and values", async () => {
    expect(await offered(["daemon", "st"])).toEqual(["start", "stop", "status"]);
    expect(await offered(["sessions", "delete", "--y"])).toEqual(["--yes"]);
    expect(await offered(["completion", "po"])).toEqual(["powershell"]);
  });

  test("puts together what it cut at an equals sign, and offers only what follows", async () => {
    expect(await offered(["--output-format", "=", "st"])).toEqual(["stream-json"]);
    expect(await offered(["--output-format", "="])).toContain("json");
  });

  test("falls back to its own file names, quoted where bash does not do it", async () => {
    const folder = temporaryHome();
    writeFileSync(join(folder, "two words.txt"), "");
    writeFileSync(join(folder, "two$(touch gone)"), "");
    mkdirSync(join(folder, "two folders"));
    // Outside of a completion, as here, bash is asked to quote in vain: as one of before 4.0.
    expect((await offered(["-f", "tw"], folder)).toSorted()).toEqual([
      "two\\ folders",
      "two\\ words.txt",
      "two\\$\\(touch\\ gone\\)",
    ]);
    expect(await offered(["--env", "tw"], folder)).toEqual(["two\\ folders"]);
  });
});

describe("jamey completion", () => {
  test("prints a script for each shell, which asks jamey itself", async () => {
    const home = temporaryHome();
    for (const shell of SHELLS) {
      const { code, stdout, stderr } = await runCli(["completion", shell], { home });
      expect([code, stderr, stdout.includes(" __complete ")]).toEqual([0, "", true]);
      const json = await runCli(["completion", shell, "--json"], { home });
      expect(JSON.parse(json.stdout)).toEqual({ shell, script: stdout });
    }
  });

  test("names the shells that there are", async () => {
    const { code, stderr } = await runCli(["completion", "fihs"], { home: temporaryHome() });
    expect([code, stderr]).toEqual([
      2,
      "jamey: jamey completion takes bash, zsh, fish, powershell; not 'fihs'. Did you mean 'fish'?\n",
    ]);
  });
});
