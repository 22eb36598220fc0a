// The inbox on a small screen: what was never shown is not allowed.
import { describe, expect, test } from "bun:test";
import { inboxPane } from "../../../src/tui/panes/inbox.ts";
import { approval, livelyWorld, now, sharedOf } from "../../support/tui-frames.ts";
import { type PlayedPane, playPane } from "../../support/tui-pane.ts";

/** Asked for, on a pane of this size. */
function openedAt(
  request: typeof approval,
  size: { columns: number; rows: number } | null,
): PlayedPane {
  const pane = playPane(inboxPane, sharedOf({ ...livelyWorld(), requests: [request] }, { size }));
  pane.give({ type: "tick", now });
  pane.wait(400);
  return pane;
}

describe("what was never on the screen", () => {
  const command = Array.from({ length: 60 }, (_none, index) => `line ${index}`).join("\n");
  const long = { ...approval, tool_call: { id: "c1", name: "shell", args: { command } } };
  const size = { columns: 38, rows: 9 };

  const openedSmall = () => openedAt(long, size);

  test.each(["y", "s", "r"])(
    "is not allowed: %s scrolls on until the last of it was shown",
    (key) => {
      const pane = openedSmall();
      const first = pane.screen(size);
      pane.press(key);
      const second = pane.screen(size);
      expect([pane.effects(), first === second, pane.requests()]).toEqual([
        [],
        false,
        [{ notice: "There is more of it than was shown: read on (space), then allow it." }],
      ]);
      let presses = 1;
      for (; pane.screen(size).includes("there is more") && presses < 300; presses += 1) {
        pane.press(key);
        pane.wait(400);
      }
      pane.effects();
      pane.requests();
      pane.press(key);
      const isTyping = pane.screen(size).includes("pattern");
      expect([pane.effects().length === 1 || isTyping, presses > 10, pane.requests()]).toEqual([
        true,
        true,
        [],
      ]);
    },
  );

  test("is not allowed where there is no room for it, and that is said", () => {
    const args = { command: "日本語".repeat(40) };
    const wide = { ...approval, tool_call: { id: "c1", name: "shell", args } };
    const tiny = { columns: 20, rows: 9 };
    const pane = openedAt(wide, tiny);
    for (let times = 0; times < 20; times += 1) {
      pane.press("y");
      pane.wait(400);
    }
    expect([pane.effects(), pane.requests().at(-1)]).toEqual([
      [],
      { notice: "There is no room to show what you would allow: make the window larger." },
    ]);
  });

  test("is not allowed by the button either, and can always be denied", () => {
    const pane = openedSmall();
    pane.press("right", "right", "enter");
    expect(pane.effects()).toEqual([]);
    pane.press("n");
    expect(pane.effects()).toMatchObject([
      { command: "RespondToRequest", params: { response: { decision: "deny" } } },
    ]);
  });

  test("the last of it is seen for a while before it can be allowed", () => {
    const pane = openedSmall();
    while (pane.screen(size).includes("there is more")) pane.press("space");
    pane.press("y");
    const atOnce = pane.effects();
    // The clock is told together with the key.
    pane.wait(400);
    pane.press("y");
    expect([atOnce, pane.effects().length]).toEqual([[], 1]);
  });

  test("nothing was, while the terminal takes no frames, however often one reads on and waits", () => {
    const pane = playPane(inboxPane, sharedOf({ ...livelyWorld(), requests: [long] }, { size }));
    pane.isStuck = true;
    const look = () => {
      for (let times = 0; times < 100; times += 1) pane.press("space");
      pane.wait(400);
      pane.press("y", "n", "right", "enter");
    };
    look();
    const first = pane.screen(size);
    // It takes one frame, and then no more: only that page was seen.
    pane.give({ type: "drawn", now: pane.shared.now });
    pane.wait(400);
    pane.press("y");
    look();
    expect(pane.effects()).toMatchObject([
      { command: "RespondToRequest", params: { response: { decision: "deny" } } },
    ]);
    expect([first.includes('"command"'), pane.screen(size).includes("there is more")]).toEqual([
      false,
      true,
    ]);
  });

  test("keys that come together go no further than one page: the next one was not drawn yet", () => {
    const [one, many] = [openedSmall(), openedSmall()];
    // It goes on behind what was on the screen.
    one.press("y");
    many.isStuck = true;
    for (let times = 0; times < 50; times += 1) many.press("space");
    expect(many.screen(size)).toBe(one.screen(size));
  });

  test("nothing was, while the pane has no place on the screen", () => {
    const pane = openedAt(approval, null);
    pane.press("y", "n", "enter");
    expect(pane.effects()).toEqual([]);
    pane.shared = { ...pane.shared, size };
    pane.press("y");
    expect(pane.effects()).toEqual([]);
  });
});
