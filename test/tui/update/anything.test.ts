// Whatever is pressed, pasted and told, in whatever order: the interface stands, fits and forgets no draft.
import { describe, expect, test } from "bun:test";
import type { FollowFrame } from "../../../src/protocol/frames.ts";
import { keyTable } from "../../../src/tui/keys.ts";
import type { Input, Size } from "../../../src/tui/shapes.ts";
import { widthOfLine } from "../../../src/tui/text.ts";
import { livelyFrames } from "../../support/tui-frames.ts";
import { playLively, signal } from "../../support/tui-whole.ts";

const STEPS = 400;
const SEEDS = [1, 2, 3, 4, 5, 6];

const sizes: readonly Size[] = [
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
  { columns: 40, rows: 10 },
  { columns: 57, rows: 13 },
  { columns: 200, rows: 60 },
  { columns: 20, rows: 5 },
];

const keys: readonly string[] = [
  ...Object.values(keyTable).flatMap((actions) =>
    Object.values(actions).flatMap((binding) => [...binding.keys]),
  ),
  ...["a", "/", "@", "?", "😀", "日", " ", "n", "y", "j", "backspace", "up", "enter"],
];

/** The same numbers for the same seed. */
function createChance(seed: number) {
  let state = seed * 2_654_435_761;
  return (below: number): number => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 12_345) >>> 0;
    return state % below;
  };
}

function anyInput(chance: (below: number) => number, frames: FollowFrame[], step: number): Input {
  const size = sizes[chance(sizes.length)] ?? { columns: 80, rows: 24 };
  switch (chance(12)) {
    case 0:
      return { type: "resize", size };
    case 1:
      return { type: "paste", text: "pasted\ntext ".repeat(1 + chance(20)) };
    case 2:
      return { type: "frames", frames: frames.splice(0, 1 + chance(6)) };
    case 3:
      return { type: "frames", frames: [signal("TextDelta", "m9", "more **text** `x` ", step)] };
    case 4: {
      const at = { column: chance(size.columns), row: chance(size.rows) };
      const actions = ["press", "wheel_up", "wheel_down"] as const;
      return { type: "mouse", action: actions[chance(3)] ?? "press", at };
    }
    case 5:
      return { type: "tick", now: Date.parse("2026-03-01T12:02:00Z") + step * 700 };
    default: {
      const name = keys[chance(keys.length)] ?? "a";
      const text = [...name].length === 1 ? name : "";
      return { type: "key", key: { name: name === " " ? "space" : name, text } };
    }
  }
}

describe("anything", () => {
  for (const seed of SEEDS) {
    test(`in any order leaves a screen that fits (${seed})`, () => {
      const chance = createChance(seed);
      const played = playLively({ columns: 80, rows: 24 });
      const frames: FollowFrame[] = [...livelyFrames()];
      for (let step = 0; step < STEPS; step += 1) {
        played.give(anyInput(chance, frames, step));
        const { size } = played.state;
        const { lines, cursor } = played.frame();
        const wide = lines.filter((line) => widthOfLine(line) > size.columns);
        expect({ step, wide, isFull: lines.length <= size.rows }).toEqual({
          step,
          wide: [],
          isFull: true,
        });
        if (cursor) expect(cursor.row < size.rows && cursor.column < size.columns).toBe(true);
      }
    });
  }
});
