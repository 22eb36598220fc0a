// The interface under what terminals really send: windows pulled to any size, pastes, sequences in pieces.
import { describe, expect, test } from "bun:test";
import { openHome } from "../support/home.ts";
import {
  IN_USE,
  isRestored,
  keys,
  openInterface,
  READY,
  says,
  writeScript,
} from "../support/interface-run.ts";

const SIZE = { columns: 100, rows: 30 };
const RESIZES = 200;
/** Between two sizes: long enough for some of them to be drawn, short enough for others to be skipped. */
const STEP_MS = 4;

/** The same sizes at each run: far too small ones, the smallest, and everything up to a large window. */
const storm = Array.from({ length: RESIZES }, (_, index) => {
  if (index % 10 === 3) return { columns: 40, rows: 10 };
  if (index % 10 === 7) return { columns: 20, rows: 5 };
  if (index % 50 === 9) return { columns: 1, rows: 1 };
  return { columns: 20 + ((index * 37) % 190), rows: 5 + ((index * 13) % 60) };
});

describe("two hundred sizes one after the other", () => {
  test("leave the conversation, and what is typed, as they were", async () => {
    await using home = await openHome();
    await using run = openInterface(home);
    await run.shows(READY);
    run.type("/say first **words** of it\r");
    await run.until("the answer", says("first words of it"));
    run.type("half a thought 日本 😀");
    await run.shows("half a thought 日本 😀");
    const before = run.screen.lines();
    for (const { columns, rows } of storm) {
      run.resize(columns, rows);
      await Bun.sleep(STEP_MS);
    }
    run.resize(20, 5);
    await run.shows("Too small");
    run.resize(SIZE.columns, SIZE.rows);
    const settled = ({ lines }: typeof run.screen) => isSameConversation(lines(), before);
    await run.until("the screen of before", settled);
    run.type("\u0015/quit\r");
    await run.shows("ended with 0");
    await isRestored(home, run);
  });

  test("lose nothing of an answer that is written meanwhile", async () => {
    await using home = await openHome();
    const words = Array.from({ length: 120 }, (_, index) => `word${index}`).join(" ");
    const text = `- text: "begin ${words} end"\n  delay_ms: { first: 0, between: 5 }\n`;
    const model = await writeScript(home, "slow", text);
    await using run = openInterface(home, { args: ["tui", "--model", model] });
    await run.shows(READY);
    run.type("go\r");
    await run.shows("begin word0");
    for (const { columns, rows } of storm) {
      run.resize(columns, rows);
      await Bun.sleep(STEP_MS);
    }
    run.resize(200, 60);
    await run.shows("word119 end");
    const shown = run.screen
      .text()
      .replace(/\s*│.*$/gm, "")
      .replace(/\s+/g, " ");
    expect(shown).toContain(`begin ${words} end`);
  });
});

test("what others wrote over the screen is gone after Ctrl+L", async () => {
  await using home = await openHome();
  await using run = openInterface(home);
  await run.shows(READY);
  run.type("half a thought");
  await run.shows("half a thought");
  run.screen.write("\u001b[5;1Hanother program\u001b[20;1H\u001b[Jand nothing below");
  run.type("\u000c");
  await run.until("its own screen", ({ text, lines }) => {
    const isClean = !/another program|nothing below/.test(text());
    return (
      isClean && text().includes("› half a thought") && lines().at(-1)?.endsWith("f1 help") === true
    );
  });
});

test("the mouse is the terminal's own until it is asked for, and again when it is left", async () => {
  await using home = await openHome();
  await using run = openInterface(home);
  await run.shows(READY);
  expect(run.screen.modes()).toEqual(IN_USE);
  run.type("/mouse on\r");
  await run.until("the mouse", ({ modes }) => modes().includes(1006));
  expect(run.screen.modes()).toEqual([1002, ...IN_USE].toSpliced(2, 0, 1006));
  run.type("/mouse off\r");
  await run.until("no mouse", ({ modes }) => modes().join() === IN_USE.join());
  run.type("/mouse on\r");
  await run.until("the mouse", ({ modes }) => modes().includes(1006));
  run.type("/quit\r");
  await run.shows("ended with 0");
  await isRestored(home, run);
});

test("what is copied is what was written, by the terminal's own clipboard", async () => {
  await using home = await openHome();
  const model = await writeScript(home, "raw", '- text: "# Title\\n\\n- **raw** `text`"\n');
  await using run = openInterface(home, { args: ["tui", "--model", model] });
  await run.shows(READY);
  run.type("go\r");
  await run.shows("raw text");
  run.type("/copy\r");
  const isCopy = (other: string) => other.startsWith("]52;c;");
  await run.until("the clipboard", ({ others }) => others().some(isCopy));
  const copied = run.screen.others().find(isCopy)?.slice("]52;c;".length) ?? "";
  expect(Buffer.from(copied, "base64").toString()).toBe("# Title\n\n- **raw** `text`");
});

/** What stands beside the conversation tells how long ago something was, and may have come a little later. */
const isSameConversation = (left: readonly string[], right: readonly string[]): boolean =>
  conversationOf(left) === conversationOf(right);

const conversationOf = (lines: readonly string[]): string =>
  lines.map((line) => line.replace(/ *│.*$/, "")).join("\n");

describe("a paste", () => {
  const lines = Array.from({ length: 50 }, (_, index) => `\tline ${index}\twith tabs`);

  test("of fifty lines with tabs is typed once, sends nothing, and arrives as it was", async () => {
    await using home = await openHome();
    await using run = openInterface(home);
    await run.shows(READY);
    run.type(`\u001b[200~${lines.join("\r")}\u001b[201~`);
    await run.shows("[pasted 50 lines]");
    run.type(" is all");
    await run.shows("[pasted 50 lines] is all");
    const early = await home.run(["sessions", "list", "-o", "json"]);
    expect(early.stdout).not.toContain("line 0");
    run.type(keys.enter);
    await run.until("the answer", says("No model"));
    const wire = await home.connect();
    const { sessions } = await wire.ask("ListSessions", {});
    // The reply of the daemon: one session.
    const [{ session_id }] = sessions as [{ session_id: string }];
    const [sent] = await wire.conversation(session_id);
    expect(sent?.content).toBe(`${lines.join("\n")} is all`);
  });
});

describe("sequences that come in pieces", () => {
  const SEQUENCES: Record<string, string> = {
    "Shift+Enter as kitty says it": "\u001b[13;2u",
    "Shift+Enter as it was said before": "\u001b[27;2;13~",
    "a key that is let go of": "\u001b[97;1:3u",
    "the background": "\u001b]11;rgb:1e1e/1e1e/2e2e\u001b\\",
    "what a terminal is": "\u001b[?62;22c",
    "what it can do at once": "\u001b[?2026;2$y",
    "an arrow": "\u001b[A",
    "the mouse": "\u001b[<35;150;7M",
    "the wheel and a letter": "\u001b[<65;150;7Mx\u001b[<64;150;7M",
    "a focus that comes and goes": "\u001b[O\u001b[I",
    "a paste": "\u001b[200~p\u001b[201~",
    "a picture": "😀",
  };
  const typed = { "the wheel and a letter": "x", "a paste": "p", "a picture": "😀" };

  // An Escape by itself is a key after a moment, which no machine can promise: that cut is judged without a clock
  // in the tests of the decoder.
  test("are keys or nothing, and none of their letters is typed", async () => {
    await using home = await openHome();
    await using run = openInterface(home, { size: { columns: 200, rows: 40 } });
    await run.shows(READY);
    for (const [name, sequence] of Object.entries(SEQUENCES)) {
      const bytes = Buffer.from(sequence);
      for (let at = 2; at < bytes.length; at += 1) {
        run.typeBytes(bytes.subarray(0, at));
        await new Promise((resolve) => setImmediate(resolve));
        run.typeBytes(bytes.subarray(at));
        run.type("|");
      }
      const letters = Object.entries(typed).find(([known]) => known === name)?.[1] ?? "";
      const isNewLine = name.startsWith("Shift+Enter");
      const one = isNewLine ? "|" : `${letters}|`;
      const count = bytes.length - 2;
      await run.until(`${name}, in ${count} cuts`, ({ text }) => {
        const shown = composed(text(), isNewLine);
        return shown === one.repeat(count);
      });
      run.type("\u0003");
      await run.shows(READY);
    }
  });
});

/** What stands in the composer: the rows from its mark to the status line. */
function composed(screen: string, hasRows: boolean): string {
  const rows = screen.split("\n");
  const first = rows.findLastIndex((row) => row.startsWith("›"));
  const own = rows.slice(first, -1).map((row) => row.slice(2).trim());
  return hasRows ? own.join("") : (own[0] ?? "");
}
