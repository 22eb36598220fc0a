// The bottom line: what of it stays where there is little room.
import { expect, test } from "bun:test";
import { plainText, widthOfLine } from "../../../src/tui/text.ts";
import { statusLine } from "../../../src/tui/view/status.ts";
import { approval } from "../../support/tui-frames.ts";
import { playLively } from "../../support/tui-whole.ts";

const SAID = "0123456789".repeat(8);

function shown(columns: number): string {
  const { state } = playLively({ columns, rows: 24 });
  const world = { ...state.world, requests: [approval] };
  const line = statusLine({ ...state, world, status: SAID }, columns);
  expect(widthOfLine(line)).toBeLessThanOrEqual(columns);
  return plainText(line);
}

test("a long line of the human's own command is cut, and leaves what matters", () => {
  expect(shown(80)).toBe(
    " ✋1 · ● working · assistant · test/one · ask · ctx 9% · 012345678901234567890…",
  );
  expect(shown(100)).toEndWith("7890…   f1 help");
  expect(shown(200)).toContain(`${SAID} · default`);
});

test("permissions, what waits and the connection stay at any width", () => {
  const { state } = playLively({ columns: 40, rows: 24 });
  const world = { ...state.world, requests: [approval] };
  const link = { type: "lost", reason: "it went", since: null, retry: null } as const;
  const line = statusLine({ ...state, world, link, status: SAID }, 40);
  expect(plainText(line)).toBe(" ⇄ Reconnecting... · ✋1 · ask");
});
