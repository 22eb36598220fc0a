// How the interface is opened: with which conversation, in which environment, on which daemon.
import { describe, expect, test } from "bun:test";
import { mkdirSync, rmSync } from "node:fs";
import { startFakeDaemon } from "../support/fake-daemon.ts";
import { type Home, openHome } from "../support/home.ts";
import {
  isRestored,
  keys,
  openInterface,
  READY,
  says,
  writeScript,
} from "../support/interface-run.ts";

/** One conversation of one answer; its id. */
async function say(home: Home, text: string, args: readonly string[] = []): Promise<string> {
  const { stdout } = await home.run([...args, "-n", "-o", "json", "-p", `/say ${text}`]);
  // What a one-shot prints.
  return (JSON.parse(stdout) as { session_id: string }).session_id;
}

describe("a conversation is opened", () => {
  const ways: Record<string, (ids: { old: string; named: string }) => readonly string[]> = {
    "the latest by -c": () => ["-c"],
    "the latest by tui -c": () => ["tui", "-c"],
    "the latest by attach -c": () => ["attach", "-c"],
    "by -r and its id": ({ old }) => ["-r", old],
    "by tui -r and the start of its id": ({ old }) => ["tui", "-r", old.slice(0, 13)],
    "by tui --session and its name": () => ["tui", "--session", "the old one"],
    "by attach and its id": ({ old }) => ["attach", old],
    "by attach --session": ({ old }) => ["attach", "--session", old],
  };

  test.each(Object.entries(ways))(
    "%s, with what was said there, and goes on",
    async (name, argsOf) => {
      await using home = await openHome();
      const old = await say(home, "the heron is blue", ["--name", "the old one"]);
      const named = await say(home, "the fox is red");
      await using run = openInterface(home, { args: argsOf({ old, named }) });
      const isLatest = name.startsWith("the latest");
      await run.until("what was said", says(isLatest ? "the fox is red" : "the heron is blue"));
      run.type("/say and on\r");
      await run.until("the answer", says("and on"));
      run.type("/quit\r");
      await run.shows("ended with 0");
      expect(run.screen.text()).toContain(`To go on: jamey -r ${isLatest ? named : old}`);
      await isRestored(home, run);
    },
  );

  test("while an answer is written in it, and shows that from its beginning to its end, once", async () => {
    await using home = await openHome();
    const words = Array.from({ length: 60 }, (_, index) => `word${index}`).join(" ");
    const text = `- text: "begin ${words} end"\n  delay_ms: { first: 0, between: 20 }\n`;
    const model = await writeScript(home, "slow", text);
    await using first = openInterface(home, { args: ["tui", "--model", model] });
    await first.shows(READY);
    first.type("go\r");
    await first.shows("begin word0");
    await using second = openInterface(home, { args: ["attach", "-c"] });
    await second.shows("● working");
    for (const run of [first, second]) {
      await run.shows("word59 end");
      const shown = run.screen
        .text()
        .replace(/\s*│.*$/gm, "")
        .replace(/\s+/g, " ");
      expect(shown.split(`begin ${words} end`)).toHaveLength(2);
    }
  });
});

test("a conversation that is left while it is answered has its whole answer when one comes back", async () => {
  await using home = await openHome();
  await say(home, "the other one");
  const words = Array.from({ length: 60 }, (_, index) => `word${index}`).join(" ");
  const text = `- text: "begin ${words} end"\n  delay_ms: { first: 0, between: 10 }\n`;
  const model = await writeScript(home, "slow", text);
  await using run = openInterface(home, { args: ["tui", "--model", model] });
  await run.shows(READY);
  run.type("go\r");
  await run.shows("begin word0");
  run.type(keys.sessions);
  await run.shows("the other one");
  run.type("/other\r");
  await run.until("the other conversation", says("the other one"));
  expect(run.screen.text()).not.toContain("begin word0");
  await run.shows("● 1 new elsewhere");
  run.type(`${keys.sessions}`);
  await run.shows("1 new");
  run.type("/go\r");
  await run.shows("word59 end");
  const shown = run.screen
    .text()
    .replace(/\s*│.*$/gm, "")
    .replace(/\s+/g, " ");
  expect(shown.split(`begin ${words} end`)).toHaveLength(2);
});

describe("what cannot be opened is said before anything is drawn", () => {
  test.each([
    [
      "a session that is not",
      ["-r", "nothing-like-it"],
      1,
      "There is no session 'nothing-like-it'",
    ],
    ["two ways to name one", ["tui", "-c", "-r", "x"], 2, "-c and -r both name a session"],
    ["an environment that is not", ["--env", "nowhere"], 1, "nowhere"],
    ["the latest where none is", ["-c"], 1, "No session was used in"],
  ] as const)("%s", async (_name, args, code, said) => {
    await using home = await openHome();
    await using run = openInterface(home, { args });
    await run.shows(`ended with ${code}`);
    expect(run.screen.text()).toContain(said);
    expect(run.written()).not.toContain("\u001b[?");
  });
});

describe("a daemon that cannot be talked with is said before anything is drawn", () => {
  test("because what it keeps is no database", async () => {
    await using home = await openHome();
    mkdirSync(home.state, { recursive: true });
    await Bun.write(home.database, "no database ".repeat(1000));
    await using run = openInterface(home);
    await run.shows("ended with ");
    expect(run.screen.text()).not.toContain("ended with 0");
    expect(run.screen.text()).toContain("The database file is damaged");
    expect(run.written()).not.toContain("\u001b[?1049h");
    expect(await Bun.file(home.database).text()).toStartWith("no database");
  });

  test("because it is of another version", async () => {
    const fake = startFakeDaemon({
      protocol_version: 99,
      answer: (asked, client) => client.fail(asked, "internal", "nothing here"),
    });
    await using home = await openHome();
    await using run = openInterface(home, { variables: { JAMEY_HOME: fake.home } });
    await run.shows("ended with 69");
    expect(run.screen.text()).toContain("(protocol 99)");
    expect(run.written()).not.toContain("\u001b[?1049h");
    await fake.stop();
    rmSync(fake.home, { recursive: true });
  });
});

describe("another environment", () => {
  test("is opened by --env, its objects and conversations are its own, and its daemon another", async () => {
    await using home = await openHome();
    await say(home, "of the default one");
    expect((await home.run(["env", "create", "garden"])).code).toBe(0);
    for (const args of [
      ["--env", "garden"],
      ["tui", "--env", "garden"],
    ]) {
      await using run = openInterface(home, { args });
      await run.shows(READY);
      await run.shows("· garden");
      run.type("/say among flowers\r");
      await run.until("the answer", says("among flowers"));
      run.type("\u0013");
      await run.shows("Conversations");
      expect(run.screen.text()).not.toContain("of the default one");
      run.type("\u001b");
      await run.until("the conversation", says("among flowers"));
      run.type("/quit\r");
      await run.shows("ended with 0");
    }
    const listed = await home.run(["sessions", "list"]);
    expect(listed.stdout).not.toContain("among flowers");
  });
});
