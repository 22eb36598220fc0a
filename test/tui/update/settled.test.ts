// What a pane said of an earlier key goes away once what was wrong there is done.
import { expect, test } from "bun:test";
import { approval, createFrames, livelyFrames } from "../../support/tui-frames.ts";
import { type PlayedInterface, playInterface } from "../../support/tui-whole.ts";

const MAX_PRESSES = 100;
const notice = (played: PlayedInterface): string | undefined => played.state.notice?.text;

test("that there is more to read is said no longer once it was read and allowed", () => {
  const played = playInterface({ size: { columns: 60, rows: 16 } });
  const command = Array.from({ length: 40 }, (_none, index) => `line ${index}`).join("\n");
  const { frames, add } = createFrames();
  add("HumanRequestQueued", {
    ...approval,
    tool_call: { id: "c1", name: "shell", args: { command } },
  });
  played.frames(...frames);
  played.press("f9");
  const allow = (): boolean => {
    // The clock stands as far as the notice is concerned: it is not its time that ends it.
    const { notice: said } = played.state;
    played.give({ type: "tick", now: played.state.now + 1_000 });
    played.state = { ...played.state, notice: said };
    played.press("y");
    return played.calls("RespondToRequest").length > 0;
  };
  expect(allow()).toBe(false);
  expect(notice(played)).toContain("There is more of it than was shown");
  let presses = 1;
  while (!allow() && presses < MAX_PRESSES) presses += 1;
  expect([presses > 1 && presses < MAX_PRESSES, notice(played)]).toEqual([true, undefined]);
});

test("that a name is none is said while it is mended, and no longer once one is taken", () => {
  const played = playInterface();
  played.frames(...livelyFrames());
  played.press("f3", "r");
  played.type("/");
  played.press("enter");
  expect(notice(played)).toContain("is no name of an object");
  played.press("backspace");
  played.type("x");
  expect(notice(played)).toContain("is no name of an object");
  played.press("enter");
  expect([played.calls("RenamePO").length, notice(played)]).toEqual([1, undefined]);
});
