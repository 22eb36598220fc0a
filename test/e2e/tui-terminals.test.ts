// The interface in terminals of many kinds: what each can show is what it gets, and each gets itself back.
import { describe, expect, test } from "bun:test";
import { type Home, openHome } from "../support/home.ts";
import { IN_USE, isRestored, keys, openInterface, READY, says } from "../support/interface-run.ts";
import type { TerminalRun } from "../support/terminal-run.ts";

/** Colours of SGR sequences: anything but bold, dim, italic, underline, inverse and their end. */
function coloursOf(run: TerminalRun): readonly string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what a terminal is made of.
  const sequences = [...run.written().matchAll(/\u001b\[([\d;]*)m/g)].map(([, body = ""]) => body);
  return [...new Set(sequences)].filter((body) => !/^(?:[012347]?;?)*$/.test(body));
}

async function talksAndLeaves(home: Home, run: TerminalRun): Promise<void> {
  await run.shows(READY);
  expect(run.screen.modes()).toEqual(IN_USE);
  run.type("/say **done** with `code`\r");
  await run.until("the answer", ({ text }) => /^ [◆*] done with code/m.test(text()));
  run.type("/quit\r");
  await run.shows("ended with 0");
  await isRestored(home, run);
}

describe("a terminal", () => {
  for (const [name, variables] of [
    ["of a TERM that nobody knows", { TERM: "terminal-of-tomorrow" }],
    ["without a TERM", { TERM: "" }],
    ["without descriptions of terminals", { TERMINFO: "/nowhere", TERMINFO_DIRS: "/nowhere" }],
    ["inside tmux, by its variables", { TERM: "tmux-256color", TMUX: "/nowhere/default,1,0" }],
    ["at the other end of a connection", { SSH_TTY: "/dev/pts/0", SSH_CONNECTION: "::1 1 ::1 2" }],
    ["of old", { TERM: "vt100" }],
  ] as const) {
    test(`${name} is used like any other`, async () => {
      await using home = await openHome();
      await using run = openInterface(home, { variables });
      await talksAndLeaves(home, run);
      expect(coloursOf(run)).not.toEqual([]);
    });
  }

  test("with NO_COLOR is written no colour, and loses nothing of what is said", async () => {
    await using home = await openHome();
    await using run = openInterface(home, { variables: { NO_COLOR: "1" } });
    await talksAndLeaves(home, run);
    expect(coloursOf(run)).toEqual([]);
  });

  test.each(["C", "POSIX", "de_DE.ISO-8859-1"])(
    "of the locale %s is written ASCII alone, its title too",
    async (locale) => {
      await using home = await openHome({ LC_ALL: locale });
      await using run = openInterface(home);
      await run.shows(READY);
      run.type("/ask Shall I?\r");
      await run.until("the mark of a question", ({ title }) => title().startsWith("!1 "));
      await run.shows("! 1 - assistant");
      expect(run.written()).not.toMatch(/\P{ASCII}/u);
      run.type("/quit\r");
      await run.shows("ended with 0");
      expect(run.written()).not.toMatch(/\P{ASCII}/u);
      await isRestored(home, run);
    },
  );
});

describe("the title", () => {
  const TITLED = "printf '\\033]2;of the shell\\007'";

  test("says what waits and who works, and is what it was when the interface is left", async () => {
    await using home = await openHome();
    await using run = openInterface(home, { before: TITLED });
    await run.shows(READY);
    expect(run.screen.title()).toContain("· jamey");
    run.type("/ask Shall I?\r");
    await run.until("what waits", ({ title }) => title().startsWith("✋1 "));
    run.type("/quit\r");
    await run.shows("ended with 0");
    expect(run.screen.title()).toBe("of the shell");
  });

  test("is what it was after a signal, too", async () => {
    await using home = await openHome();
    await using run = openInterface(home, { before: TITLED });
    await run.shows(READY);
    run.interrupt("SIGTERM");
    await run.shows("ended with 143");
    expect(run.screen.title()).toBe("of the shell");
  });
});

describe("who looks elsewhere", () => {
  test("is called when something waits for a human, and nobody else is", async () => {
    await using home = await openHome();
    await using run = openInterface(home, { variables: { JAMEY_NOTIFY: "osc" } });
    await run.shows(READY);
    run.type("/ask First?\r");
    await run.until("the question", ({ title }) => title().startsWith("✋1 "));
    expect(run.screen.others().filter((other) => other === "bell" || /^\]9/.test(other))).toEqual(
      [],
    );
    run.type("\u001b[O");
    const elsewhere = await home.connect();
    await elsewhere.ask("SendMessage", { po_name: "assistant", message: "/ask Second?" });
    await run.until("the call", ({ others }) => others().some((other) => other.startsWith("]9;")));
    expect(run.screen.others().find((other) => other.startsWith("]9;"))).toContain("Second?");
  });
});

test("a terminal of Latin letters shows every pane by its signs", async () => {
  await using home = await openHome({ LC_ALL: "C" });
  await using run = openInterface(home);
  await run.shows(READY);
  run.type("/say done\r");
  await run.until("the answer", ({ text }) => /^ \* done/m.test(text()));
  for (const key of [keys.inbox, keys.sessions, keys.objects, keys.usage, keys.log, keys.help]) {
    run.type(key);
    await run.until("something over the conversation", (screen) => !says("done")(screen));
    run.type(keys.escape);
    await run.until("the conversation", ({ text }) => /^ \* done/m.test(text()));
  }
  expect(run.written()).not.toMatch(/\P{ASCII}/u);
});
