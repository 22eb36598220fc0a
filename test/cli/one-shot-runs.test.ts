// One-shots of the compiled binary against a whole daemon: what may be done, for how long, in which shape,
// and with which exit code it ends.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Finished, type Home, openHome } from "../support/home.ts";

const TEST_TIMEOUT_MS = 60_000;

let home: Home;
beforeAll(async () => {
  home = await openHome();
}, TEST_TIMEOUT_MS);
afterAll(async () => await home[Symbol.asyncDispose]());

const write = (path: string, content: string) => writeFileSync(join(home.workspace, path), content);
const run = async (...args: string[]): Promise<Finished> => await home.run(["-n", ...args]);
const result = async (...args: string[]) => JSON.parse((await run(...args, "--json")).stdout);
const lines = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
/** A model that plays this; for --model. */
function script(name: string, yaml: string): string {
  write(`${name}.yml`, yaml);
  return `scripted/${name}.yml`;
}

describe("--permission-mode", () => {
  const may = async (mode: string, prompt: string, ...more: string[]) =>
    (await run("-p", prompt, "--permission-mode", mode, ...more)).code;

  test("read-only denies whatever does more than look, and what --allow says beside it", async () => {
    write("a.txt", "text");
    expect(await may("read-only", "/file_read path=a.txt")).toBe(0);
    expect(await may("read-only", "/shell echo hi")).toBe(3);
    const ended = await run(
      ...["-p", "/shell echo hi", "--permission-mode", "read-only", "--allow", "shell"],
    );
    expect(ended.code).toBe(3);
    expect(ended.stderr).toStartWith(
      "jamey: warning: --allow shell counts for nothing beside --permission-mode read-only.\n",
    );
    expect(ended.stderr).toEndWith(
      "jamey: denied shell: echo hi\n  a rule denies it: take that rule away to allow it\n  --permission-mode read-only is that rule: 'edit' lets files be written, 'auto' allows all\n",
    );
  });

  test("edit allows files to be written and nothing more", async () => {
    expect(await may("edit", "/file_write path=new.txt content=x")).toBe(0);
    expect(existsSync(join(home.workspace, "new.txt"))).toBe(true);
    expect(await may("edit", "/shell echo hi")).toBe(3);
  });

  test("auto allows all but what a rule denies", async () => {
    expect(await may("auto", "/shell echo hi")).toBe(0);
    expect(await may("auto", "/shell echo hi", "--deny", "shell(echo *)")).toBe(3);
  });

  test("names on stderr what was denied and what would allow it", async () => {
    const { code, stderr } = await run("-p", "/shell echo hi", "--model", "offline/guide");
    expect([code, stderr]).toEqual([
      3,
      "jamey: denied shell: echo hi\n  to allow it: --allow 'shell(echo hi)'\n",
    ]);
  });
});

describe("--on-ask", () => {
  const asking = ["-p", "/shell echo approved", "--model", "offline/guide"];

  test("queue waits for somebody else's answer", async () => {
    const wire = await home.connect();
    const events = await wire.follow({ event_types: ["HumanRequestQueued"] });
    const running = run(...asking, "--on-ask", "queue");
    const { payload } = await events.until("a request", ({ type }) => type === "event");
    const id = String(payload?.request_id);
    expect((await home.run(["requests", "approve", id])).code).toBe(0);
    wire.close();
    const { code, stdout, stderr } = await running;
    expect([code, stdout.includes("approved")]).toEqual([0, true]);
    expect(stderr).toBe(
      `waiting for approval ${id}: shell echo approved (jamey requests approve ${id})\n`,
    );
  });

  test("queue with a time is a denial after it", async () => {
    const { code, stderr } = await run(...asking, "--on-ask", "queue:300ms");
    expect([code, stderr.includes("nobody answered in time")]).toEqual([3, true]);
  });

  test("fail ends the turn", async () => {
    expect((await run(...asking, "--on-ask", "fail")).code).toBe(3);
  });
});

describe("a limit", () => {
  test("of time cancels the turn and keeps what there is of the answer", async () => {
    const model = script(
      "endless",
      "- text: begun and never ended\n  chunk: 6\n  fault: hang\n  repeat: true\n",
    );
    const args = ["-p", "x", "--model", model, "--timeout", "3s"];
    const { status, text, exit_code, error, cost_usd } = await result(...args);
    // Nobody said what the call that was cut off had used.
    expect([status, exit_code, error.code, cost_usd]).toEqual(["failed", 124, "timeout", null]);
    expect(text).toBe("begun and never ended");
  });

  test("of silence counts from the last sign of life, and not while a human is asked", async () => {
    const hanging = script("hanging", "- text: half\n  fault: hang\n  repeat: true\n");
    const silent = await run("-p", "x", "--model", hanging, "--idle-timeout", "300ms");
    expect([silent.code, silent.stdout, silent.stderr]).toEqual([
      124,
      "half\n",
      "jamey: Nothing happened for 300ms (--idle-timeout).\n",
    ]);
    const slow = script(
      "slow",
      "- text: one two three four five\n  chunk: 4\n  delay_ms: 450\n  repeat: true\n",
    );
    const alive = await run("-p", "x", "--model", slow, "--idle-timeout", "2s");
    expect([alive.code, alive.stdout]).toEqual([0, "one two three four five\n"]);
    const asked = await run(
      ...["-p", "/shell ls", "--on-ask", "queue:600ms", "--idle-timeout", "300ms"],
    );
    expect(asked.code).toBe(3);
  });

  test("of model calls or tokens ends the turn with 4", async () => {
    const model = script(
      "looping",
      "- text: looking\n  tool_calls: [{ name: file_list, args: {} }]\n  usage: { input_tokens: 50, output_tokens: 50 }\n  repeat: true\n",
    );
    for (const limit of [
      ["--max-turns", "2"],
      ["--max-tokens", "150"],
    ]) {
      const { status, exit_code, turns, text } = await result(
        "-p",
        "x",
        "--model",
        model,
        ...limit,
      );
      expect([limit, status, exit_code, turns, text]).toEqual([limit, "limit", 4, 2, "looking"]);
    }
  });
});

describe("--schema", () => {
  const schema = [
    "--schema",
    '{"type":"object","required":["age"],"properties":{"age":{"type":"integer"}}}',
  ];

  test("prints only the document, also when a session goes on", async () => {
    const model = script("fitting", '- text: "```json\\n{\\"age\\": 3}\\n```"\n  repeat: true\n');
    const first = await run("-p", "x", "--model", model, ...schema);
    expect([first.code, JSON.parse(first.stdout), first.stderr]).toEqual([0, { age: 3 }, ""]);
    const next = await result("-p", "x", "-c", "--model", model, ...schema);
    expect([next.exit_code, next.structured]).toEqual([0, { age: 3 }]);
  });

  test("asks again as often as it may, then ends with 65 and the raw text", async () => {
    const model = script("unfitting", "- text: I am three\n  repeat: true\n");
    const args = ["-p", "x", "--model", model, ...schema, "--schema-retries", "1"];
    const { turns, exit_code, error } = await result(...args);
    expect([turns, exit_code, error.raw]).toEqual([2, 65, "I am three"]);
    const { code, stdout, stderr } = await run(...args);
    expect([code, stdout, stderr.includes("I am three")]).toEqual([65, "", true]);
  });

  test("that is none is refused before any model is asked", async () => {
    for (const wrong of ['{"type":"nonsense"}', "{broken"]) {
      const ended = await run("-p", "x", "--schema", wrong, "--model", "scripted/none.yml");
      expect([wrong, ended.code]).toEqual([wrong, 65]);
    }
    expect((await run("-p", "x", "--schema", "none.json")).code).toBe(66);
    expect((await run("-p", "x", "--schema-retries", "1")).code).toBe(2);
    expect((await run("-p", "x", "--schema", "name", "--schema-retries", "11")).code).toBe(2);
  });
});

describe("-P", () => {
  test("fills the template of the object, all of it and nothing else", async () => {
    const objects = join(home.state, "../objects");
    writeFileSync(
      join(objects, "greeter.md"),
      "---\nname: greeter\ndescription: Greets\ntemplate: true\n---\nGreet {{who}} in {{language}}, as \\{{this}}.\n",
    );
    const args = ["-p", "/say done", "--object", "greeter"];
    expect((await run(...args, "-P", "who=Ada", "-P", "language=Czech")).code).toBe(0);
    const missing = await run(...args, "-P", "who=Ada");
    expect([missing.code, missing.stderr]).toEqual([
      2,
      "jamey: 'greeter' is a template and needs -P language=….\n",
    ]);
    const unknown = await run(...args, "-P", "whom=Ada");
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      "jamey: 'greeter' has no parameter 'whom': its template has: who, language.\n",
    ]);
    expect((await run("-p", "x", "-P", "a=b")).code).toBe(2);
  });
});

describe("--dry-run", () => {
  test("shows what would be sent, creates nothing and asks no model", async () => {
    const count = async () =>
      JSON.parse((await home.run(["sessions", "list", "--json"])).stdout).sessions;
    const before = await count();
    const plan = await result(
      ...["--dry-run", "-p", "x", "--model", "scripted/none.yml", "--tools", "shell"],
      ...["--deny", "shell(rm *)", "--max-turns", "3", "--timeout", "5s", "--name", "y"],
    );
    const { stdout } = await home.run(["objects", "show", "assistant", "--json"]);
    const { prompt, limits, rules } = JSON.parse(stdout);
    expect(plan).toEqual({
      type: "dry_run",
      object: "assistant",
      model: "scripted/none.yml",
      session_id: null,
      session: "new",
      parameters: {},
      system: prompt,
      message: "x",
      attachments: [],
      tools: [{ name: "shell", risk: "execute" }],
      rules: [{ tool: "shell", match: "rm *", action: "deny" }, ...rules],
      on_ask: "deny",
      limits: { ...limits, max_iterations: 3, timeout_ms: 5000 },
      output: null,
      warnings: [],
    });
    expect(await count()).toEqual(before);
    for (const args of [
      ["--allow", "shel"],
      ["-P", "a=b"],
      ["-f", "none"],
    ]) {
      const planned = await run("--dry-run", "-p", "x", ...args);
      const real = await run("-p", "x", ...args);
      expect([args, planned.code]).toEqual([args, real.code]);
      expect(planned.code).not.toBe(0);
    }
  });
});

describe("--input-format stream-json", () => {
  const driven = async (input: string, ...args: string[]) =>
    await home.run(["--input-format", "stream-json", "-o", "stream-json", ...args], {
      input: Buffer.from(input),
    });

  test("answers one message after the other in one session, each with its result", async () => {
    const ended = await driven(
      '{"type":"user","message":"/say one"}\r\n\r\n \n{"type":"user","text":"/say two\\n\u2028"}\n' +
        '{"type":"user","message":{"role":"user","content":[{"type":"text","text":"/say three"}]}}',
    );
    const all = lines(ended.stdout);
    const results = all.filter(({ type }) => type === "result");
    expect(ended.code).toBe(0);
    expect(all.map(({ type }) => type).indexOf("init")).toBe(0);
    expect(all.filter(({ type }) => type === "init")).toHaveLength(1);
    expect(results.map(({ text, exit_code }) => [text, exit_code])).toEqual([
      ["one", 0],
      ["two", 0],
      ["three", 0],
    ]);
    expect(all.at(-1)).toEqual(results.at(-1));
    expect(new Set(results.map(({ session_id }) => session_id)).size).toBe(1);
    const seqs = all.flatMap(({ seq }) => seq ?? []);
    expect(seqs).toEqual([...new Set(seqs)].sort((one, other) => one - other));
  });

  test("names the line that it does not understand, after the answers before it", async () => {
    const rows: [string, string][] = [
      ["{broken", "stdin line 2 is not valid JSON."],
      ["[]", "stdin line 2 is no JSON object."],
      ['{"type":"control"}', 'stdin line 2 has the type "control"; only "user" is understood.'],
      ['{"type":"user"}', "stdin line 2 has neither a 'message' nor a 'text'."],
      [
        '{"type":"user","message":{"role":"system","content":"x"}}',
        'stdin line 2 has the role "system"; only "user" may speak.',
      ],
    ];
    for (const [line, words] of rows) {
      const ended = await driven(`{"type":"user","text":"/say one"}\n${line}\n`);
      const results = lines(ended.stdout).filter(({ type }) => type === "result");
      expect([ended.code, results.map(({ exit_code }) => exit_code)]).toEqual([65, [0, 65]]);
      expect(results[1].error.message).toBe(words);
    }
  });

  test("answers while its stdin stays open, and ends by a signal with a last result", async () => {
    const args = ["--input-format", "stream-json", "-o", "stream-json", "--model", "offline/guide"];
    const child = Bun.spawn([home.binary, ...args], {
      env: home.variables,
      cwd: home.workspace,
      stdin: "pipe",
      stdout: "pipe",
      stderr: "pipe",
    });
    const read = child.stdout.getReader();
    const decoder = new TextDecoder();
    let text = "";
    const untilResults = async (count: number) => {
      for (;;) {
        const { done, value } = await read.read();
        text += decoder.decode(value, { stream: true });
        const results = text.split("\n").filter((line) => line.startsWith('{"type":"result"'));
        if (done || (results.length >= count && text.endsWith("\n"))) return;
      }
    };
    for (const [at, word] of ["one", "two"].entries()) {
      child.stdin.write(`{"type":"user","text":"/say ${word}"}\n`);
      child.stdin.flush();
      await untilResults(at + 1);
    }
    child.kill("SIGTERM");
    await untilResults(Number.POSITIVE_INFINITY);
    await child.exited;
    const results = lines(text).filter(({ type }) => type === "result");
    expect(results.map((one) => [one.text, one.status])).toEqual([
      ["one", "ok"],
      ["two", "ok"],
      ["", "interrupted"],
    ]);
    expect([child.signalCode, await child.stderr.text()]).toEqual(["SIGTERM", ""]);
  });

  test("needs messages, its own output format, and nothing beside them", async () => {
    expect((await driven("\n")).code).toBe(66);
    expect((await driven("{}", "-p", "x")).code).toBe(2);
    expect((await run("--input-format", "stream-json")).code).toBe(2);
  });
});

describe("the exit code", () => {
  const fault = (name: string, code: string) =>
    script(name, `- fault: { error: ${code}, message: m, retryable: false }\n  repeat: true\n`);
  const rows: [code: number, why: string, args: () => string[]][] = [
    [0, "an answer", () => ["-p", "/say hi"]],
    [1, "a run that failed", () => ["-p", "x", "--model", fault("f1", "provider_refused")]],
    [2, "wrong usage", () => ["-p", "x", "--max-turns", "none"]],
    [3, "a denial", () => ["-p", "/shell ls"]],
    [5, "a refusal", () => ["-p", "x", "--model", script("f5", "- text: no\n  end: refusal\n")]],
    [65, "bad data", () => ["-p", "x", "--schema", "{broken"]],
    [66, "missing input", () => ["-p", "x", "-f", "none"]],
    [
      69,
      "a vendor that is away",
      () => ["-p", "x", "--model", fault("f69", "provider_unavailable")],
    ],
    [75, "too many requests", () => ["-p", "x", "--model", fault("f75", "provider_rate_limited")]],
    [77, "no key", () => ["-p", "x", "--model", "openai/gpt-5"]],
    [78, "a model that is not there", () => ["-p", "x", "--model", "scripted/none.yml"]],
  ];
  for (const [code, why, args] of rows) {
    test(`of ${why} is ${code}, in JSON and in the last line of a stream too`, async () => {
      const given = args();
      const whole = await run(...given, "-o", "json");
      const stream = await run(...given, "-o", "stream-json");
      const last = lines(stream.stdout).at(-1);
      expect([whole.code, JSON.parse(whole.stdout).exit_code]).toEqual([code, code]);
      expect([stream.code, last.type, last.exit_code]).toEqual([code, "result", code]);
    });
  }
});
