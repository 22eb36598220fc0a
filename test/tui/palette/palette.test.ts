// The palette and the key help: what is found, what is chosen, what is shown.
import { describe, expect, test } from "bun:test";
import { keymapOf, keyTable } from "../../../src/tui/keys.ts";
import {
  emptyPalette,
  type PaletteState,
  updatePalette,
  viewPalette,
  withFiles,
} from "../../../src/tui/palette/index.ts";
import { viewKeyHelp } from "../../../src/tui/palette/key-help.ts";
import { plainText, widthOfLine } from "../../../src/tui/text.ts";
import { keysOf } from "../../support/composing.ts";
import { knowing } from "../../support/palette.ts";

function play(script: string, from: PaletteState = emptyPalette) {
  let result: ReturnType<typeof updatePalette> = {
    state: from,
    isTaken: true,
    isClosed: false,
    act: null,
    effects: [],
  };
  for (const key of keysOf(script)) {
    result = updatePalette(result.state, { type: "key", key }, knowing());
  }
  return result;
}

const shown = (state: PaletteState, columns = 60, rows = 6) =>
  viewPalette(state, knowing(), { columns, rows }).lines.map((line) => plainText(line).trimEnd());

describe("the palette", () => {
  test("finds commands, workflows, objects and conversations by some letters", () => {
    expect(play("quit<enter>").act).toEqual({ type: "quit" });
    expect(play("release<enter>").act).toEqual({ type: "insert", text: "/release " });
    expect(play("reviews<enter>").act).toEqual({ type: "new_session", po_name: "reviewer" });
    expect(play("01OLDER<enter>").act).toEqual({ type: "open_session", session_id: "01OLDER" });
  });

  test("finds files once two letters are typed, and names the chosen one in the composer", () => {
    expect([play("i").effects, play("in").effects]).toEqual([
      [],
      [{ type: "find_files", query: "in", purpose: "palette" }],
    ]);
    const typed = play("zz").state;
    const paths = ["src/zz.ts", "a b/zz\u001b[31m.md"];
    const late = withFiles(typed, { query: "z", paths });
    const found = withFiles(typed, { query: "zz", paths });
    expect([shown(late)[1], ...shown(found).map((row) => row.split(/ {2,}/))]).toEqual([
      "  Nothing fits. Backspace takes letters back.",
      ["› zz"],
      ["▸ src/zz.ts", "file"],
      ["", "a b/zz.md", "file"],
    ]);
    expect(play("<enter>", found).act).toEqual({ type: "insert", text: "@src/zz.ts " });
    expect(play("<down><enter>", found).act).toEqual({ type: "insert", text: '@"a b/zz.md" ' });
    expect(play("<backspace>", found).state.files).toEqual([]);
  });

  test("puts a command before a file of the same beginning", () => {
    const found = withFiles(play("qui").state, { query: "qui", paths: ["quick.ts"] });
    expect(shown(found).map((row) => row.split(/ {2,}/)[0])).toEqual(["› qui", "▸ /quit", ""]);
    expect(play("<enter>", found).act).toEqual({ type: "quit" });
  });

  test("does by other keys what a human bound to them", () => {
    const keymap = keymapOf({ palette: { "ctrl+n": "down", "ctrl+u": null, "alt+q": "close" } });
    const press = (name: string) =>
      updatePalette(
        play("in").state,
        { type: "key", key: { name, text: "" } },
        knowing({ keymap }),
      );
    expect([press("ctrl+n").state.selected, press("alt+q").isClosed]).toEqual([1, true]);
    expect(press("ctrl+u")).toMatchObject({ isTaken: false, state: { query: "in" } });
  });

  test("puts the name of a command that needs more into the composer", () => {
    expect(play("/model<enter>").act).toEqual({ type: "insert", text: "/model " });
  });

  test("shows each command with its key, and the marked one by a sign", () => {
    const [typed, marked = ""] = shown(play("inb<down><up>").state);
    expect([typed, ...marked.split(/ {2,}/)]).toEqual([
      "› inb",
      "▸ /inbox",
      "what waits for you",
      "f9",
    ]);
  });

  test("goes around at its ends, takes letters back, and says where nothing fits", () => {
    expect(play("quit<up><down>").state.selected).toBe(0);
    expect(play("quix<backspace><backspace>").state.query).toBe("qu");
    expect(shown(play("zzzz").state)).toEqual([
      "› zzzz",
      "  Nothing fits. Backspace takes letters back.",
    ]);
    expect(play("zzzz<enter>")).toMatchObject({ isClosed: false, act: null });
  });

  test("closes by Escape and remembers what was done", () => {
    expect(play("qui<escape>")).toMatchObject({ isClosed: true, act: null, state: emptyPalette });
    const done = play("connectors<enter>").state;
    expect(done).toEqual({ query: "", selected: 0, recent: ["/connectors"], files: [] });
    expect(shown(done)[1]).toStartWith("▸ /connectors");
  });

  test("fits every size with its cursor", () => {
    for (const columns of [1, 10, 40, 200]) {
      for (const rows of [1, 2, 30]) {
        const { lines, cursor } = viewPalette(play("日本語 o").state, knowing(), { columns, rows });
        expect(lines.length).toBeLessThanOrEqual(rows);
        expect(Math.max(...lines.map(widthOfLine))).toBeLessThanOrEqual(columns);
        expect(cursor.column).toBeLessThan(columns);
      }
    }
  });
});

describe("the key help", () => {
  const help = (keymap = keymapOf()) =>
    viewKeyHelp(keymap, { columns: 160, rows: 900 }, 0).lines.map(plainText);

  test("names every action of every context with its help", () => {
    const text = help().join("\n");
    for (const context of Object.values(keyTable)) {
      for (const { help: said } of Object.values(context)) expect(text).toContain(said);
    }
  });

  test("shows keys as they are bound, and says where an action has none", () => {
    const keymap = keymapOf({ everywhere: { "ctrl+t": "palette", "ctrl+p": null, f1: null } });
    const lines = help(keymap);
    const row = (said: string) =>
      lines
        .find((line) => line.includes(`  ${said}`))
        ?.trim()
        .split(/ {2,}/);
    expect(row("everything that can be done, by name")).toEqual([
      "ctrl+t",
      "everything that can be done, by name",
      "palette",
    ]);
    expect(lines.find((line) => line.includes("(no key)"))).toContain("this help");
  });

  test("has the keys of panes as a human bound them, by the names that the file of keys knows", () => {
    const lines = help(keymapOf({ sessions: { x: "delete", d: null } }));
    const at = lines.findIndex((line) => /^In conversations +sessions:$/.test(line));
    const rows = lines.slice(at + 1, at + 20).map((line) => line.trim().split(/ {2,}/));
    expect(rows).toContainEqual(["x", "delete", "delete"]);
    expect(rows).toContainEqual(["1 … 9", "open the one with this number"]);
  });

  test("scrolls no further than its end", () => {
    const { lines, count } = viewKeyHelp(keymapOf(), { columns: 60, rows: 5 }, 10_000);
    expect(lines.length).toBe(5);
    expect(plainText(lines.at(-1) ?? [])).toContain("//TEXT");
    expect(count).toBeGreaterThan(5);
  });
});
