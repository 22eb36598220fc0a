// What goes wrong beside a call is said where the human looks.
import { expect, test } from "bun:test";
import { playInterface } from "../../support/tui-whole.ts";

test("trouble beside a call is a notice", () => {
  const played = playInterface();
  const text = "What you type cannot be kept in /state: no space left on device";
  played.give({ type: "trouble", text });
  expect(played.screen()).toContain(text);
});
