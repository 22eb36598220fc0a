// Keys that come without a pause are swallowed: by a clock that only the test moves.
import { describe, expect, test } from "bun:test";
import { type Clock, createQuiet, PAUSE_MS } from "../../src/cli/chat/quiet.ts";

/** Time that passes only when it is told to. */
function createTestClock() {
  let now = 0;
  let due: { at: number; call: () => void }[] = [];
  const clock: Clock = {
    after(milliseconds, call) {
      const one = { at: now + milliseconds, call };
      due.push(one);
      return () => {
        due = due.filter((other) => other !== one);
      };
    },
  };
  const pass = (milliseconds: number): void => {
    now += milliseconds;
    for (let next = due.find(({ at }) => at <= now); next; next = due.find(({ at }) => at <= now)) {
      due = due.filter((other) => other !== next);
      next.call();
    }
  };
  return { clock, pass };
}

function scene() {
  const { clock, pass } = createTestClock();
  let overs = 0;
  const quiet = createQuiet(clock, () => {
    overs += 1;
  });
  return { quiet, pass, overs: () => overs };
}

describe("after a key has answered", () => {
  test("what is typed at 150 ms per key is swallowed, all of it, and a key after the pause counts", () => {
    const { quiet, pass, overs } = scene();
    expect(quiet.swallows()).toBe(false);
    quiet.begin();
    const typed = [..." yes, do"].map(() => {
      pass(150);
      return quiet.swallows();
    });
    expect([typed, overs()]).toEqual([Array.from(" yes, do", () => true), 0]);
    pass(PAUSE_MS);
    expect([quiet.swallows(), overs()]).toEqual([false, 1]);
  });

  test("a question that comes begins the pause anew", () => {
    const { quiet, pass } = scene();
    quiet.begin();
    pass(PAUSE_MS - 1);
    quiet.begin();
    pass(PAUSE_MS - 1);
    expect(quiet.swallows()).toBe(true);
  });

  test("who waits for the pause is told once it is there, and at once where there is none", async () => {
    const { quiet, pass } = scene();
    await quiet.over();
    quiet.begin();
    let isOver = false;
    const over = quiet.over().then(() => {
      isOver = true;
    });
    pass(PAUSE_MS - 1);
    await Promise.resolve();
    expect(isOver).toBe(false);
    pass(1);
    await over;
    expect(isOver).toBe(true);
  });
});
