// One-shots in a terminal and under a shell, with the compiled binary: Ctrl-C, loops, readers that leave,
// and chats that begin with a prompt.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Home, openHome } from "../support/home.ts";
import { isAlive, untilNone } from "../support/processes.ts";

const TEST_TIMEOUT_MS = 60_000;
const HANG_MS = 30_000;

let home: Home;
beforeAll(async () => {
  home = await openHome();
  writeFileSync(
    join(home.workspace, "hanging.yml"),
    "- text: begun\n  fault: hang\n  repeat: true\n",
  );
  writeFileSync(
    join(home.workspace, "long.yml"),
    `- text: "${"line\\n".repeat(400)}"\n  chunk: 50\n  delay_ms: { first: 0, between: 20 }\n`,
  );
}, TEST_TIMEOUT_MS);
afterAll(async () => await home[Symbol.asyncDispose]());

/** A line of bash in a terminal; `jamey` is the binary. */
function openShell(script: string) {
  let screen = "";
  let waiting: { text: string; resolve(): void } | undefined;
  const look = () => {
    if (!waiting || !screen.includes(waiting.text)) return;
    waiting.resolve();
    waiting = undefined;
  };
  const decoder = new TextDecoder();
  const child = Bun.spawn(["bash", "-c", `jamey() { "${home.binary}" "$@"; }\n${script}`], {
    env: { ...home.variables, TERM: "xterm" },
    cwd: home.workspace,
    timeout: HANG_MS,
    killSignal: "SIGKILL",
    terminal: {
      cols: 100,
      rows: 30,
      data(_terminal, data) {
        screen += decoder.decode(data, { stream: true });
        look();
      },
    },
  });
  return {
    child,
    screen: () => screen,
    type: (text: string) => child.terminal?.write(text),
    async until(text: string): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting = { text, resolve };
      look();
      await promise;
    },
  };
}

describe("Ctrl-C", () => {
  test(
    "ends a shell's loop, and says how to go on",
    async () => {
      const shell = openShell(
        "for n in 1 2 3; do echo round $n; jamey -n -p x --raw --model scripted/hanging.yml; done; echo not reached",
      );
      await shell.until("begun");
      shell.type("\u0003");
      await shell.child.exited;
      expect(shell.screen()).toContain("go on with: jamey -c");
      expect([shell.screen().match(/round \d/g), shell.screen().includes("not reached")]).toEqual([
        ["round 1"],
        false,
      ]);
    },
    TEST_TIMEOUT_MS,
  );

  test(
    "leaves no tool running",
    async () => {
      const wire = await home.connect();
      const written = await wire.follow({ signal_types: ["ToolOutputDelta"] });
      const shell = openShell(
        "jamey -n -p '/shell echo $$; sleep 1000' --permission-mode auto --model offline/guide",
      );
      const { text } = await written.until("the tool's pid", ({ type }) => type === "signal");
      wire.close();
      shell.type("\u0003");
      await shell.child.exited;
      // That the turn is cancelled is told while its processes are being ended.
      const left = await untilNone(() => [Number(text)].filter(isAlive));
      expect([Number(text) > 0, left]).toEqual([true, []]);
    },
    TEST_TIMEOUT_MS,
  );
});

describe("a reader that leaves", () => {
  test(
    "ends the run at once, without a trace, and asks the model nothing more",
    async () => {
      const child = Bun.spawn(
        [
          "bash",
          "-c",
          `"${home.binary}" -n -p x --stream --model scripted/long.yml | head -1; echo \${PIPESTATUS[0]}`,
        ],
        {
          env: home.variables,
          cwd: home.workspace,
          stdin: "ignore",
          stdout: "pipe",
          stderr: "pipe",
        },
      );
      const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
      expect([stdout, stderr]).toEqual(["line\n141\n", ""]);
    },
    TEST_TIMEOUT_MS,
  );
});

describe("-i", () => {
  test(
    "begins a chat with its prompt and goes on from the terminal",
    async () => {
      const shell = openShell("jamey -i '/say first' --model offline/guide; echo code $?");
      await shell.until("> /say first");
      // The answer, and then the line that is typed.
      await shell.until("🤖 first");
      await shell.until("\u001b[?2004h");
      shell.type("::quit\r");
      await shell.until("Goodbye!");
      await shell.until("code 0");
      await shell.child.exited;
    },
    TEST_TIMEOUT_MS,
  );

  test(
    "takes what is piped in as data for its prompt, and then keys from the terminal",
    async () => {
      const shell = openShell(
        "echo piped | jamey -i '/say first' --model offline/guide; echo code $?",
      );
      await shell.until("🤖 first");
      await shell.until("\u001b[?2004h");
      shell.type("/say second\r");
      await shell.until("🤖 second");
      shell.type("::quit\r");
      await shell.until("code 0");
      await shell.child.exited;
      const [, id = ""] = /Session created: (\S+)/.exec(shell.screen()) ?? [];
      const { stdout } = await home.run(["sessions", "show", id, "--json"]);
      const { session } = JSON.parse(stdout);
      expect(session.conversation.map(({ content }: { content: string }) => content)).toEqual([
        '/say first\n\n<stdin name="stdin" bytes="6">\npiped\n</stdin>',
        "first",
        "/say second",
        "second",
      ]);
    },
    TEST_TIMEOUT_MS,
  );

  test("ends after its prompt where data was piped in and nobody sits at a terminal", async () => {
    const { code, stdout } = await home.run(["-i", "/say first", "--model", "offline/guide"], {
      input: new Blob(["piped\n"]),
    });
    expect([code, stdout.match(/🤖 .*/g)]).toEqual([0, ["🤖 first"]]);
  });

  test("takes no second prompt", async () => {
    const { code, stderr } = await home.run(["-i", "a", "b"]);
    expect([code, stderr]).toEqual([2, "jamey: -i has the prompt: 'b' is one too many.\n"]);
  });
});

describe("a chat", () => {
  test("says which flags need a prompt", async () => {
    for (const args of [
      ["chat", "-f", "x"],
      ["-i", "x", "-f", "x"],
      ["run", "-i", "x", "-f", "x"],
    ]) {
      const { code, stderr } = await home.run(args);
      expect([code, stderr]).toEqual([2, "jamey: -f needs a prompt. Give one: jamey -p 'text'.\n"]);
    }
  });
});
