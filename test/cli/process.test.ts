// The command line as a process, against a scripted daemon: pipes, closed descriptors, slow and gone
// readers, signals, exit codes.
import { afterEach, describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Asked,
  answerTurn,
  type Client,
  eventFrame,
  type FakeDaemon,
  finishedRun,
  messagePayload,
  startFakeDaemon,
  temporaryHome,
  textSignal,
} from "../support/fake-daemon.ts";
import { runCli, runShell, spawnCli } from "../support/run-cli.ts";

const daemons: FakeDaemon[] = [];

afterEach(async () => {
  for (const daemon of daemons.splice(0)) await daemon.stop();
});

function start(answer: (asked: Asked, client: Client) => void): FakeDaemon {
  const daemon = startFakeDaemon({ answer });
  daemons.push(daemon);
  return daemon;
}

const answering = (turn: Parameters<typeof answerTurn>[2]) =>
  start((asked, client) => answerTurn(asked, client, turn));

const sent = (daemon: FakeDaemon) =>
  daemon.asked.find(({ type }) => type === "SendMessage")?.payload;

describe("an answer into a pipe", () => {
  test("is the answer with one newline, and nothing else", async () => {
    const daemon = answering({
      response: "\u001b[31mred\u001b[0m \u001b]52;c;eA==\u0007text\n\n\n",
    });
    expect(await runCli(["two words"], daemon)).toEqual({
      code: 0,
      stdout: "red text\n",
      stderr: "",
    });
    expect(sent(daemon)).toMatchObject({
      po_name: "assistant",
      message: "two words",
      session_id: null,
    });
  });

  test("survives a slow reader whole", async () => {
    const response = "0123456789 猫🤖\n".repeat(100_000);
    const daemon = answering({ response });
    const child = spawnCli(["-p", "x", "-n"], daemon);
    let text = "";
    const decoder = new TextDecoder();
    for await (const chunk of child.stdout) {
      text += decoder.decode(chunk, { stream: true });
      await Bun.sleep(1);
    }
    await child.exited;
    expect([text === response, child.exitCode]).toEqual([true, 0]);
  });

  test("of which the reader goes away cancels the turn and ends with 141", async () => {
    const lines = Array.from({ length: 200 }, (_, index) =>
      textSignal(index * 1000, `${"x".repeat(999)}\n`),
    );
    const daemon = start((asked, client) => {
      if (asked.type === "WaitForTurn") return;
      if (asked.type !== "Subscribe") return answerTurn(asked, client, { response: "" });
      client.reply(asked, "Subscribed", { subscription_id: "s1", event_types: [] });
      for (const line of lines) client.send(line);
    });
    const script = `jamey -p x -n --stream | head -c 5; exit \${PIPESTATUS[0]}`;
    expect(await runShell(script, daemon)).toEqual({ code: 141, stdout: "xxxxx", stderr: "" });
    expect(daemon.asked.map(({ type }) => type)).toContain("CancelTurn");
  });

  test("that cannot be written ends the run with what is wrong", async () => {
    const daemon = answering({ response: "yes" });
    for (const command of ["jamey -n -p x --stream", "jamey -n -p x", "jamey events"]) {
      // stdout is open for reading only.
      const { code, stderr } = await runShell(`${command} 1</dev/null`, daemon);
      expect([command, code]).toEqual([command, 1]);
      expect(stderr).toMatch(/^jamey: Cannot write to stdout: .*\n$/);
    }
  });

  test("needs neither stdin nor stderr", async () => {
    const daemon = answering({ response: "yes" });
    expect(await runShell("jamey -p x <&- 2>&-", daemon)).toEqual({
      code: 0,
      stdout: "yes\n",
      stderr: "",
    });
  });

  test("does not eat the input of a shell's loop with -n", async () => {
    const daemon = answering({ response: "yes" });
    const script = "printf 'a\\nb\\n' | while read x; do jamey -n -p \"$x\"; done";
    expect((await runShell(script, daemon)).stdout).toBe("yes\nyes\n");
  });

  test("that was begun twice is no success", async () => {
    const frames = [textSignal(0, "first"), textSignal(0, "second", 1)];
    const { code, stdout, stderr } = await runCli(
      ["-p", "x", "--stream"],
      answering({ frames, response: "second" }),
    );
    expect([code, stdout]).toEqual([75, "first\nsecond\n"]);
    expect(stderr).toContain("begun twice");
  });
});

describe("a prompt", () => {
  test("is put together from -p, words, files and stdin", async () => {
    const daemon = answering({ response: "yes" });
    writeFileSync(join(daemon.home, "a.txt"), "file text\n");
    await runCli(["run", "-p", "one", "three", "four", "-f", "a.txt", "--stdin"], {
      ...daemon,
      stdin: "piped",
    });
    expect(sent(daemon)?.message).toBe(
      'one\n\nthree four\n\n<file name="a.txt" bytes="10">\nfile text\n</file>\n\n<stdin name="stdin" bytes="5">\npiped\n</stdin>',
    );
  });

  test("may be stdin alone, and an image on stdin is attached", async () => {
    const daemon = answering({ response: "yes" });
    await runCli(["-"], { ...daemon, stdin: "only this\n" });
    const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a]);
    await runCli(["-p", "what is it", "-"], { ...daemon, stdin: png });
    const messages = daemon.asked.filter(({ type }) => type === "SendMessage");
    expect(messages.map(({ payload }) => [payload.message, payload.attachments])).toEqual([
      ["only this", []],
      ["what is it", [{ media_type: "image/png", data: "iVBORw0K", name: null }]],
    ]);
  });

  const home = temporaryHome();
  mkdirSync(join(home, "empty"));
  writeFileSync(join(home, "bad"), new Uint8Array([0x61, 0xff]));
  const refused: [string, string[], string, number, string][] = [
    ["empty stdin", ["-"], "", 66, "The prompt is empty"],
    ["a file that is not there", ["-p", "x", "-f", "none"], "", 66, "Cannot read none"],
    ["a folder without a text", ["-p", "x", "-f", "empty"], "", 66, "empty has no text file"],
    ["a file that is no text", ["-p", "x", "-f", "bad"], "", 65, "bad is neither UTF-8"],
    ["an attachment that is no image", ["-p", "x", "-a", "bad"], "", 65, "bad is no image"],
    ["stdin that is no text", ["-"], "\u00ff", 65, "stdin is neither UTF-8"],
    ["-n beside -", ["-n", "-"], "", 2, "-n says not to read stdin"],
    ["files without an instruction", ["-f", "bad2", "-n"], "", 66, "Cannot read bad2"],
    ["an unknown option", ["-p", "x", "--frobnicate"], "", 2, "Unknown option --frobnicate"],
    ["a bare word", ["word"], "", 2, "Unknown command 'word'"],
    ["-c and -r", ["-p", "x", "-c", "-r", "y"], "", 2, "-c and -r"],
  ];
  for (const [name, args, stdin, code, message] of refused) {
    test(`is refused before any daemon is asked: ${name}`, async () => {
      const bytes = Buffer.from(stdin, "latin1");
      const ran = await runCli(args, { home, stdin: bytes });
      expect([ran.code, ran.stdout]).toEqual([code, ""]);
      expect(ran.stderr).toStartWith(`jamey: ${message}`);
    });
  }
});

describe("JSON", () => {
  test("is one object with the answer as it was, control characters and all", async () => {
    const response = "a\u0000b\u2028c\u001b[31m";
    const { code, stdout } = await runCli(["-p", "x", "-o", "json"], answering({ response }));
    const result = JSON.parse(stdout);
    expect([code, stdout.split("\n").length]).toEqual([0, 2]);
    expect(result).toMatchObject({ type: "result", status: "ok", text: response, exit_code: 0 });
  });

  test("as a stream begins with init, ends with result, and leaves the frames as they were", async () => {
    const started = eventFrame(13, "TurnStarted", {
      agent: { po_name: "assistant", model: "fake/model", tools: [{ name: "shell" }] },
    });
    const signal = textSignal(0, "te\u2028xt\u0000");
    const daemon = answering({ frames: [started, signal], response: "te\u2028xt\u0000" });
    const { stdout } = await runCli(["-p", "x", "-o", "stream-json", "--partial"], daemon);
    const lines = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map((line) => line.event_type ?? line.signal_type ?? line.type)).toEqual([
      "init",
      "MessageAdded",
      "TurnStarted",
      "TextDelta",
      "MessageAdded",
      "TurnCompleted",
      "result",
    ]);
    expect(lines[0]).toEqual({
      type: "init",
      schema_version: 1,
      capabilities: expect.arrayContaining(["events", "signals", "denials", "stdin_skipped"]),
      session_id: "se1",
      run_id: "t1",
      agent: "assistant",
      model: "fake/model",
      tools: ["shell"],
    });
    expect([lines[2], lines[3]]).toEqual([started, signal]);
  });

  test("says the process's own exit code, whatever ends the run", async () => {
    const denials = [{ tool: "shell", subject: "ls", reason: "", allow_with: "--allow 'shell'" }];
    const error = (code: string) => ({
      status: "failed",
      error: { code, message: "m", details: {} },
    });
    const runs: [object, number][] = [
      [{}, 0],
      [error("internal"), 1],
      [{ denials }, 3],
      [error("limit_reached"), 4],
      [error("model_refused"), 5],
      [error("provider_rate_limited"), 75],
      [error("provider_unavailable"), 69],
      [error("key_missing"), 77],
      [error("model_not_found"), 78],
    ];
    for (const [run, expected] of runs) {
      const daemon = answering({ response: "partial", run });
      const { code, stdout } = await runCli(["-p", "x", "-o", "stream-json"], daemon);
      const last = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
      expect([code, last.exit_code]).toEqual([expected, expected]);
    }
  });

  test("of an error outside of a run is an object too", async () => {
    const daemon = start((asked, client) =>
      client.fail(asked, "po_not_found", "PO not found: 'x'."),
    );
    const { code, stdout } = await runCli(["objects", "show", "x", "--json"], daemon);
    expect([code, JSON.parse(stdout)]).toEqual([
      1,
      {
        type: "error",
        error: {
          code: "po_not_found",
          message: "PO not found: 'x'.",
          retryable: false,
          details: {},
        },
        exit_code: 1,
      },
    ]);
  });
});

describe("what is wrong with an object", () => {
  test("is a warning beside the answer, and with the list of objects", async () => {
    const problem = "a.md:3: mode: is not valid";
    const daemon = start((asked, client) => {
      if (asked.type !== "ListPOs") {
        return answerTurn(asked, client, { response: "yes", warnings: [problem] });
      }
      const prompt_objects = [{ name: "a", state: "idle", description: "Helps" }];
      client.reply(asked, "POList", {
        prompt_objects,
        problems: [{ file: "a.md", problem }],
        warnings: [],
      });
    });
    const stderr = `jamey: warning: ${problem}\n`;
    expect(await runCli(["-p", "x"], daemon)).toEqual({ code: 0, stdout: "yes\n", stderr });
    const { stdout } = await runCli(["-p", "x", "-o", "json"], daemon);
    expect(JSON.parse(stdout).warnings).toEqual([problem]);
    const listed = await runCli(["objects", "list"], daemon);
    expect([listed.code, listed.stdout.includes("Helps"), listed.stderr]).toEqual([
      0,
      true,
      stderr,
    ]);
  });
});

describe("what was denied", () => {
  test("is on stderr with what would allow it, also with -q, and the answer is still printed", async () => {
    const denials = [
      { tool: "shell", subject: "rm -rf x", reason: "", allow_with: "--allow 'shell'" },
    ];
    const ran = await runCli(["-q", "-p", "x"], answering({ response: "no", run: { denials } }));
    expect(ran).toEqual({
      code: 3,
      stdout: "no\n",
      stderr: "jamey: denied shell: rm -rf x\n  to allow it: --allow 'shell'\n",
    });
    const fine = await runCli(
      ["-p", "x", "--denials", "ok"],
      answering({ response: "no", run: { denials } }),
    );
    expect(fine.code).toBe(0);
  });
});

describe("a turn that does not end", () => {
  /** Ends only when it is cancelled; says when it runs. */
  function startEndless() {
    const running = Promise.withResolvers<void>();
    const waiting: [Asked, Client][] = [];
    const daemon = start((asked, client) => {
      if (asked.type === "WaitForTurn") {
        waiting.push([asked, client]);
        running.resolve();
        return;
      }
      if (asked.type === "Subscribe") {
        client.reply(asked, "Subscribed", { subscription_id: "s1", event_types: [] });
        client.send(eventFrame(12, "MessageAdded", messagePayload("m1", "user", "q")));
        return;
      }
      answerTurn(asked, client, { response: "" });
      if (asked.type !== "CancelTurn") return;
      client.send(eventFrame(13, "TurnCancelled", { reason: "x" }));
      const run = finishedRun("", { status: "cancelled" });
      for (const [wait, waiter] of waiting) waiter.reply(wait, "MessageResponse", run);
    });
    return { daemon, running: running.promise };
  }

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    test(`is cancelled by ${signal}, reported, and the process ends by that signal`, async () => {
      const { daemon, running } = startEndless();
      const child = spawnCli(["-p", "x", "-o", "json"], daemon);
      await running;
      child.kill(signal);
      const result = JSON.parse(await child.stdout.text());
      await child.exited;
      expect(child.signalCode).toBe(signal);
      expect(result.status).toBe("interrupted");
      expect(daemon.asked.at(-2)?.payload).toEqual({ turn_id: "t1", reason: signal });
    });
  }

  test("is left at once by a second signal", async () => {
    const running = Promise.withResolvers<void>();
    const cancelled = Promise.withResolvers<void>();
    const daemon = start((asked, client) => {
      if (asked.type === "WaitForTurn") running.resolve();
      else if (asked.type === "CancelTurn") cancelled.resolve();
      else if (asked.type === "SendMessage") answerTurn(asked, client, { response: "" });
      else client.reply(asked, "Subscribed", { subscription_id: "s1", event_types: [] });
    });
    const child = spawnCli(["-p", "x"], daemon);
    await running.promise;
    child.kill("SIGINT");
    await cancelled.promise;
    child.kill("SIGINT");
    await child.exited;
    expect(child.signalCode).toBe("SIGINT");
  });

  test("is cancelled by --timeout, with 124", async () => {
    const { daemon } = startEndless();
    expect(await runCli(["-p", "x", "--timeout", "100ms"], daemon)).toEqual({
      code: 124,
      stdout: "",
      stderr: "jamey: No answer within 100ms (--timeout).\n",
    });
  });
});
