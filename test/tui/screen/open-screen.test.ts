// The terminal taken and given back: what is written in which order, what it is asked, and what is said beside
// the picture.
import { describe, expect, test } from "bun:test";
import { type Answers, playTerminal } from "../../support/tui-terminal.ts";

const ESC = "\u001b";
/** One that knows everything: kitty's keyboard, synchronised output, a light background. */
const KNOWING: Answers = {
  [`${ESC}[?u`]: `${ESC}[?0u${ESC}[?2026;2$y${ESC}]11;rgb:ffff/ffff/ffff${ESC}\\${ESC}[?62c`,
};
/** One that says only what it is. */
const PLAIN: Answers = { [`${ESC}[c`]: `${ESC}[?62;22c` };

const inOrder = (text: string, parts: readonly string[]): boolean => {
  const places = parts.map((part) => text.indexOf(part));
  return places.every((place, index) => place >= 0 && place > (places[index - 1] ?? -1));
};

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("taking the terminal", () => {
  test("is raw first, then keeps the title, then the other screen, and only then modes and questions", () => {
    const { happened, screen } = playTerminal({ hasMouse: true });
    const [raw, first = ""] = happened;
    expect(raw).toBe("raw");
    const order = ["[22;2t", "[?1049h", "[?2004h", "[?1004h", "[?1002h", "[?1006h", "[?u", "[c"];
    expect(inOrder(first, order)).toBe(true);
    expect(screen.modes()).toEqual([1002, 1004, 1006, 1049, 2004]);
  });

  test("never asks for every motion of the mouse, and for none where it was not wanted", () => {
    expect(playTerminal({ hasMouse: true }).written.join("")).not.toContain("1003");
    expect(playTerminal().screen.modes()).toEqual([1004, 1049, 2004]);
  });
});

describe("what a terminal answers", () => {
  test("chooses the keyboard of kitty, frames at once, and colours for its background", async () => {
    const { opened, written, stale } = playTerminal({}, KNOWING);
    await settled();
    opened.draw({ lines: [[{ text: "x", style: "accent" }]], cursor: null });
    expect([opened.capabilities, stale()]).toEqual([
      { isDark: false, hasSynchronisedOutput: true, keyboard: "kitty" },
      1,
    ]);
    expect(written).toContain(`${ESC}[>1u`);
    expect(written.at(-1)).toStartWith(`${ESC}[?2026h`);
    expect(written.at(-1)).toContain("35m");
  });

  test("is enough where it only says what it is: keys are then told the older way", async () => {
    const { opened, written } = playTerminal({}, PLAIN);
    await settled();
    expect(opened.capabilities.keyboard).toBe("modified");
    expect(written).toContain(`${ESC}[>4;1m`);
  });

  test("is believed of no tmux, which answers for itself, and of nobody who was told otherwise", async () => {
    for (const variables of [{ TMUX: "/tmp/x,1,0" }, { JAMEY_SYNC: "0" }]) {
      const { opened, written } = playTerminal({ variables }, KNOWING);
      await settled();
      opened.draw({ lines: [[{ text: "x", style: "plain" }]], cursor: null });
      expect(written.join("")).not.toContain("[?2026h");
    }
  });

  test("is never typed, however it is cut", () => {
    const { type, inputs } = playTerminal();
    for (const byte of `${KNOWING[`${ESC}[?u`]}`) type(byte);
    type("a");
    expect(inputs).toEqual([{ type: "key", key: { name: "a", text: "a" } }]);
  });
});

describe("giving the terminal back", () => {
  const LEAVING = ["[?1002l", "[?1006l", "[?1004l", "[?2004l", "[?1049l", "[23;2t", "[?25h", "[m"];

  for (const [name, answers, keyboard] of [
    ["kitty's keyboard", KNOWING, "[<u"],
    ["the older keyboard", PLAIN, "[>4m"],
  ] as const) {
    test(`undoes ${name} and all modes in order, and is cooked last`, async () => {
      const played = playTerminal({ hasMouse: true }, answers);
      await settled();
      const before = played.written.length;
      expect(await played.opened.close()).toBe(true);
      const text = played.written.slice(before).join("");
      expect(inOrder(text, [keyboard, ...LEAVING, "[?1l", `${ESC}>`])).toBe(true);
      expect([played.happened.at(-1), played.isRaw(), played.screen.modes()]).toEqual([
        "cooked",
        false,
        [],
      ]);
      expect(played.screen.cursor().isVisible).toBe(true);
    });
  }

  test("waits for what the terminal still sends, while it is raw, and types none of it", async () => {
    const played = playTerminal({}, PLAIN);
    await settled();
    const closing = played.opened.close();
    played.type("rm -rf");
    await closing;
    expect(played.inputs).toEqual([]);
    const fence = played.happened.lastIndexOf(`${ESC}[c`);
    const left = played.happened.findLastIndex((one) => one.includes("[?1049l"));
    expect([fence > 0, left > fence]).toEqual([true, true]);
  });

  test("happens once, and in one breath where the process just ends", async () => {
    const played = playTerminal({}, PLAIN);
    await Promise.all([played.opened.close(), played.opened.close()]);
    const count = played.written.join("").split("[?1049l").length - 1;
    expect(count).toBe(1);
    const other = playTerminal();
    // The last one that listens is this screen's.
    process.listeners("exit").at(-1)?.(0);
    expect([other.screen.modes(), other.isRaw(), other.happened.at(-1)]).toEqual([
      [],
      false,
      "cooked",
    ]);
    await other.opened.close();
  });

  test("for a while forgets nothing: what was on comes on again, the title is kept once", async () => {
    const played = playTerminal({}, PLAIN);
    await settled();
    await played.opened.suspend();
    expect(played.screen.modes()).toEqual([]);
    played.opened.resume();
    expect([played.screen.modes(), played.isRaw()]).toEqual([[1004, 1049, 2004], true]);
    const pushed = played.written.join("").split("[22;2t").length;
    const popped = played.written.join("").split("[23;2t").length;
    expect(pushed - popped).toBe(1);
    await played.opened.close();
  });

  test("and taking it back says the title again, whoever named it meanwhile", async () => {
    const played = playTerminal({}, PLAIN);
    await settled();
    played.opened.setTitle("the deploy");
    await played.opened.suspend();
    played.screen.write(`${ESC}]2;the editor\u0007`);
    played.opened.resume();
    const afterEditor = played.screen.title();
    played.screen.write(`${ESC}]2;the shell\u0007`);
    played.opened.goOn();
    expect([afterEditor, played.screen.title()]).toEqual(["the deploy", "the deploy"]);
    await played.opened.close();
    expect(played.screen.title()).toBe("the editor");
  });
});

describe("the window", () => {
  test("told in many sizes counts by the last one", async () => {
    const played = playTerminal();
    for (let columns = 41; columns <= 90; columns += 1) played.resize(columns, 20);
    await played.arrived();
    expect(played.inputs).toEqual([{ type: "resize", size: { columns: 90, rows: 20 } }]);
    expect(played.opened.size()).toEqual({ columns: 90, rows: 20 });
  });

  test("that is gone ends the interface", () => {
    const played = playTerminal();
    expect(played.ended()).toBe(false);
    played.hangUp();
    expect(played.ended()).toBe(true);
  });
});

describe("an Escape by itself", () => {
  test("is the key at once where the rest of a sequence is there, and where nothing follows a little later", async () => {
    const { type, inputs, arrived } = playTerminal({ variables: { SSH_TTY: "/dev/pts/1" } });
    type(ESC);
    expect(inputs).toEqual([]);
    type("[A");
    expect(inputs).toEqual([{ type: "key", key: { name: "up", text: "" } }]);
    await arrived();
    const alone = playTerminal();
    alone.type(ESC);
    await alone.arrived();
    expect(alone.inputs).toEqual([{ type: "key", key: { name: "escape", text: "" } }]);
  });
});

describe("what is said beside the picture", () => {
  const notice = async (variables: Record<string, string>, isFocused: boolean) => {
    const played = playTerminal({ variables });
    played.type(isFocused ? `${ESC}[I` : `${ESC}[O`);
    const before = played.written.length;
    played.opened.notify("assistant: approval", "run the tests; now?");
    return played.written.slice(before).join("");
  };

  test("is a bell, or a notice in the words of the terminal that is known, and nothing while it is looked at", async () => {
    const osc9 = `${ESC}]9;assistant: approval: run the tests, now?\u0007\u0007`;
    const osc777 = `${ESC}]777;notify;assistant: approval;run the tests, now?\u0007\u0007`;
    const cases: [Record<string, string>, string][] = [
      [{}, "\u0007"],
      [{ JAMEY_NOTIFY: "osc" }, osc9],
      [{ TERM_PROGRAM: "ghostty" }, osc9],
      [{ TERM: "xterm-kitty" }, osc9],
      [{ VTE_VERSION: "7600" }, osc777],
      [{ VTE_VERSION: "7600", JAMEY_NOTIFY: "bell" }, "\u0007"],
      [{ VTE_VERSION: "7600", JAMEY_NOTIFY: "off" }, ""],
    ];
    for (const [variables, said] of cases) {
      expect([variables, await notice(variables, false)]).toEqual([variables, said]);
      expect([variables, await notice(variables, true)]).toEqual([variables, ""]);
    }
  });

  test("is wrapped for tmux, which hands nothing else on", async () => {
    const said = await notice({ TMUX: "/tmp/x,1,0", JAMEY_NOTIFY: "osc" }, false);
    expect(said).toBe(
      `${ESC}Ptmux;${ESC}${ESC}]9;assistant: approval: run the tests, now?\u0007${ESC}\\\u0007`,
    );
    const played = playTerminal({ variables: { TMUX: "/tmp/x,1,0" } });
    played.opened.copy("hi");
    expect(played.written.at(-1)).toBe(`${ESC}Ptmux;${ESC}${ESC}]52;c;aGk=\u0007${ESC}\\`);
  });

  test("controls nothing, and is not without an end", () => {
    const { opened, screen, type, written } = playTerminal({ variables: { JAMEY_NOTIFY: "osc" } });
    type(`${ESC}[O`);
    opened.setTitle(`evil${ESC}]0;x\u0007\u009b2J\ntitle`);
    expect(screen.title()).toBe("evil ]0;x 2J title");
    opened.setTitle("\u202egpj.\u2066ab\u200bc\u{e0041}\ufe0f 日本 é");
    expect(screen.title()).toBe("gpj.abc 日本 é");
    opened.notify("\u202ea", "b\u200bc\u2069");
    expect(written.at(-1)).toBe(`${ESC}]9;a: bc\u0007\u0007`);
    opened.setTitle("x".repeat(10_000));
    expect(screen.title()).toHaveLength(200);
  });

  test("is ASCII for a terminal that is not said to understand UTF-8", () => {
    const played = playTerminal({ variables: { LC_ALL: "C", JAMEY_NOTIFY: "osc" } });
    played.opened.setTitle("✋1 ● déploy · jamey");
    played.type(`${ESC}[O`);
    played.opened.notify("déploy", "go on — 日本?");
    expect(played.written.join("")).not.toMatch(/\P{ASCII}/u);
    expect(played.screen.title()).toBe("!1 * deploy - jamey");
  });
});
