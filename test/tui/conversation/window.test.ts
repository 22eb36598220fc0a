// What is on the screen of a conversation: where it begins, what is new below, and what it costs.
import { describe, expect, test } from "bun:test";
import { emptyTranscript } from "../../../src/client/transcript.ts";
import { itemAt } from "../../../src/tui/conversation/items.ts";
import type { Layout } from "../../../src/tui/conversation/rows.ts";
import { emptyConversation, type Place } from "../../../src/tui/conversation/state.ts";
import { placeOf, scrolled, windowOf } from "../../../src/tui/conversation/window.ts";
import { plainText } from "../../../src/tui/text.ts";
import { now } from "../../support/tui-frames.ts";
import { answered, said } from "../../support/tui-whole.ts";

const HEIGHT = 10;

function layoutOf(count: number, columns = 40): Layout {
  const messages = Array.from({ length: count }, (_, index) =>
    index % 2 === 0
      ? said(`m${index}`, `question ${index}`)
      : answered(`m${index}`, `answer ${index}, which is long enough to be wrapped at this width`),
  );
  const transcript = { ...emptyTranscript("s1"), messages };
  const source = { transcript, pending: [], lines: [], po_name: "assistant" };
  return {
    source,
    conversation: emptyConversation(),
    columns,
    now,
    requests: [],
    actionOf: () => undefined,
  };
}

const shown = (layout: Layout, place: Place | null): string[] =>
  windowOf(layout, place, HEIGHT).rows.map(({ line }) => plainText(line).trimEnd());

describe("the window", () => {
  test("follows the end, and shows all where there is room", () => {
    expect(shown(layoutOf(2), null)).toEqual([
      ` ❯ question 0${" ".repeat(20)} 12:00`,
      "",
      " ◆ answer 1, which is long enough to be",
      "   wrapped at this width",
    ]);
    const rows = shown(layoutOf(100), null);
    expect(rows).toHaveLength(HEIGHT);
    expect(rows.at(-1)).toBe("   be wrapped at this width");
  });

  test("scrolled up and down by the same rows is where it was", () => {
    const layout = layoutOf(60);
    const before = shown(layout, null);
    let place: Place | null = null;
    for (let step = 0; step < 20; step += 1) place = scrolled(layout, place, -3, HEIGHT);
    expect(place).not.toBeNull();
    for (let step = 0; step < 19; step += 1) place = scrolled(layout, place, 3, HEIGHT);
    expect(place).not.toBeNull();
    place = scrolled(layout, place, 3, HEIGHT);
    expect(place).toBeNull();
    expect(shown(layout, place)).toEqual(before);
  });

  test("moves row by row, with nothing left out", () => {
    const layout = layoutOf(30);
    let place = placeOf(layout, { index: 0, offset: 0 });
    let before = shown(layout, place);
    for (let step = 0; step < 20; step += 1) {
      place = scrolled(layout, place, 1, HEIGHT);
      const after = shown(layout, place);
      expect(after.slice(0, -1)).toEqual(before.slice(1));
      before = after;
    }
  });

  test("stays on its message when more comes, and counts the new rows", () => {
    const layout = layoutOf(40);
    const place = scrolled(layout, null, -15, HEIGHT);
    const before = shown(layout, place);
    const longer = layoutOf(44);
    const { rows, newRows, hasBelow } = windowOf(longer, place, HEIGHT);
    expect(rows.map(({ line }) => plainText(line).trimEnd())).toEqual(before);
    // Two questions of one row, two answers of two, and an empty row before each.
    expect({ newRows, hasBelow }).toEqual({ newRows: 10, hasBelow: true });
    expect(windowOf(longer, null, HEIGHT)).toMatchObject({ newRows: 0, hasBelow: false });
  });

  test("stays on its message when the oldest are dropped", () => {
    const layout = layoutOf(40);
    const place = scrolled(layout, null, -15, HEIGHT);
    const before = shown(layout, place);
    const { source } = layout;
    const messages = source.transcript.messages.slice(6);
    const shorter = {
      ...layout,
      source: { ...source, transcript: { ...source.transcript, messages } },
    };
    expect(shown(shorter, place)).toEqual(before);
    const gone = { ...source.transcript, messages: messages.slice(-2) };
    const short = windowOf({ ...layout, source: { ...source, transcript: gone } }, place, HEIGHT);
    expect(short.newRows).toBe(0);
  });

  test("lays out what is on the screen and no more, of a hundred thousand messages", () => {
    const layout = layoutOf(100_000);
    const { memo } = layout.conversation;
    for (const top of [null, placeOf(layout, { index: 50_000, offset: 0 }, 100_000)]) {
      const made = memo.made;
      const window = windowOf(layout, top, 60);
      expect(window.rows).toHaveLength(60);
      expect(window.laid).toBeLessThanOrEqual(60);
      expect(memo.made - made).toBeLessThanOrEqual(70);
      const again = memo.made;
      windowOf(layout, top, 60);
      expect(memo.made).toBe(again);
    }
  });

  test("shows a result with the call that asked for it", () => {
    const { source } = layoutOf(0);
    const messages = [
      answered("m1", "", { tool_calls: [{ id: "c1", name: "shell", args: { command: "ls" } }] }),
      { ...said("m2", "a\nb"), role: "tool", tool_call_id: "c1" } as const,
    ];
    const transcript = { ...source.transcript, messages };
    const layout: Layout = { ...layoutOf(0, 40), source: { ...source, transcript } };
    expect(shown(layout, null)).toEqual([`   ▸ · shell ls${" ".repeat(17)}2 lines`]);
    const unfolded = { ...layout, conversation: { ...layout.conversation, folds: { c1: true } } };
    expect(shown(unfolded, null).slice(-2)).toEqual(["     a", "     b"]);
    expect(itemAt(layout.source, 2)).toBeUndefined();
  });
});
