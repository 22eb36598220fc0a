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

  test("nothing was, while the pane has no place on the screen", () => {
    const pane = openedAt(approval, null);
    pane.press("y", "n", "enter");
    expect(pane.effects()).toEqual([]);
    pane.shared = { ...pane.shared, size };
    pane.press("y");
    expect(pane.effects()).toEqual([]);
  });
});
