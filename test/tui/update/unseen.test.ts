// A terminal too small to draw anything in: nothing is decided there, and the way out is open.
import { expect, test } from "bun:test";
import { approval, now } from "../../support/tui-frames.ts";
import { type PlayedInterface, playInterface } from "../../support/tui-whole.ts";

const small = { columns: 39, rows: 9 };
const large = { columns: 80, rows: 24 };

/** Time goes on, as the loop tells it. */
function wait(played: PlayedInterface, milliseconds: number): void {
  for (const step of [1, milliseconds]) {
    played.give({ type: "tick", now: played.state.now + step });
  }
}

/** An approval is open in the inbox. */
function asked(size = large): PlayedInterface {
  const played = playInterface({ size });
  played.replied("ListPendingRequests", "world:load", { requests: [approval] });
  return played;
}

test("an approval counts only once it has been drawn, and for a while", () => {
  const played = asked();
  played.press("f9");
  played.give({ type: "resize", size: small });
  wait(played, 400);
  played.press("y", "s", "enter", "n");
  const inTheDark = played.calls("RespondToRequest");
  const screen = played.screen();
  played.give({ type: "resize", size: large });
  played.press("y");
  const atOnce = played.calls("RespondToRequest");
  wait(played, 400);
  played.press("y");
  expect([
    inTheDark,
    screen.includes("Too small"),
    atOnce,
    played.calls("RespondToRequest").length,
  ]).toEqual([[], true, [], 1]);
});

test("letters go nowhere, and the same key twice leaves", () => {
  const played = playInterface({ size: small, now });
  played.type("words");
  played.press("enter");
  played.effects();
  played.press("ctrl+c", "ctrl+c");
  expect(played.effects().map(({ type }) => type)).toEqual(["quit"]);
});
