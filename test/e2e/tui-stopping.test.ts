// Keys that decide: Escape stops what runs wherever it is pressed, and nothing is allowed by keys that came too soon.
import { describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { eventFrame, startFakeDaemon } from "../support/fake-daemon.ts";
import { openHome } from "../support/home.ts";
import { isRestored, keys, openInterface, READY, writeScript } from "../support/interface-run.ts";
import type { TerminalRun } from "../support/terminal-run.ts";

const ENDLESS = `- text: "begin ${"and more ".repeat(3000)}"\n  delay_ms: { first: 0, between: 20 }\n  repeat: true\n`;

const stopped = ({ text }: TerminalRun["screen"]): boolean =>
  /stopped/.test(text()) && !text().includes("● working");

describe("Escape stops the turn", () => {
  const places: Record<string, (run: TerminalRun) => Promise<void>> = {
    "from the composer": async () => undefined,
    async "with a draft, which stays"(run) {
      run.type("half a thought");
      await run.shows("half a thought");
    },
    async "from the conversation"(run) {
      run.type(keys.focus);
      await run.shows("back to writing");
    },
    async "behind the palette, by the second press"(run) {
      run.type(keys.palette);
      await run.shows("Everything by name");
      run.type(keys.escape);
      await run.until("the palette closed", ({ text }) => !text().includes("Everything by name"));
    },
    async "behind a pane, by the second press"(run) {
      run.type(keys.sessions);
      await run.shows("Conversations");
      run.type(keys.escape);
      await run.until("the pane closed", ({ text }) => !text().includes("Conversations"));
    },
    async "told as kitty tells it"(run) {
      run.type("\u001b[27u");
    },
  };

  test.each(Object.entries(places))("%s", async (name, go) => {
    await using home = await openHome();
    const model = await writeScript(home, "endless", ENDLESS);
    await using run = openInterface(home, { args: ["tui", "--model", model] });
    await run.shows(READY);
    run.type("go\r");
    await run.shows("begin and more");
    await go(run);
    if (!name.startsWith("told")) run.type(keys.escape);
    await run.until("that it was stopped", stopped);
    if (name.includes("draft")) await run.shows("› half a thought");
  });

  test("that runs a tool, and the tool with it", async () => {
    await using home = await openHome();
    await using run = openInterface(home);
    await run.shows(READY);
    run.type("/permissions auto\r");
    await run.shows("auto");
    run.type(`//shell {"command":"echo $$ > pid; exec sleep 600"}\r`);
    await run.shows("● working");
    const file = `${home.workspace}/pid`;
    await run.until("the tool to run", ({ text }) => text().includes("shell echo"));
    const pid = await firstNumber(file);
    run.type(keys.escape);
    await run.until("that it was stopped", stopped);
    await gone(pid);
  });

  test("or the line for the shell that runs where no turn does, and the line alone", async () => {
    await using home = await openHome();
    await using run = openInterface(home);
    // Then it has heard which tools there are.
    await run.shows("offline/guide");
    const file = `${home.workspace}/pid`;
    run.type("! echo $$ > pid; exec sleep 600\r");
    const pid = await firstNumber(file);
    await run.shows("running");
    run.type(keys.escape);
    await run.shows("cancelled");
    await gone(pid);
    run.type("! echo still here | tr a-z A-Z\r");
    await run.shows("STILL HERE");
  });

  test("that was only just asked for, before its first word", async () => {
    await using home = await openHome();
    const model = await writeScript(
      home,
      "late",
      `- text: "too late"\n  delay_ms: { first: 60000 }\n`,
    );
    await using run = openInterface(home, { args: ["tui", "--model", model] });
    await run.shows(READY);
    run.type("go\r");
    await run.shows("❯ go");
    run.type(keys.escape);
    await run.until("that it was stopped", stopped);
    expect(run.screen.text()).not.toContain("too late");
  });
});

test("Leaving is asked for twice while a line for the shell runs, and ends it", async () => {
  await using home = await openHome();
  await using run = openInterface(home);
  await run.shows("offline/guide");
  run.type("! echo $$ > pid; exec sleep 600\r");
  const pid = await firstNumber(`${home.workspace}/pid`);
  run.type("\u0004");
  await run.shows("exec sleep 600 ends with it.");
  run.type("\u0004");
  await run.shows("ended with 0");
  await gone(pid);
});

/** Written by the tool as soon as it runs. */
async function firstNumber(file: string): Promise<number> {
  for (let looks = 0; looks < 1000; looks += 1) {
    const number = Number(
      await Bun.file(file)
        .text()
        .catch(() => ""),
    );
    if (number > 0) return number;
    await Bun.sleep(10);
  }
  throw new Error(`nothing was written into ${file}`);
}

async function gone(pid: number): Promise<void> {
  for (let looks = 0; looks < 1000; looks += 1) {
    const { stdout } = Bun.spawnSync(["ps", "-o", "stat=", "-p", String(pid)]);
    if (/^\s*(?:Z.*)?$/.test(stdout.toString())) return;
    await Bun.sleep(10);
  }
  throw new Error(`process ${pid} is still there`);
}

describe("an approval", () => {
  test("is given by no key that was typed before it was seen, however many", async () => {
    await using home = await openHome();
    await using run = openInterface(home);
    await run.shows(READY);
    // Everything at once: the call, the way to the inbox, and every key that would allow it.
    run.type(`//shell {"command":"echo done > made.txt"}\r${keys.inbox}`);
    run.type("y\r y\ty\ryyys");
    await run.shows("NEEDS YOU (1)");
    run.type(`${keys.inbox}${"y".repeat(20)}`);
    await run.shows('"command": "echo done > made.txt"');
    await run.shows("enter do it");
    expect(await Bun.file(`${home.workspace}/made.txt`).exists()).toBe(false);
    expect((await home.run(["requests", "list", "--json"])).stdout).toContain("made.txt");
    run.type("n");
    await run.until("nothing that waits", ({ title }) => !title().includes("✋"));
    expect(await Bun.file(`${home.workspace}/made.txt`).exists()).toBe(false);
  });
});

describe("a bug", () => {
  test("is told on the terminal as it was, with how to go on, and by the exit code", async () => {
    // A daemon that sends what none of this version would.
    const fake = startFakeDaemon({
      answer(asked, client) {
        if (asked.type === "ListSessions") {
          const sessions = [{ session_id: "se1", name: null, title: "t", po_name: "assistant" }];
          client.reply(asked, "SessionList", { sessions, next_cursor: null });
        } else if (asked.type === "Subscribe") {
          client.reply(asked, "Subscribed", { subscription_id: "s1", event_types: [] });
          client.send([{ ...eventFrame(11, "MessageAdded", {}), payload: null }]);
        } else client.fail(asked, "not_found", "nothing here");
      },
    });
    await using home = await openHome();
    await using run = openInterface(home, {
      args: ["-r", "se1"],
      variables: { JAMEY_HOME: fake.home },
      before: "printf '\\033]2;of the shell\\007'",
    });
    await run.shows("ended with 1");
    const shown = run.screen.text();
    expect(run.written()).toContain("\u001b[?1049h");
    expect(shown).toContain("The interface failed: ");
    expect(shown.replace(/\s+/g, " ")).toContain("This is a bug.");
    expect(shown).toContain("To go on: jamey -r se1");
    expect(run.screen.title()).toBe("of the shell");
    await isRestored(home, run);
    await fake.stop();
    rmSync(fake.home, { recursive: true });
  });
});
