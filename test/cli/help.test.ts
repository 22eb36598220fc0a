// What the command line says without a daemon: help, versions, and why there is none.
import { describe, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { examples } from "../../src/cli/help/examples.ts";
import { groupFlags } from "../../src/cli/help/flag-groups.ts";
import { entryLines, wrap } from "../../src/cli/help/layout.ts";
import { topics } from "../../src/cli/help/topics/index.ts";
import { modes } from "../../src/cli/help/topics/modes.ts";
import { EXAMPLE, scripts } from "../../src/cli/help/topics/scripts.ts";
import { allCommands } from "../../src/cli/help/usage.ts";
import { globalFlags, oneShotFlags } from "../../src/cli/table/flags.ts";
import { errorCodes } from "../../src/protocol/errors.ts";
import { playScript } from "../../src/providers/scripted.ts";
import { objectKeys, parseObject } from "../../src/runtime/environment/object-file.ts";
import { message, request } from "../providers/support.ts";
import { temporaryHome } from "../support/fake-daemon.ts";
import { openTerminal, runCli } from "../support/run-cli.ts";

const commands = allCommands().map(({ path }) => path.join(" "));

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
    expect(ran.code).toBe(1);
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
    const lines = stdout.split("\n").map((line) => line.trim().replace(/ {2,}/, "  "));
    for (const { path, row } of allCommands().filter((one) => one.path.length === 1)) {
      expect(lines).toContain(`${path[0]}  ${row.description}`);
    }
    // The documents' own words.
    for (const text of [
      "chat  Start interactive chat session",
      "create-session  Create a new session",
      "list-tools  List available tools",
      "status  Get session status",
    ]) {
      expect(lines).toContain(text);
    }
  });

  test("names every flag of a prompt and of every command, and every topic, on its first page", async () => {
    const { stdout } = await runCli(["help"], { home: temporaryHome() });
    for (const name of [...Object.keys(oneShotFlags), ...Object.keys(globalFlags)]) {
      expect(stdout).toContain(`--${name}`);
    }
    for (const topic of Object.keys(topics)) expect(stdout).toContain(topic);
  });

  test("of a command shows its flags, wherever --help stands", async () => {
    const home = temporaryHome();
    const [before, after, asked] = await Promise.all([
      runCli(["--help", "sessions", "delete"], { home }),
      runCli(["sessions", "delete", "-h"], { home }),
      runCli(["help", "sessions", "delete"], { home }),
    ]);
    expect(before.stdout).toContain("-y, --yes");
    expect([after, asked]).toEqual([before, before]);
  });

  test("has examples for every command, and none for what is no command", () => {
    expect(commands.filter((name) => examples[name] === undefined)).toEqual([]);
    expect(Object.keys(examples).filter((name) => name !== "" && !commands.includes(name))).toEqual(
      [],
    );
  });

  test("has its examples before its options", async () => {
    const { stdout } = await runCli(["run", "--help"], { home: temporaryHome() });
    const titles = stdout.split("\n").filter((line) => /^[A-Z][A-Z: ]+$/.test(line));
    expect(titles).toEqual([
      "EXAMPLES",
      "USAGE",
      ...groupFlags(oneShotFlags).map(([title]) => `OPTIONS: ${title.toUpperCase()}`),
      "EVERYWHERE",
    ]);
  });

  test("is as wide as the terminal", async () => {
    const terminal = openTerminal(["help", "stdin", "--no-pager"], { home: temporaryHome() });
    await terminal.until("WHAT IT MAY HOLD");
    await terminal.child.exited;
    const narrow = await runCli(["run", "--help"], {
      home: temporaryHome(),
      variables: { COLUMNS: "60" },
    });
    const options = narrow.stdout.slice(narrow.stdout.indexOf("OPTIONS: INPUT"));
    expect(options.split("\n").filter((line) => line.length > 60)).toEqual([]);
  });

  test("is JSON when asked", async () => {
    const home = temporaryHome();
    const [root, one] = await Promise.all([
      runCli(["help", "--json"], { home }),
      runCli(["daemon", "logs", "--help", "--json"], { home }),
    ]);
    expect(JSON.parse(root.stdout).commands.map(({ name }: { name: string }) => name)).toEqual(
      commands.filter((name) => !name.includes(" ")),
    );
    expect(JSON.parse(one.stdout)).toMatchObject({
      command: "jamey daemon logs",
      options: [
        { name: "--limit", letter: "-n", value: "n" },
        { name: "--follow", letter: "-f", value: null },
      ],
    });
  });

  test("knows the version", async () => {
    const home = temporaryHome();
    const texts = await Promise.all(
      [["--version"], ["version"]].map((args) => runCli(args, { home })),
    );
    expect(texts.map(({ stdout }) => stdout)).toEqual(["0.1.0\n", "0.1.0\n"]);
  });
});

describe("what needs no daemon", () => {
  const lines = ["--version", "version", "--help", "help", "help models", "exit-codes", "man"];

  test.each([...lines, "completion bash", "sessions list --help", "__complete 0 se"])(
    "%s asks none, starts none and makes no file",
    async (line) => {
      const home = temporaryHome();
      const folder = `${home}/state/run`;
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      let asked = 0;
      using _daemon = Bun.listen({
        unix: `${folder}/default.sock`,
        socket: {
          open() {
            asked += 1;
          },
          data: () => undefined,
        },
      });
      const { code, stderr } = await runCli(line.split(" "), { home });
      expect([code, stderr, asked]).toEqual([0, "", 0]);
      const made = new Bun.Glob("**").scan({ cwd: home, onlyFiles: true });
      expect(await Array.fromAsync(made)).toEqual([]);
    },
  );
});

describe("a topic", () => {
  /** A heading of each that only its own page has. */
  const headings: Record<string, string> = {
    "exit-codes": "EXIT CODES",
    stdin: "WHAT STDIN IS",
    permissions: "WITHOUT ANY RULE",
    environment: "JAMEY'S OWN",
    files: "SETTINGS: ~/.config/jamey",
    bindings: "THE FILE BINDINGS.YML",
    formats: "-o STREAM-JSON",
    http: "THE UNIX SOCKET",
    websocket: "WHAT A CLIENT SENDS",
    models: "WHICH ANSWERS",
    options: "OPTIONS OF EVERY COMMAND",
    tests: "WHAT IS EXPECTED",
    scripts: "WHICH STEP PLAYS",
    modes: "WHAT A REVIEWER ANSWERS",
    workflows: "EDGES",
    wake: "IN THE FRONT MATTER OF AN OBJECT",
    plugins: "MODE: PROCESS",
  };

  test.each(Object.keys(topics))("%s has its own page", async (name) => {
    const { code, stdout, stderr } = await runCli(["help", name], { home: temporaryHome() });
    expect([code, stderr, stdout.split("\n")]).toEqual([
      0,
      "",
      expect.arrayContaining([headings[name]]),
    ]);
  });

  test("has an example of a script that plays", async () => {
    const example = scripts.find(({ title }) => title === EXAMPLE)?.entries ?? [];
    const text = example.map(([line]) => line).join("\n");
    const model = playScript(text, "example.yml");
    const played: string[] = [];
    for await (const part of model.stream(
      request({ messages: [message({ content: "the weather?" })] }),
      new AbortController().signal,
    )) {
      if (part.type === "tool_call") played.push(part.name);
    }
    expect(played).toEqual(["file_read"]);
  });

  test("has an example of an object that is one", () => {
    const example = modes[0]?.entries ?? [];
    const text = `${example.map(([line]) => line).join("\n")}\n`;
    const object = parseObject({
      text,
      file: "panel.md",
      hash: () => "",
      warn: expect.unreachable,
    });
    const members = { members: ["ann", "ben"], rounds: 2 };
    expect(object).toMatchObject({ name: "panel", mode: "debate", group: members });
  });

  test("says every field of an object's file", () => {
    const said = modes.find(({ title }) => title === "Front matter")?.entries ?? [];
    const names = new Set(said.flatMap(([label]) => label.replace(/:.*/, "").split(", ")));
    expect([...names].toSorted()).toEqual([...objectKeys].toSorted());
  });

  test("is found by its other names, and beside a command of its name", async () => {
    const home = temporaryHome();
    const [files, places, both] = await Promise.all(
      ["files", "places", "models"].map((name) => runCli(["help", name], { home })),
    );
    expect(places).toEqual(files ?? places);
    expect(both?.stdout).toContain("jamey models [OPTIONS]");
    expect(both?.stdout).toContain("CONNECTING ONE");
  });

  test("or a command that is not there gets a suggestion", async () => {
    const home = temporaryHome();
    const said = await Promise.all(
      [
        ["help", "permission"],
        ["help", "sessions", "lits"],
        ["help", "xyzzy"],
      ].map((args) => runCli(args, { home })),
    );
    expect(said.map(({ code, stderr }) => [code, stderr])).toEqual([
      [
        2,
        "jamey: There is no command or topic 'permission'. Did you mean 'jamey help permissions'? See 'jamey --help'.\n",
      ],
      [
        2,
        "jamey: There is no command 'sessions lits'. Did you mean 'jamey help sessions list'? See 'jamey --help'.\n",
      ],
      [2, "jamey: There is no command or topic 'xyzzy'. See 'jamey --help'.\n"],
    ]);
  });

  test("of the environment has every setting's variable", async () => {
    const home = temporaryHome();
    const [topic, shown] = await Promise.all(
      [
        ["help", "environment"],
        ["config", "show", "--json"],
      ].map((args) => runCli(args, { home })),
    );
    const variables = JSON.parse(shown?.stdout ?? "").settings.map(
      ({ variable }: { variable: string }) => variable,
    );
    expect(variables.length).toBeGreaterThan(10);
    for (const variable of variables)
      expect(topic?.stdout).toMatch(new RegExp(`^  ${variable}\\b`, "m"));
  });

  test("of exit codes has every code that an error has", async () => {
    const { stdout } = await runCli(["exit-codes", "--json"], { home: temporaryHome() });
    const known = JSON.parse(stdout).exit_codes.map(({ code }: { code: number }) => code);
    const used = Object.values(errorCodes).map(({ exit }) => exit);
    expect(used.filter((exit) => !known.includes(exit))).toEqual([]);
  });
});

describe("a typing error", () => {
  test("in a command or an option gets a suggestion, and nothing is run", async () => {
    const home = temporaryHome();
    const said = await Promise.all(
      [["sesions"], ["sesions", "--help"], ["daemon", "stat"], ["run", "--modle", "x", "hi"]].map(
        (args) => runCli(args, { home }),
      ),
    );
    expect(said.map(({ code, stdout }) => [code, stdout])).toEqual(said.map(() => [2, ""]));
    expect(said.map(({ stderr }) => /Did you mean [^?]+\?/.exec(stderr)?.[0])).toEqual([
      "Did you mean 'jamey sessions'?",
      "Did you mean 'jamey help sessions'?",
      "Did you mean 'jamey daemon start'?",
      "Did you mean --model?",
    ]);
    expect(await Array.fromAsync(new Bun.Glob("**").scan({ cwd: home, onlyFiles: false }))).toEqual(
      [],
    );
  });
});

describe("a page", () => {
  const style = { width: 40, hasColour: false };

  test("wraps what stands beside a label under itself", () => {
    expect(entryLines([["--a <x>", "one two three four five six seven"]], style)).toBe(
      "  --a <x>  one two three four five six\n           seven\n",
    );
  });

  test("gives a label that is too long a line of its own", () => {
    const entries = [
      ["-a", "short"],
      ["--a-label-that-is-much-too-long-for-it", "long"],
    ] as const;
    expect(entryLines(entries, style)).toBe(
      "  -a  short\n  --a-label-that-is-much-too-long-for-it\n      long\n",
    );
  });

  test("counts columns, not letters", () => {
    expect(wrap("日本語日本語日本語 日本語日本語", 24)).toEqual([
      "日本語日本語日本語",
      "日本語日本語",
    ]);
  });
});
