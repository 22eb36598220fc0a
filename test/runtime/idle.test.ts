// The end of a daemon that nobody needs.
import { describe, expect, jest, test } from "bun:test";
import { configSchema } from "../../src/runtime/config.ts";
import { idleSeconds, watchIdle } from "../../src/runtime/idle.ts";
import { testTool } from "../support/test-tools.ts";
import { openTestWorld } from "../support/world.ts";

/** Watches for ten minutes of a clock that the test moves. */
function watch(timeoutSeconds: number, isIdleAt: (seconds: number) => boolean): number[] {
  const ends: number[] = [];
  let seconds = 0;
  const watcher = watchIdle({
    isIdle: () => isIdleAt(seconds),
    timeoutSeconds,
    now: () => seconds * 1_000,
    end: () => void ends.push(seconds),
  });
  for (seconds = 1; seconds <= 600 && ends.length === 0; seconds += 1) {
    jest.advanceTimersByTime(1_000);
  }
  watcher.stop();
  return ends;
}

describe("an idle daemon", () => {
  test("ends after its timeout, counted from when it was last needed", () => {
    jest.useFakeTimers();
    try {
      expect(watch(60, () => true)).toEqual([60]);
      expect(watch(60, (seconds) => seconds > 30)).toEqual([90]);
      expect(watch(60, (seconds) => seconds % 59 !== 0)).toEqual([]);
      expect(watch(0, () => true)).toEqual([]);
    } finally {
      jest.useRealTimers();
    }
  });

  test("is told once for each time that nobody needed it", () => {
    jest.useFakeTimers();
    try {
      let seconds = 0;
      const told: number[] = [];
      const isIdle = () => seconds < 100 || seconds > 110;
      const end = () => void told.push(seconds);
      const now = () => seconds * 1_000;
      const watcher = watchIdle({ isIdle, timeoutSeconds: 10, now, end });
      for (seconds = 1; seconds <= 200; seconds += 1) jest.advanceTimersByTime(1_000);
      watcher.stop();
      expect(told).toEqual([10, 120]);
    } finally {
      jest.useRealTimers();
    }
  });

  test("is never one that listens on TCP, whose clients come and go unattached", () => {
    const seconds = (given: object) => idleSeconds(configSchema.parse(given));
    const connectors = { http: { enabled: true } };
    expect([seconds({}), seconds({ idle_timeout: 2 })]).toEqual([3600, 2]);
    expect(seconds({ idle_timeout: 2, connectors })).toBe(0);
  });

  test("is one without client, turn, queued message and open request", async () => {
    await using world = await openTestWorld({
      tools: [testTool("ask_human")],
      script: ({ messages }) =>
        messages[messages.length - 1]?.content === "ask"
          ? { calls: [{ name: "ask_human", args: { question: "Why?" } }] }
          : undefined,
    });
    const isIdle = async () => {
      await world.runtime().connections.flush();
      await new Promise(setImmediate);
      return world.runtime().isIdle();
    };
    const send = (message: string) =>
      world.ask("SendMessage", { po_name: "helper", message, session_id: null });
    expect(await isIdle()).toBe(true);
    const client = world.connect();
    expect(await isIdle()).toBe(false);
    client.close();
    expect(await isIdle()).toBe(true);
    const { turn_id } = await send("talk");
    expect(world.runtime().isIdle()).toBe(false);
    const call = await world.model.next();
    expect(await isIdle()).toBe(false);
    call.answer("done");
    await world.ask("WaitForTurn", { turn_id });
    expect(await isIdle()).toBe(true);
    const asking = await send("ask");
    await world.happened("HumanRequestQueued");
    expect(await isIdle()).toBe(false);
    await world.ask("CancelTurn", { turn_id: asking.turn_id });
    expect(await isIdle()).toBe(true);
  });
});
