// Differences in panes: an approval, the history of an object, what a conversation changed, a result by itself.
import { describe, expect, test } from "bun:test";
import { contextParts } from "../../../src/tui/conversation/context-parts.ts";
import { changesPane } from "../../../src/tui/panes/changes.ts";
import { contextPane } from "../../../src/tui/panes/context.ts";
import { inboxPane } from "../../../src/tui/panes/inbox.ts";
import { objectsPane } from "../../../src/tui/panes/objects.ts";
import { resultPane } from "../../../src/tui/panes/result.ts";
import { styled } from "../../support/screens.ts";
import { editCalls, editedConversation } from "../../support/tui-edited.ts";
import { approval, livelyWorld, now, sharedOf, timeAt } from "../../support/tui-frames.ts";
import { type PlayedPane, playPane } from "../../support/tui-pane.ts";

const size = { columns: 60, rows: 20 };

/** Three changes, far from each other: only white space in the last. */
const same = Array.from({ length: 12 }, (_, index) => `line ${index}\n`).join("");
const before = `one\n${same}two\n${same}\tthree\n`;
const after = `1\n${same}2\n${same}    three\n`;

function approvalPane(at = size): PlayedPane {
  const args = { path: "a.ts", old_text: before, new_text: after };
  const request = { ...approval, tool_call: { id: "c1", name: "file_edit", args } };
  const world = { ...livelyWorld(), requests: [request] };
  const pane = playPane(inboxPane, sharedOf(world, { size: at }));
  pane.give({ type: "tick", now });
  pane.wait(400);
  return pane;
}

const rows = (pane: PlayedPane, at = size): string[] => pane.screen(at).split("\n");
const read = (pane: PlayedPane): void => {
  for (let page = 0; page < 200 && pane.screen(size).includes("there is more"); page += 1) {
    pane.press("space");
  }
};

describe("an edit that asks for approval", () => {
  test("marks the words that change", () => {
    const pane = playPane(inboxPane, sharedOf({ ...livelyWorld(), requests: [approval] }));
    expect(styled(pane.lines())).toContain(
      "{removed|- const region = '}{removed_word|eu}{removed|';}\n  {added|+ const region = '}{added_word|us}{added|';}",
    );
  });

  test("is never gone through past what was not on the screen", () => {
    const small = { columns: 40, rows: 10 };
    const pane = approvalPane(small);
    const passed = new Set<string>();
    for (let press = 0; press < 40; press += 1) {
      for (const row of rows(pane, small)) passed.add(row.trim());
      pane.press("}");
    }
    // Three lines around each change.
    const lines = Array.from({ length: 12 }, (_, index) => `line ${index}`);
    const shown = lines.filter((_, index) => index < 3 || index > 8);
    expect(shown.filter((line) => !passed.has(line))).toEqual([]);
    pane.press("y");
    expect([pane.effects(), pane.requests().length]).toEqual([[], 1]);
  });

  test("is read from change to change", () => {
    const pane = approvalPane();
    read(pane);
    const at = () => rows(pane).find((row) => /^ {2}[-+] /.test(row));
    const seen = Array.from({ length: 4 }, () => {
      pane.press("{");
      return at();
    });
    expect(seen).toEqual(["  -     three", "  - two", "  - one", "  - one"]);
    pane.press("}");
    expect(at()).toBe("  - two");
  });

  test("without its white space has to be read anew, and shows it exactly all the same", () => {
    const pane = approvalPane();
    read(pane);
    pane.wait(400);
    pane.press("w", "y");
    expect(pane.effects()).toEqual([]);
    const seen: string[] = [];
    for (let page = 0; page < 200; page += 1) {
      seen.push(...rows(pane));
      if (!pane.screen(size).includes("there is more")) break;
      pane.press("space");
    }
    const all = seen.join("\n");
    expect(all).toContain("white space is not compared here");
    expect(all).not.toContain("-     three");
    expect(all.replace(/\s+/g, "")).toContain("\\tthree");
    pane.wait(400);
    pane.press("y");
    expect(pane.effects()).toHaveLength(1);
  });
});

describe("the history of an object", () => {
  function history(): PlayedPane {
    const pane = playPane(objectsPane, sharedOf(livelyWorld(), { size }));
    pane.press("tab", "tab");
    const version = { po_name: "critic", author: "ada", reason: "sharper", bytes: 20 };
    const hashes = { base_hash: null, at: timeAt(20) };
    const [newer, older] = [
      { ...version, ...hashes, hash: "bbbbbbbbbbbbbbbb", is_live: true },
      { ...version, ...hashes, hash: "aaaaaaaaaaaaaaaa", is_live: false },
    ];
    pane.replied("ListPOHistory", "objects:history", { versions: [newer, older] });
    pane.replied("GetPOVersion", "objects:text", { ...newer, text: after });
    pane.replied("GetPOVersion", "objects:text", { ...older, text: before });
    return pane;
  }
  const first = (pane: PlayedPane): string | undefined =>
    rows(pane)
      .slice(rows(pane).findIndex((row) => row.includes("what it changed")) + 1)
      .find((row) => row !== "");

  test("goes from change to change, with and without white space", () => {
    const pane = history();
    expect(first(pane)).toBe("- one");
    pane.press("}");
    expect(first(pane)).toBe("- two");
    pane.press("}", "}");
    expect(first(pane)).toBe("-     three");
    pane.press("{");
    expect(first(pane)).toBe("- two");
    pane.press("w");
    expect(pane.screen(size)).toContain("what it changed, without white space");
    pane.press("}", "}", "}");
    expect(first(pane)).toBe("- two");
    pane.press("w");
    expect(pane.screen(size)).not.toContain("without white space");
  });
});

const reading = (pane: typeof changesPane | typeof resultPane, fields = {}): PlayedPane => {
  const conversation = editedConversation(fields);
  // One of them: each holds a state of its own kind.
  return pane === resultPane
    ? playPane(resultPane, sharedOf(livelyWorld(), { size, conversation }))
    : playPane(changesPane, sharedOf(livelyWorld(), { size, conversation }));
};

describe("what a conversation changed", () => {
  const where = (pane: PlayedPane): string => rows(pane)[0]?.split(/ {2,}/).at(-1) ?? "";

  test("is gone through by change, and says where one is", () => {
    const pane = reading(changesPane);
    expect(where(pane)).toBe("6 changes · 1–18 of 36");
    const seen = Array.from({ length: 7 }, () => {
      pane.press("n");
      return [where(pane), rows(pane).find((row) => row.startsWith("› "))];
    });
    expect(seen).toEqual([
      ["change 1 of 6 · 1–18 of 36", '› - import { listen } from "./net";'],
      ["change 2 of 6 · 1–18 of 36", '› -   const region = "eu";'],
      ["change 3 of 6 · 1–18 of 36", "› -   const timeout = 1000;"],
      ["change 4 of 6 · 1–18 of 36", "› +   console.log('stopped');"],
      ["change 5 of 6 · 19–36 of 36", "› -   b();"],
      ["change 6 of 6 · 19–36 of 36", "› + # Notes"],
      ["change 6 of 6 · 19–36 of 36", "› + # Notes"],
    ]);
    pane.press("home", "p");
    expect(where(pane)).toBe("change 4 of 6 · 1–18 of 36");
  });

  test("leaves white space out, and goes to the editor as a patch", () => {
    const pane = reading(changesPane);
    pane.press("w");
    expect(rows(pane)[0]).toStartWith("3 files  +6 −3  without white space");
    pane.press("v");
    const [effect] = pane.effects();
    const text = effect?.type === "edit" ? effect.text : "";
    expect(text).toContain(
      '--- src/server.ts\n+++ src/server.ts\n@@\n-import { listen } from "./net";\n',
    );
    expect(text).toEndWith("--- NOTES.md\n+++ NOTES.md\n@@\n+# Notes\n+\n+The region is us now.\n");
  });

  test("scrolls by rows, pages and the wheel, and never past its ends", () => {
    const pane = reading(changesPane);
    const ways: [string[], string][] = [
      [["down", "down"], "6 changes · 3–20 of 36"],
      [["up", "up", "up"], "6 changes · 1–18 of 36"],
      [["space"], "6 changes · 17–34 of 36"],
      [["end", "down"], "6 changes · 19–36 of 36"],
      [["pageup"], "6 changes · 3–20 of 36"],
    ];
    for (const [keys, expected] of ways) {
      pane.press(...keys);
      expect(where(pane)).toBe(expected);
    }
    pane.give({ type: "mouse", action: "wheel_down", at: { column: 1, row: 1 } });
    expect(where(pane)).toBe("6 changes · 6–23 of 36");
    pane.press("escape");
    expect(pane.requests()).toEqual(["close"]);
  });
});

describe("what fills the context", () => {
  const asks = (pane: PlayedPane): unknown[] =>
    pane
      .effects()
      .map((effect) => (effect.type === "call" ? [effect.command, effect.params] : effect));

  test("asks for the prompt of the object, again only when more was said", () => {
    const conversation = editedConversation();
    const pane = playPane(contextPane, sharedOf(livelyWorld(), { size, conversation }));
    pane.give({ type: "tick", now });
    pane.give({ type: "tick", now: now + 1 });
    expect(asks(pane)).toEqual([["InspectPO", { po_name: "assistant" }]]);
    const { transcript } = conversation;
    const messages = transcript.messages.slice(0, -1);
    const shorter = editedConversation({ transcript: { ...transcript, messages } });
    pane.shared = { ...pane.shared, conversation: shorter };
    pane.give({ type: "tick", now: now + 2 });
    expect(asks(pane)).toHaveLength(1);
  });

  test("counts every letter once", () => {
    const { transcript } = editedConversation();
    const parts = contextParts(transcript);
    const letters = transcript.messages.reduce(
      (sum, { content, reasoning, tool_calls }) =>
        sum +
        content.length +
        (reasoning?.text.length ?? 0) +
        tool_calls.reduce((all, { args }) => all + JSON.stringify(args).length, 0),
      0,
    );
    expect(parts.letters).toBe(letters);
    expect(parts.results.map(({ name, count }) => [name, count])).toEqual([
      ["shell", 1],
      ["file_edit", 4],
      ["file_write", 1],
    ]);
    expect(parts.largest.map(({ call_id }) => call_id)).toEqual(["e6", "e1", "e2", "e3", "e4"]);
  });

  test("says loudly that it is nearly full, and that its size is not known where nobody told", () => {
    const full = (context: { used: number; of: number | null } | null) => {
      const { transcript } = editedConversation();
      const conversation = editedConversation({ transcript: { ...transcript, context } });
      return styled(playPane(contextPane, sharedOf(livelyWorld(), { conversation })).lines());
    };
    expect(full({ used: 180_000, of: 200_000 })).toContain(`{changed|${"█".repeat(22)}}`);
    expect(full({ used: 20_000, of: 200_000 })).toContain("██{dim|");
    expect(full({ used: 20_000, of: null })).toContain(
      "20.0k tokens; how many it takes is not known",
    );
    expect(full(null)).toContain("shows with the next call of the model");
  });
});

describe("a result by itself", () => {
  const title = (pane: PlayedPane): string => rows(pane)[0] ?? "";

  test("is of the selected message, and leads to the calls before and after", () => {
    const pane = reading(resultPane, { selected: "a2" });
    expect(title(pane)).toStartWith("file_edit src/space.ts");
    expect(title(pane)).toContain("call 3 of 6");
    pane.press("tab", "tab");
    expect(title(pane)).toStartWith("file_edit src/missing.ts");
    pane.press("tab", "tab", "tab");
    expect(title(pane)).toStartWith("shell bun test --bail  completed   ");
    pane.press("left");
    expect(pane.screen(size)).toContain("src/missing.ts: there is no such file.");
    const conversation = editedConversation({ selected: "a1" });
    pane.shared = { ...pane.shared, conversation };
    pane.give({ type: "tick", now });
    expect(title(pane)).toContain("call 1 of 6");
  });

  test("of a command that still runs is what it wrote so far", () => {
    const conversation = editedConversation();
    const { transcript } = conversation;
    const messages = transcript.messages.filter(({ message_id }) => message_id !== "r-e6");
    const known = transcript.calls[editCalls.tests.id];
    const running = { ...known, call: editCalls.tests, outcome: null, success: null };
    const calls = {
      ...transcript.calls,
      e6: { ...running, live_output: "half of it\n", live_end: 11 },
    };
    // Every field of a call stands in it.
    const half = { ...transcript, messages, calls } as typeof transcript;
    const pane = reading(resultPane, { transcript: half });
    const text = pane.screen(size);
    expect(text).toContain("half of it");
    expect(text).toContain("It still runs: this is the newest of what it wrote.");
  });

  test("lets no control character through", () => {
    const conversation = editedConversation();
    const { transcript } = conversation;
    const messages = transcript.messages.map((one) =>
      one.message_id === "r-e6" ? { ...one, content: "\u001b[2Jx\u0007\u009b31m\u202e" } : one,
    );
    const pane = reading(resultPane, { transcript: { ...transcript, messages } });
    expect(pane.screen(size)).not.toMatch(/[^\P{Cc}\n]/u);
  });
});
