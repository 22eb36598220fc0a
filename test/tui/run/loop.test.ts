// The loop of the interface: inputs in order, effects performed, frames only where something changed.
import { describe, expect, test } from "bun:test";
import { startLoop } from "../../../src/tui/run/loop.ts";
import type { Effect, Frame, Input } from "../../../src/tui/shapes.ts";

const key = (name: string) => ({ type: "key", key: { name, text: name } }) as const;
const size = () => ({ columns: 10, rows: 2 });

function start(options: { crashOn?: string; isStuck?: boolean } = {}) {
  const [frames, effects, crashes]: [Frame[], Effect[], unknown[]] = [[], [], []];
  let drawnTimes = 0;
  const drawn = Promise.withResolvers<void>();
  const loop = startLoop<string>({
    model: {
      initial: "",
      update(state: string, input: Input) {
        if (input.type === "drawn") drawnTimes += 1;
        if (input.type !== "key") return { state, effects: [] };
        const { name } = input.key;
        if (name === options.crashOn) throw new Error("broken");
        if (name === "same") return { state, effects: [] };
        return { state: state + name, effects: [{ type: "copy", text: name }] };
      },
      view: (state) => ({ lines: [[{ text: state, style: "plain" }]], cursor: null }),
      counts: () => false,
    },
    size,
    draw(frame) {
      frames.push(frame);
      if (frames.length === 2) drawn.resolve();
      return options.isStuck !== true;
    },
    perform: (effect) => effects.push(effect),
    now: () => performance.now(),
    onCrash: (thrown) => crashes.push(thrown),
  });
  return {
    loop,
    frames,
    effects,
    crashes,
    drawnTwice: drawn.promise,
    drawnTimes: () => drawnTimes,
  };
}

const shown = (frames: readonly Frame[]) => frames.map(({ lines }) => lines[0]?.[0]?.text);

describe("the loop", () => {
  test("shows a key at once, and what follows in the next frame", async () => {
    const { loop, frames, effects, drawnTwice } = start();
    loop.typed([key("a")]);
    expect(shown(frames)).toEqual(["a"]);
    loop.take([key("b")]);
    loop.take([key("c")]);
    await drawnTwice;
    expect(shown(frames)).toEqual(["a", "abc"]);
    expect(effects).toEqual(["a", "b", "c"].map((text) => ({ type: "copy", text })));
    loop.stop();
  });

  test("shows a key at once, also where a frame was drawn just now for what came", () => {
    const { loop, frames } = start();
    loop.take([key("a")]);
    loop.typed([key("b")]);
    expect(shown(frames)).toEqual(["a", "ab"]);
    loop.stop();
  });

  test("tells the interface that a frame was taken, and of one that was not nothing", () => {
    const [taken, stuck] = [start(), start({ isStuck: true })];
    for (const { loop } of [taken, stuck]) {
      loop.typed([key("a"), key("b")]);
      loop.typed([key("same")]);
      loop.stop();
    }
    expect([taken.drawnTimes(), stuck.drawnTimes(), stuck.frames.length]).toEqual([1, 0, 1]);
  });

  test("draws nothing where nothing changed", () => {
    const { loop, frames } = start();
    loop.typed([key("same")]);
    loop.take([key("same")]);
    expect(frames).toEqual([]);
    loop.stop();
  });

  test("says once that it is broken, and takes nothing more", () => {
    const { loop, frames, crashes } = start({ crashOn: "x" });
    loop.typed([key("x")]);
    loop.typed([key("a")]);
    expect([crashes.length, frames.length, loop.state()]).toEqual([1, 0, ""]);
  });
});
