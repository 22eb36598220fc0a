// The table of keys, and what a human binds over it.
import { describe, expect, test } from "bun:test";
import { actionFor, helpOf, keymapOf, keysOf, keyTable } from "../../src/tui/keys.ts";

describe("keys", () => {
  test("name each key once in a context", () => {
    for (const [context, actions] of Object.entries(keyTable)) {
      const keys = Object.values(actions).flatMap((binding) => [...binding.keys]);
      expect([context, keys.filter((key, index) => keys.indexOf(key) !== index)]).toEqual([
        context,
        [],
      ]);
    }
  });

  test("are bound over the table, and unbound by null", () => {
    const keymap = keymapOf({
      everywhere: { "ctrl+t": "palette", "ctrl+p": null, "ctrl+s": "inbox" },
    });
    expect(actionFor(keymap, "everywhere", "ctrl+t")).toBe("palette");
    expect(actionFor(keymap, "everywhere", "ctrl+p")).toBeUndefined();
    expect(keysOf(keymap, "everywhere", "inbox")).toContain("ctrl+s");
    expect(keysOf(keymap, "everywhere", "sessions")).toEqual([]);
  });

  test("ignore a binding to what is no action", () => {
    expect(
      actionFor(keymapOf({ everywhere: { f12: "fly" } }), "everywhere", "f12"),
    ).toBeUndefined();
  });

  test("have a line of help each", () => {
    const silent = Object.values(keyTable).flatMap((actions) =>
      Object.entries(actions).filter(([, { help }]) => help === ""),
    );
    expect(silent).toEqual([]);
    expect(helpOf("everywhere", "redraw")).toBe("draw the screen anew");
  });
});
