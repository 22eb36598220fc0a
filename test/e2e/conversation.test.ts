// A person's ordinary use, with the daemon killed in between and underneath: conversations go on where they
// were, a piped file arrives byte for byte.
import { expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { answersSince, judge, type Reading } from "../support/fake-vendors/conversation.ts";
import { type Dialect, dialects } from "../support/fake-vendors/dialects.ts";
import { readRequest } from "../support/fake-vendors/readers.ts";
import { type Asked, type FakeVendor, startFakeVendor } from "../support/fake-vendors/server.ts";
import { type Finished, type Home, openHome } from "../support/home.ts";
import { isAlive, killAll } from "../support/processes.ts";

interface Plan {
  text: string;
  calls?: { id: string; name: string; args: Record<string, unknown> }[];
}

function findDialect(): Dialect {
  const found = dialects.find(({ vendor }) => vendor === "anthropic");
  if (!found) throw new Error("there is no dialect anthropic");
  return found;
}

const dialect = findDialect();

interface Desk extends AsyncDisposable {
  home: Home;
  vendor: FakeVendor;
  readings(): Reading[];
  say(args: string[]): Promise<Finished>;
  killDaemon(): Promise<void>;
}

async function openDesk(plan: (reading: Reading, asked: Asked, home: Home) => Plan): Promise<Desk> {
  const home = await openHome();
  const vendor = await startFakeVendor((asked) => {
    const { text, calls = [] } = plan(readRequest(dialect.read, asked.body), asked, home);
    return {
      type: "answer",
      headers: { "content-type": dialect.content_type },
      pieces: dialect.encode({ text, calls }),
      end: "whole",
    };
  });
  const variables = dialect.variables(vendor.origin, "sk-test-of-conversation");
  return {
    home,
    vendor,
    readings: () => vendor.asked.map(({ body }) => readRequest(dialect.read, body)),
    say: async (args) => await home.run(["--model", dialect.model, ...args], { variables }),
    async killDaemon() {
      const pid = home.daemonPid();
      await killAll(() => [pid].filter(isAlive));
    },
    async [Symbol.asyncDispose]() {
      await home[Symbol.asyncDispose]();
      await vendor[Symbol.asyncDispose]();
    },
  };
}

const KEEPER = {
  id: "toolu_1",
  name: "shell",
  args: { command: "echo kept > kept.txt; kill -9 $PPID; sleep 20" },
};

test("a file in a pipe reaches the model byte for byte, between the tags of stdin", async () => {
  await using desk = await openDesk(() => ({ text: "A licence." }));
  const { home, vendor } = desk;
  const tricky =
    '\uFEFFno\ttabs lost\r\nnor "quotes", <tags>, 🙂 emoji or\u2028separators\n\n  end';
  writeFileSync(join(home.workspace, "tricky.txt"), tricky);
  const files = [resolve(import.meta.dir, "../../LICENSE"), join(home.workspace, "tricky.txt")];
  const big = join(home.workspace, "big.txt");
  writeFileSync(
    big,
    Array.from({ length: 60_000 }, (_, line) => `line ${line} of a long file\n`).join(""),
  );
  for (const file of [...files, big]) {
    const answer = await home.run(["--model", dialect.model, "summarise this"], {
      program: ["/bin/sh", "-c", `cat "${file}" | exec "${home.binary}" "$@"`, "sh"],
      variables: dialect.variables(vendor.origin, "sk-test-of-conversation"),
    });
    expect(answer).toEqual({ code: 0, stdout: "A licence.\n", stderr: "" });
    const content = readFileSync(file, "utf8");
    const text = content.replace(/^\uFEFF/, "");
    const newline = text.endsWith("\n") ? "" : "\n";
    const said = desk.readings().at(-1)?.items.at(-1)?.text;
    // A mark of the encoding is no text; its bytes count, because the file has them.
    const bytes = Buffer.byteLength(content);
    expect(said).toBe(
      `summarise this\n\n<stdin name="stdin" bytes="${bytes}">\n${text}${newline}</stdin>`,
    );
  }
});

test("-c and -r go on with a conversation whose daemon was killed after each turn", async () => {
  await using desk = await openDesk((reading) => ({
    text: `Answer ${reading.items.filter(({ role }) => role === "user").length}.`,
  }));
  const first = await desk.say(["-o", "json", "my first question"]);
  const { session_id } = JSON.parse(first.stdout);
  await desk.killDaemon();
  const second = await desk.say(["-c", "my second question"]);
  expect(second).toEqual({ code: 0, stdout: "Answer 2.\n", stderr: "" });
  await desk.killDaemon();
  const third = await desk.say(["-r", String(session_id).slice(0, 13), "my third question"]);
  expect(third).toEqual({ code: 0, stdout: "Answer 3.\n", stderr: "" });
  const last = desk.readings().at(-1);
  expect(last && judge(last)).toEqual([]);
  expect(last?.items.slice(1).map(({ role, text }) => `${role}: ${text}`)).toEqual([
    "user: my first question",
    "assistant: Answer 1.",
    "user: my second question",
    "assistant: Answer 2.",
    "user: my third question",
  ]);
});

test("a one-shot whose daemon dies while the model is asked still ends with the whole answer", async () => {
  await using desk = await openDesk((_reading, { count }, home) => {
    if (count === 1) process.kill(home.daemonPid(), "SIGKILL");
    return { text: "It took two daemons." };
  });
  const answer = await desk.say(["are you still there"]);
  expect(answer).toEqual({ code: 0, stdout: "It took two daemons.\n", stderr: expect.any(String) });
  expect(desk.vendor.asked).toHaveLength(2);
  expect(desk.readings().flatMap(judge)).toEqual([]);
});

test("a one-shot whose tool kills the daemon is told that its outcome is unknown, and ends", async () => {
  await using desk = await openDesk((reading) =>
    answersSince(reading) === 0
      ? { text: "I will see.", calls: [KEEPER] }
      : { text: `The tool said: ${reading.items.at(-1)?.text}` },
  );
  const { code, stdout } = await desk.say(["--allow", "shell", "keep something"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^The tool said: .*(interrupted|unknown)/is);
  expect(readFileSync(join(desk.home.workspace, "kept.txt"), "utf8")).toBe("kept\n");
  expect(desk.readings().flatMap(judge)).toEqual([]);
});
