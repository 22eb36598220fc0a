// Several interfaces on one daemon, and a daemon that dies: what happens anywhere shows, once, without a key.
import { describe, expect, test } from "bun:test";
import { dirname, join } from "node:path";
import { type Home, openHome } from "../support/home.ts";
import { keys, openInterface, READY, says, writeScript } from "../support/interface-run.ts";
import type { TerminalRun } from "../support/terminal-run.ts";
import type { Wire } from "../support/wire-client.ts";

const count = (text: string, part: string): number => text.split(part).length - 1;

async function sessionOf(wire: Wire): Promise<string> {
  const { sessions } = await wire.ask("ListSessions", {});
  // What the daemon lists, the newest first.
  const [newest] = sessions as { session_id: string }[];
  return newest?.session_id ?? "";
}

const requestOf = async (wire: Wire): Promise<string> => {
  const { requests } = await wire.ask("ListPendingRequests", {});
  // What waits: one question.
  const [only] = requests as { request_id: string }[];
  return only?.request_id ?? "";
};

const asksNothing = ({ text, title }: TerminalRun["screen"]): boolean =>
  !text().includes("✋") && !title().includes("✋");

/** Two interfaces with the same conversation, which has begun. */
async function openTwo(home: Home) {
  const first = openInterface(home);
  await first.shows(READY);
  first.type("/say begun\r");
  await first.until("the answer", says("begun"));
  const wire = await home.connect();
  const session_id = await sessionOf(wire);
  const second = openInterface(home, { args: ["attach", session_id] });
  await second.until("the same answer", says("begun"));
  return { first, second, wire, session_id };
}

const closing = (...runs: TerminalRun[]): AsyncDisposable => ({
  async [Symbol.asyncDispose]() {
    await Promise.all(runs.map((run) => run[Symbol.asyncDispose]()));
  },
});

describe("two interfaces and another client", () => {
  test("show what each of them says, once and in one order, without a key", async () => {
    await using home = await openHome();
    const { first, second, session_id } = await openTwo(home);
    await using _runs = closing(first, second);
    second.type("/say from the second\r");
    await first.until("the second's answer", says("from the second"));
    await home.run(["-r", session_id, "-n", "-p", "/say from a pipe"]);
    for (const run of [first, second]) {
      await run.until("the pipe's answer", says("from a pipe"));
      const spoken = run.screen.lines().filter((line) => /^ [◆❯] /.test(line));
      expect(spoken.map((line) => line.replace(/ {2,}.*$/, ""))).toEqual([
        " ❯ /say begun",
        " ◆ begun",
        " ❯ /say from the second",
        " ◆ from the second",
        " ❯ /say from a pipe",
        " ◆ from a pipe",
      ]);
    }
  });

  test("lose a question everywhere when it is answered anywhere, and keep what was being typed", async () => {
    await using home = await openHome();
    const { first, second, wire } = await openTwo(home);
    await using _runs = closing(first, second);
    first.type("/ask Shall I?\r");
    for (const run of [first, second]) await run.shows("NEEDS YOU (1)");
    second.type(keys.inbox);
    await second.shows("enter do it");
    second.type(keys.enter);
    await second.until("a field", ({ cursor }) => cursor().isVisible);
    second.type("half an answer");
    await second.shows("half an answer");
    first.type("a draft");
    const request_id = await requestOf(wire);
    const { code } = await home.run(["requests", "answer", request_id, "from elsewhere"]);
    expect(code).toBe(0);
    for (const run of [first, second]) await run.until("no question", asksNothing);
    await first.shows("› a draft");
    await first.shows("from elsewhere");
  });

  test("see the new text of an object that somebody else writes, and what it says of it", async () => {
    await using home = await openHome();
    const { first, second } = await openTwo(home);
    await using _runs = closing(first, second);
    first.type(keys.objects);
    await first.shows("[prompt]");
    const file = join(dirname(home.state), "objects", "assistant.md");
    await Bun.write(file, `${(await Bun.file(file).text()).trimEnd()}\nAlways rhyme.\n`);
    await first.shows("Always rhyme.");
    first.type("\t\t");
    await first.shows("+ Always rhyme.");
  });
});

describe("a daemon that is killed", () => {
  const words = Array.from({ length: 60 }, (_, index) => `word${index}`).join(" ");
  const script = `- text: "begin ${words} end"\n  delay_ms: { first: 0, between: 20 }\n  repeat: true\n`;

  test("in the middle of an answer is said to be away, then back; nothing is lost, doubled or untyped", async () => {
    await using home = await openHome();
    const model = await writeScript(home, "slow", script);
    await using run = openInterface(home, { args: ["tui", "--model", model] });
    await run.shows(READY);
    run.type("first\r");
    await run.shows("begin word0");
    run.type("second\u001b\r");
    await run.shows("queued: second");
    run.type("half a thought");
    await run.shows("› half a thought");
    process.kill(home.daemonPid(), "SIGKILL");
    await run.until("both signs of it", ({ text }) =>
      ["⇄ Reconnecting...", "The daemon is away"].every((sign) => text().includes(sign)),
    );
    run.type(", and its end");
    await run.shows("half a thought, and its end");
    await run.shows("The connection is back.");
    await run.until("both answers", ({ text }) => count(text(), "word59 end") === 2);
    await run.until("rest", ({ text }) => !text().includes("● working"));
    const shown = run.screen.text();
    expect(["begin word0", "❯ first", "❯ second", "⇄ "].map((part) => count(shown, part))).toEqual([
      2, 1, 1, 0,
    ]);
    expect(shown).toContain("› half a thought, and its end");
    const wire = await home.connect();
    const said = await wire.conversation(await sessionOf(wire));
    expect(said.map(({ role, content }) => [role, content.slice(0, 9)])).toEqual([
      ["user", "first"],
      ["assistant", "begin wor"],
      ["user", "second"],
      ["assistant", "begin wor"],
    ]);
  });

  test("while a human is asked is asked about again, and the answer goes on where it was", async () => {
    await using home = await openHome();
    await using run = openInterface(home);
    await run.shows(READY);
    run.type("/ask Shall I?\r");
    await run.shows("NEEDS YOU (1)");
    process.kill(home.daemonPid(), "SIGKILL");
    await run.shows("The connection is back.");
    await run.shows("NEEDS YOU (1)");
    expect(run.screen.title()).toStartWith("✋1 ");
    const wire = await home.connect();
    const { code } = await home.run(["requests", "answer", await requestOf(wire), "go on"]);
    expect(code).toBe(0);
    await run.until("the answer", ({ text }) => text().includes("ENDED (1)"));
    expect(asksNothing(run.screen)).toBe(true);
  });

  test("is not started again where it was stopped on purpose, until that is asked for", async () => {
    await using home = await openHome();
    await using run = openInterface(home);
    await run.shows(READY);
    run.type("/say before\r");
    await run.until("the answer", says("before"));
    expect((await home.run(["daemon", "stop"])).code).toBe(0);
    await run.shows("/reconnect tries now");
    const status = await home.run(["daemon", "status"]);
    expect(status.stdout).toStartWith("not running");
    run.type("/reconnect\r");
    await run.shows("The connection is back.");
    run.type("/say after\r");
    await run.until("the next answer", says("after"));
  });
});
