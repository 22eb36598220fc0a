// The compiled binary and its stdin: every kind of it, beside a prompt and without one. What arrives is what
// the daemon was sent, so that no cell hangs and none loses a byte.
import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { builtBinary } from "../support/binary.ts";
import { answerTurn, type FakeDaemon, startFakeDaemon } from "../support/fake-daemon.ts";
import { cliVariables } from "../support/run-cli.ts";

/** Longer than the longest grace period, far shorter than for ever. */
const HANG_MS = 30_000;
const TEST_TIMEOUT_MS = 60_000;

const daemons: FakeDaemon[] = [];
const listeners: { stop(force: boolean): void }[] = [];

afterEach(async () => {
  for (const daemon of daemons.splice(0)) await daemon.stop();
});
afterAll(() => {
  for (const listener of listeners.splice(0)) listener.stop(true);
});

function start(): FakeDaemon {
  const daemon = startFakeDaemon({
    answer: (asked, client) => answerTurn(asked, client, { response: "yes" }),
  });
  daemons.push(daemon);
  return daemon;
}

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
  /** undefined: nothing was sent. */
  message: unknown;
  isHung: boolean;
}

/** A line of bash in which `jamey` is the binary. */
async function shell(script: string, variables: Record<string, string> = {}): Promise<Ended> {
  const daemon = start();
  const binary = await builtBinary();
  const child = Bun.spawn(["bash", "-c", `jamey() { "${binary}" "$@"; }\n${script}`], {
    env: cliVariables({ home: daemon.home, variables }),
    cwd: daemon.home,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: HANG_MS,
    killSignal: "SIGKILL",
  });
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  await child.exited;
  const message = daemon.asked.find(({ type }) => type === "SendMessage")?.payload.message;
  return {
    code: child.exitCode,
    stdout,
    stderr,
    message,
    isHung: child.signalCode === "SIGKILL",
  };
}

/** A terminal with a line of bash in it; what the line wrote is its `out` file. */
async function inTerminal(script: string, type = "") {
  const daemon = start();
  const binary = await builtBinary();
  let screen = "";
  const decoder = new TextDecoder();
  const child = Bun.spawn(["bash", "-c", `jamey() { "${binary}" "$@"; }\n${script}`], {
    env: cliVariables({ home: daemon.home }),
    cwd: daemon.home,
    timeout: HANG_MS,
    killSignal: "SIGKILL",
    terminal: {
      cols: 100,
      rows: 30,
      data: (_terminal, data) => {
        screen += decoder.decode(data, { stream: true });
      },
    },
  });
  child.terminal?.write(type);
  await child.exited;
  const message = daemon.asked.find(({ type: word }) => word === "SendMessage")?.payload.message;
  return { code: child.exitCode, screen, message, isHung: child.signalCode === "SIGKILL" };
}

/** A server that says this, and then closes or not. */
function listen(text: string, { closes }: { closes: boolean }): string {
  const listener = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(socket) {
        if (text !== "") socket.write(text);
        if (closes) socket.end();
      },
      data: () => undefined,
    },
  });
  listeners.push(listener);
  return `/dev/tcp/127.0.0.1/${listener.port}`;
}

const block = (text: string) =>
  `p\n\n<stdin name="stdin" bytes="${Buffer.byteLength(text)}">\n${text}</stdin>`;
const SILENT = "mkfifo silent; exec 9<>silent;";

describe("stdin beside a prompt", () => {
  const rows: [name: string, script: string, message: string][] = [
    ["/dev/null is not read", "jamey -p p </dev/null", "p"],
    ["a closed descriptor is not read", "jamey -p p <&-", "p"],
    ["a file is read", "printf 'data\\n' >in; jamey -p p <in", block("data\n")],
    ["an empty file adds nothing", "jamey -p p <<<'' ", "p"],
    ["a pipe is read", "printf 'data\\n' | jamey -p p", block("data\n")],
    ["a pipe that closes without a byte adds nothing", ": | jamey -p p", "p"],
    [
      "a pipe whose first byte is late is read to its end",
      "(sleep 1; printf da; sleep 0.5; printf 'ta\\n') | jamey -p p",
      block("data\n"),
    ],
    ["a here-string is read", "jamey -p p <<<data", block("data\n")],
    ["a silent pipe is not waited for with -n", `${SILENT} jamey -n -p p <silent`, "p"],
    [
      "a silent pipe is not waited for with JAMEY_STDIN=skip",
      `${SILENT} JAMEY_STDIN=skip jamey -p p <silent`,
      "p",
    ],
    [
      "a silent pipe is waited for with JAMEY_STDIN=wait",
      `${SILENT} (sleep 1; printf 'data\\n' >silent; exec 9>&-) & (exec 9>&-; JAMEY_STDIN=wait jamey -p p <silent) & exec 9>&-; wait`,
      block("data\n"),
    ],
  ];
  for (const [name, script, message] of rows) {
    test(
      name,
      async () => {
        const ended = await shell(script);
        expect([ended.message, ended.stdout, ended.stderr, ended.isHung]).toEqual([
          message,
          "yes\n",
          "",
          false,
        ]);
      },
      TEST_TIMEOUT_MS,
    );
  }

  test(
    "a socket is read to its end",
    async () => {
      const ended = await shell(`jamey -p p <${listen("data\n", { closes: true })}`);
      expect([ended.message, ended.code]).toEqual([block("data\n"), 0]);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    "a pipe or socket that stays silent is skipped after a while, which is said",
    async () => {
      const silent = listen("", { closes: false });
      const [pipe, socket] = await Promise.all([
        shell(`${SILENT} jamey -p p -o json <silent`),
        shell(`jamey -p p -o json <${silent}`),
      ]);
      for (const [ended, seconds] of [
        [pipe, 10],
        [socket, 3],
      ] as const) {
        const { stdin_skipped, warnings } = JSON.parse(ended.stdout);
        expect([ended.message, ended.code, stdin_skipped]).toEqual(["p", 0, true]);
        const warning = `stdin was open but silent for ${seconds} s and was skipped.`;
        expect(warnings[0]).toStartWith(warning);
        expect(ended.stderr).toStartWith(`jamey: warning: ${warning}`);
      }
    },
    TEST_TIMEOUT_MS,
  );

  test("a terminal is not read", async () => {
    const ended = await inTerminal("jamey -p p >out 2>err; cat out");
    expect([ended.message, ended.isHung, ended.screen.includes("yes")]).toEqual(["p", false, true]);
  });

  test("a pipe is waited for where somebody watches, and told how to go on", async () => {
    const ended = await inTerminal("(sleep 1; echo data) | jamey -p p >out");
    expect([ended.message, ended.isHung]).toEqual([block("data\n"), false]);
    expect(ended.screen).toContain("waiting for stdin, Ctrl-D or -n to skip");
  });
});

describe("stdin without a prompt", () => {
  const rows: [name: string, script: string, expected: [unknown, number, string]][] = [
    ["from a file", "printf 'data\\n' >in; jamey <in", ["data", 0, ""]],
    ["from a pipe", "printf 'data\\n' | jamey", ["data", 0, ""]],
    ["from a late pipe", "(sleep 1; echo data) | jamey", ["data", 0, ""]],
    ["from a pipe, asked for", "printf 'data\\n' | jamey -", ["data", 0, ""]],
    ["as a file", "printf 'data\\n' | jamey -f -", ["data", 0, ""]],
    ["as the prompt's file", "printf 'data\\n' | jamey --prompt-file -", ["data", 0, ""]],
    ["from /dev/null", "jamey </dev/null", [undefined, 66, "jamey: The prompt is empty"]],
    ["from a closed descriptor", "jamey <&-", [undefined, 66, "jamey: The prompt is empty"]],
    ["from an empty pipe", ": | jamey", [undefined, 66, "jamey: The prompt is empty"]],
    ["from a folder", "jamey <.", [undefined, 66, "jamey: Cannot read stdin"]],
  ];
  for (const [name, script, expected] of rows) {
    test(
      name,
      async () => {
        const { message, code, stderr } = await shell(script);
        expect([message, code, stderr.slice(0, expected[2].length)]).toEqual(expected);
      },
      TEST_TIMEOUT_MS,
    );
  }

  test("from a socket", async () => {
    const ended = await shell(`jamey <${listen("data\n", { closes: true })}`);
    expect([ended.message, ended.code]).toEqual(["data", 0]);
  });

  test("from a terminal, into a pipe, is a mistake", async () => {
    const ended = await inTerminal("jamey | cat");
    expect([ended.message, ended.isHung]).toEqual([undefined, false]);
    expect(ended.screen).toContain("No prompt, and stdout is no terminal");
  });

  test("from a terminal, asked for, is read to Ctrl-D", async () => {
    const ended = await inTerminal("jamey - >out", "typed\r\u0004");
    expect([ended.message, ended.isHung]).toEqual(["typed", false]);
  });
});

describe("what is on stdin", () => {
  test("arrives whole, however it is encoded and cut", async () => {
    const text = "žluťoučký 猫 🤖 \u2028 \u0000 end\n".repeat(1000);
    const daemon = start();
    for (const bytes of [Buffer.from(text), Buffer.from(`\ufeff${text}`, "utf16le")]) {
      await Bun.write(join(daemon.home, "in"), bytes);
      const script = `cd ${daemon.home}; (head -c 1001; sleep 0.2; cat) <in | jamey -p p`;
      const { message } = await shell(script);
      expect(String(message).includes(text)).toBe(true);
    }
  });

  test("is refused above its limit, and --max-stdin sets it", async () => {
    const over = await shell("head -c 11000000 /dev/zero | tr '\\0' a | jamey -p p");
    expect([over.message, over.code]).toEqual([undefined, 65]);
    expect(over.stderr).toStartWith("jamey: stdin is larger than 10 MiB (--max-stdin).");
    const own = await shell("printf 123456 | jamey -p p --max-stdin 5");
    expect([own.message, own.code]).toEqual([undefined, 65]);
    expect(own.stderr).toStartWith("jamey: stdin is larger than 5 bytes (--max-stdin).");
    expect((await shell("printf 12345 | jamey -p p --max-stdin 5")).code).toBe(0);
    expect((await shell("jamey -p p --max-stdin 11M")).code).toBe(2);
  });

  test("is beside a pipe that -f names", async () => {
    const ended = await shell("printf 'data\\n' | jamey -p p -f <(printf 'piped\\n')");
    expect(String(ended.message).replace(/dev\/fd\/\d+/, "dev/fd/n")).toBe(
      'p\n\n<file name="/dev/fd/n" bytes="6">\npiped\n</file>\n\n<stdin name="stdin" bytes="5">\ndata\n</stdin>',
    );
    const over = await shell("jamey -n -p p -f <(head -c 11000000 /dev/zero)");
    expect([over.message, over.code]).toEqual([undefined, 65]);
  });

  test("is one thing only", async () => {
    const both = await shell("printf x | jamey -p p - -a -");
    expect([both.code, both.stderr]).toEqual([
      2,
      "jamey: stdin is asked for twice, as different things.\n",
    ]);
  });

  test("stays there for the loop that reads it, with -n", async () => {
    const ended = await shell("printf 'a\\nb\\nc\\n' | while read f; do jamey -n -p \"$f\"; done");
    expect(ended.stdout).toBe("yes\nyes\nyes\n");
  });
});
