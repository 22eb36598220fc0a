// Where a text is typed the terminal's own cursor stands: input methods and screen readers follow it.
import { expect, test } from "bun:test";
import { livelyFrames } from "../../support/tui-frames.ts";
import { type PlayedInterface, playInterface, playLively } from "../../support/tui-whole.ts";

/** The row of the cursor up to it. */
function upToCursor(played: PlayedInterface): string | null {
  const { cursor } = played.frame();
  if (cursor === null) return null;
  const row = played.screen().split("\n")[cursor.row] ?? "";
  let text = "";
  for (const letter of row) {
    if (Bun.stringWidth(text) >= cursor.column) break;
    text += letter;
  }
  return text.padEnd(cursor.column - Bun.stringWidth(text) + text.length);
}

function asked(): PlayedInterface {
  const played = playLively({ columns: 100, rows: 30 });
  played.frames(...livelyFrames());
  return played;
}

test("in panes it stands behind the letters that were typed, wide ones too", () => {
  const sessions = asked();
  sessions.press("ctrl+s", "/");
  sessions.type("日本");
  const log = asked();
  log.press("f7", "/");
  log.type("turn");
  log.press("left");
  expect([upToCursor(sessions), upToCursor(log)]).toEqual([" search: 日本", " filter: tur"]);
});

test("beside the conversation it stands in the pane that takes the text", () => {
  const played = playLively({ columns: 120, rows: 40 });
  played.frames(...livelyFrames());
  played.press("f2", "down", "r");
  played.type("go");
  expect(upToCursor(played)).toMatch(/│ .*: go$/);
});

test("is hidden where nothing is typed: in lists, in the conversation, in the help", () => {
  const list = asked();
  list.press("ctrl+s");
  const conversation = asked();
  conversation.press("shift+tab");
  const help = playInterface();
  help.press("f1");
  expect([list, conversation, help].map(upToCursor)).toEqual([null, null, null]);
});

test("is back in the composer when a pane is closed", () => {
  const played = asked();
  played.type("half");
  played.press("f7", "/", "escape", "escape");
  expect(upToCursor(played)).toEndWith("half");
});
