// What a run writes, from the outside: files, code, formats, what is drawn in a terminal, what stays silent.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryHome } from "../support/fake-daemon.ts";
import { openTerminal, type Ran, runCli } from "../support/run-cli.ts";

const home = temporaryHome();
const folder = join(home, "work");
const script = join(home, "answers.yml");
const ANSWER = "# Code\n\nHere:\n\n```py\nprint(1)\n```\n\n```js\nx\n```\n\nDone.";
const ODD = "a\u2028b\u0000c\u001b[31md";

beforeAll(() => {
  mkdirSync(folder);
  writeFileSync(
    script,
    JSON.stringify([
      { when: "odd", text: ODD, repeat: true },
      { when: "fail", fault: { error: "model_refused", message: "No.", retryable: false } },
      { when: "shell", tool_calls: [{ name: "shell", args: { command: "rm a" } }] },
      { when: "shell", text: "Not run." },
      { when: "tool", tool_calls: [{ name: "file_list", args: { path: "." } }] },
      { when: "tool", text: "Listed." },
      { text: ANSWER, repeat: true },
    ]),
  );
});

const terminals: ReturnType<typeof openTerminal>[] = [];
afterEach(async () => {
  for (const { child } of terminals.splice(0)) {
    child.kill("SIGKILL");
    await child.exited;
  }
});

afterAll(async () => {
  await runCli(["daemon", "stop"], { home });
  rmSync(home, { recursive: true, force: true });
});

const variables = { JAMEY_MODEL: `scripted/${script}` };
const run = (...args: string[]) => runCli(args, { home, directory: folder, variables });
const ask = (...args: string[]) => runCli(["-n", ...args], { home, directory: folder, variables });
const read = (name: string) => readFileSync(join(folder, name), "utf8");
const lines = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("code", () => {
  test("is all that stdout gets with -x, -xLANG and -X", async () => {
    const ran: Ran[] = await Promise.all([
      ask("-p", "hi", "-x"),
      ask("-p", "hi", "-xjavascript"),
      ask("-X", "-p", "hi"),
      ask("--extract=py", "-p", "hi"),
    ]);
    expect(ran).toEqual(
      ["print(1)\n", "x\n", "print(1)\n\nx\n", "print(1)\n"].map((stdout) => ({
        code: 0,
        stdout,
        stderr: "",
      })),
    );
  });

  test("that is not there is exit code 65, and the answer is on stderr", async () => {
    expect(await ask("-p", "hi", "-xrust")).toEqual({
      code: 65,
      stdout: "",
      stderr: `${ANSWER}\njamey: The answer holds no fenced code in rust.\n`,
    });
  });

  test("stands beside the text in JSON", async () => {
    const [one, all] = await Promise.all([
      ask("-p", "hi", "-xpy", "--json"),
      ask("-p", "hi", "-X", "-o", "stream-json"),
    ]);
    const { text, extracted, exit_code } = JSON.parse(one.stdout);
    expect([text, extracted, exit_code, lines(all.stdout).at(-1).extracted]).toEqual([
      ANSWER,
      "print(1)\n",
      0,
      ["print(1)\n", "x\n"],
    ]);
  });
});

describe("the file of -O", () => {
  test("has the final text, whatever stdout gets", async () => {
    const ran = await ask("-p", "hi", "-O", "answer.md", "-o", "json");
    expect([ran.code, read("answer.md")]).toEqual([0, `${ANSWER}\n`]);
    expect((await ask("-p", "hi", "-X", "-O", "code.txt")).code).toBe(0);
    expect([read("code.txt"), readdirSync(folder).sort()]).toEqual([
      "print(1)\n\nx\n",
      ["answer.md", "code.txt"],
    ]);
  });

  test("is what it was after a failure, and nothing lies beside it", async () => {
    writeFileSync(join(folder, "kept.txt"), "before");
    const ran = await ask("-p", "fail", "-O", "kept.txt");
    expect([ran.code, read("kept.txt"), ran.stderr.split("\n").at(-2)]).toEqual([
      5,
      "before",
      `jamey: ${join(folder, "kept.txt")} is left as it was: there is no complete answer.`,
    ]);
    expect(readdirSync(folder).filter((name) => name.startsWith("."))).toEqual([]);
  });

  test("is refused before anything is asked, where it cannot be written", async () => {
    const [inFolder, nowhere] = await Promise.all([
      ask("-p", "hi", "-O", ".", "-o", "json"),
      ask("-p", "hi", "-O", "missing/answer.md"),
    ]);
    const { session_id, error } = JSON.parse(inFolder.stdout);
    expect([session_id, error.message, inFolder.code]).toEqual([
      null,
      "-O takes a file, and . is a folder.",
      2,
    ]);
    expect([nowhere.code, nowhere.stderr]).toEqual([
      1,
      "jamey: Cannot write missing/answer.md: its folder does not exist.\n",
    ]);
  });

  test("keeps the rights of the file that it replaces", async () => {
    writeFileSync(join(folder, "own.txt"), "");
    chmodSync(join(folder, "own.txt"), 0o600);
    await ask("-p", "hi", "-O", "own.txt");
    const { mode } = await Bun.file(join(folder, "own.txt")).stat();
    expect(mode & 0o777).toBe(0o600);
  });
});

describe("formats", () => {
  test("into a pipe, text and markdown are the same: the answer, and one newline", async () => {
    const [text, markdown] = await Promise.all([
      ask("-p", "hi"),
      ask("-p", "hi", "-o", "markdown"),
    ]);
    expect([text, markdown]).toEqual(
      [text, markdown].map(() => ({ code: 0, stdout: `${ANSWER}\n`, stderr: "" })),
    );
  });

  test("JSON carries every character of an answer, one object to a line", async () => {
    const [json, stream, text] = await Promise.all([
      ask("-p", "odd", "-o", "json"),
      ask("-p", "odd", "-o", "stream-json", "--partial"),
      ask("-p", "odd"),
    ]);
    const all = lines(stream.stdout);
    const { duration_ms, session_id, run_id, ...same } = JSON.parse(json.stdout);
    expect([same.text, all.at(0).type, all.at(-1).text, text.stdout]).toEqual([
      ODD,
      "init",
      ODD,
      "a\u2028bcd\n",
    ]);
    expect(all.at(-1)).toMatchObject(same);
    expect(all.at(0)).toMatchObject({
      schema_version: 1,
      model: variables.JAMEY_MODEL,
      capabilities: expect.arrayContaining(["events", "structured", "extracted"]),
    });
  });
});

describe("stderr", () => {
  test("is silent in a pipe; -v adds tools, session and usage, and -vv what the client does", async () => {
    const [silent, told, all] = await Promise.all([
      ask("-p", "tool"),
      ask("-p", "tool", "-v"),
      ask("-p", "tool", "-vv"),
    ]);
    expect(silent.stderr).toBe("");
    expect(told.stderr).toMatch(
      /^daemon .*\nsession .*\n▸ file_list .*\n✓ file_list .*\n.* 0 out.*\n$/,
    );
    expect(all.stderr).toMatch(/debug [\d.]+ → SendMessage\n/);
  });

  test("leaves the debug lines to a file, which has no word of what was said", async () => {
    const ran = await ask("-p", "do tell it", "--debug-file", join(folder, "debug.log"));
    const log = read("debug.log");
    expect([ran.stderr, log.includes("SendMessage"), log.includes("tell it")]).toEqual([
      "",
      true,
      false,
    ]);
  });
});

describe("events", () => {
  test("to read stand once each, and as JSON all of them do", async () => {
    const { stdout } = await ask("-p", "hi", "--json");
    const { session_id } = JSON.parse(stdout);
    const [text, json, bus] = await Promise.all([
      run("events", "--session", session_id),
      run("events", "--session", session_id, "--json"),
      run("events", "--session", session_id, "--type", "BusEntry"),
    ]);
    const types = lines(json.stdout).map((event) => event.event_type);
    const shown = text.stdout.trimEnd().split("\n");
    expect(shown.map((line) => line.trim().split(/ {2,}/)[2])).toEqual(
      types.filter((type) => type !== "BusEntry"),
    );
    expect([types.includes("BusEntry"), bus.stdout.includes("BusEntry")]).toEqual([true, true]);
  });

  test("are limited to the last ones, or to the first after a cursor", async () => {
    const all = lines((await run("events", "--json")).stdout);
    const [last, first, none] = await Promise.all([
      run("events", "--json", "--limit", "2", "--type", "TurnCompleted"),
      run("events", "--json", "--limit", "3", "--since", "4"),
      run("events", "--since", "yesterday"),
    ]);
    const turns = all.filter((event) => event.event_type === "TurnCompleted");
    const seqs = (text: string) => lines(text).map((event) => event.seq);
    expect(seqs(last.stdout)).toEqual(turns.slice(-2).map((event) => event.seq));
    expect(seqs(first.stdout)).toEqual(
      all
        .filter(({ seq }) => seq > 4)
        .map(({ seq }) => seq)
        .slice(0, 3),
    );
    expect(none.code).toBe(2);
  });
});

describe("a tool that is run by hand", () => {
  test("is given text where its schema says so, and its failure is exit code 1", async () => {
    const [written, failed] = await Promise.all([
      run("tools", "run", "file_write", "path=number.txt", "content=1"),
      run("tools", "run", "file_read", "path=not-there.txt"),
    ]);
    expect([written.code, written.stderr, read("number.txt")]).toEqual([0, "", "1"]);
    expect([failed.code, failed.stderr, failed.stdout.length > 0]).toEqual([1, "", true]);
  });
});

describe("a request that waits", () => {
  test("is listed with its folder, its whole call and the commands that answer it", async () => {
    const asking = ask("-p", "shell it", "--on-ask", "queue:60s");
    const waiting = run(
      "events",
      "--follow",
      "--since",
      "0",
      "--type",
      "HumanRequestQueued",
      "-n",
      "1",
    );
    await waiting;
    const { stdout } = await run("requests", "list");
    const id = stdout.split(" ")[0] ?? "";
    const text = stdout.split("\n").slice(1);
    expect(text).toEqual([
      "  shell {",
      '    "command": "rm a"',
      "  }",
      `  ${/asked \d+ s ago/.exec(stdout)?.[0]}, in ${folder}, until ${/until (\S+)/.exec(stdout)?.[1]}`,
      `  jamey requests approve ${id}`,
      `  jamey requests deny ${id} --reason 'why not'`,
      "",
    ]);
    expect((await run("requests", "deny", id)).stdout).toContain('"command": "rm a"');
    expect((await asking).code).toBe(3);
  });
});

describe("a terminal", () => {
  const open = (...args: string[]) => {
    const opened = openTerminal(args, { home, directory: folder, variables });
    terminals.push(opened);
    return opened;
  };

  test("is drawn the answer, and --raw leaves it as it is", async () => {
    const drawn = open("-n", "-p", "hi");
    await drawn.until("\u001b[1mCode\u001b[22m");
    await drawn.until("── py ─");
    await drawn.until("print(1)\r\n");
    await drawn.until("Done.\r\n");
    const raw = open("-n", "-p", "hi", "--raw");
    await raw.until("# Code\r\n\r\nHere:\r\n\r\n```py\r\nprint(1)");
    expect([await drawn.child.exited, await raw.child.exited]).toEqual([0, 0]);
  });

  test("shows long lists in the pager that was chosen", async () => {
    const opened = openTerminal(["events"], {
      home,
      directory: folder,
      variables: { ...variables, JAMEY_PAGER: "sed -n '1s/^/paged /p'" },
    });
    terminals.push(opened);
    await opened.until("paged ");
    expect(await opened.child.exited).toBe(0);
  });
});
