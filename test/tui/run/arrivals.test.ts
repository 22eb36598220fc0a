// What the daemon tells while somebody types: order, turns and limits, without a clock of its own.
import { describe, expect, test } from "bun:test";
import type { FollowFrame } from "../../../src/protocol/frames.ts";
import { createArrivals } from "../../../src/tui/run/arrivals.ts";
import { startLoop } from "../../../src/tui/run/loop.ts";
import type { Input } from "../../../src/tui/shapes.ts";

const frame = (seq: number): FollowFrame => ({ type: "caught_up", subscription_id: "s", seq });
const frames = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => frame(from + index));
const seqsOf = (of: readonly FollowFrame[]) =>
  of.map((each) => ("seq" in each ? each.seq : Number.NaN));

/** A clock that stands. */
const now = () => 0;

function collect() {
  const slices: number[][] = [];
  const arrivals = createArrivals({ fold: (folded) => slices.push(seqsOf(folded)), now });
  return { arrivals, slices };
}

describe("arrivals", () => {
  test("after a pause they are folded at once, what follows closely waits and goes in one go", () => {
    const { arrivals, slices } = collect();
    void arrivals.push(frames(1, 2));
    void arrivals.push(frames(3, 1));
    void arrivals.push(frames(4, 2));
    expect(slices).toEqual([[1, 2]]);
    arrivals.flush();
    expect(slices).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
    arrivals.stop();
  });

  test("what waits is folded in its order without anybody asking for it", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const seen: number[] = [];
    const arrivals = createArrivals({
      fold(folded) {
        seen.push(...seqsOf(folded));
        if (seen.length === 300) resolve();
      },
      now: () => performance.now(),
    });
    void arrivals.push(frames(0, 1));
    void arrivals.push(frames(1, 299));
    await promise;
    expect(seen).toEqual(Array.from({ length: 300 }, (_, index) => index));
    arrivals.stop();
  });

  test("what must not overtake them waits behind them, and no slice of them takes longer for it", () => {
    let [clock, folds] = [0, 0];
    const seen: string[] = [];
    const arrivals = createArrivals({
      // Each fold takes two of the three milliseconds of a slice.
      fold(folded) {
        clock += 2;
        folds += 1;
        seen.push(`${folded.length} frames`);
        // One that asks for something which is answered at once.
        if (folds === 2) arrivals.behind(() => seen.push("answer"));
      },
      now: () => clock,
    });
    arrivals.behind(() => seen.push("first"));
    void arrivals.push(frames(0, 1));
    void arrivals.push(frames(1, 100));
    arrivals.behind(() => seen.push("reply"));
    void arrivals.push(frames(101, 1));
    const before = seen.splice(0);
    arrivals.flush();
    expect([before, seen]).toEqual([
      ["first", "1 frames", "32 frames", "32 frames"],
      ["32 frames", "4 frames", "reply", "answer", "1 frames"],
    ]);
    arrivals.stop();
  });

  test("too many hold the connection back until none waits", async () => {
    const { arrivals, slices } = collect();
    expect(arrivals.push(frames(0, 1))).toBeUndefined();
    expect(arrivals.push(frames(1, 1_000))).toBeUndefined();
    await arrivals.push(frames(1_001, 2_000));
    expect(slices.flat().length).toBe(3_001);
    arrivals.stop();
  });

  test("whoever is held back is let go when it stops, and nothing is folded after that", async () => {
    const { arrivals, slices } = collect();
    void arrivals.push(frames(0, 1));
    const held = arrivals.push(frames(1, 3_000));
    arrivals.stop();
    await held;
    arrivals.flush();
    expect(slices).toEqual([[0]]);
  });
});

describe("the loop", () => {
  function start() {
    const loop = startLoop<string>({
      model: {
        initial: "",
        update(state: string, input: Input) {
          const words = {
            frames: () => (input.type === "frames" ? seqsOf(input.frames).join("") : ""),
            key: () => (input.type === "key" ? input.key.name : ""),
            trouble: () => "!",
          };
          const word = input.type in words ? words[input.type as keyof typeof words]() : "";
          return { state: state + word, effects: [] };
        },
        view: (state) => ({ lines: [[{ text: state, style: "plain" }]], cursor: null }),
        counts: () => false,
      },
      size: () => ({ columns: 10, rows: 1 }),
      draw: (drawn) => shown.push(drawn.lines[0]?.[0]?.text ?? "") > 0,
      perform: () => undefined,
      now,
      onCrash(thrown) {
        throw thrown;
      },
    });
    const shown: string[] = [];
    return { loop, shown };
  }

  test("a key is seen before frames that wait, and nothing else overtakes them", () => {
    const { loop, shown } = start();
    loop.typed([{ type: "key", key: { name: "a", text: "a" } }]);
    void loop.arrived([frame(1)]);
    void loop.arrived([frame(2)]);
    void loop.arrived([frame(3)]);
    loop.typed([{ type: "key", key: { name: "b", text: "b" } }]);
    loop.take([{ type: "trouble", text: "" }]);
    expect([shown[0], loop.state()]).toEqual(["a", "a1b23!"]);
    loop.stop();
  });

  test("its state holds everything that has come", () => {
    const { loop } = start();
    void loop.arrived([frame(1)]);
    void loop.arrived([frame(2)]);
    expect(loop.state()).toBe("12");
    loop.stop();
  });
});
