// The time of a run, which stands still while only a human is awaited.
import { expect, test } from "bun:test";
import { createDeadline } from "../../src/tools/deadline.ts";

const over = async ({ signal }: { signal: AbortSignal }) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => resolve());
  if (signal.aborted) resolve();
  await promise;
};

test("a run ends when its time is over", async () => {
  const deadline = createDeadline(1, performance.now);
  await over(deadline);
  expect(deadline.signal.reason).toEqual(new Error("timed out"));
});

test("time stands still while a human is awaited, also two at once, and goes on afterwards", async () => {
  let nowMs = 0;
  const deadline = createDeadline(5, () => nowMs);
  const other = createDeadline(50, performance.now);
  nowMs = 4;
  const first = Promise.withResolvers<string>();
  const second = Promise.withResolvers<string>();
  const waits = [deadline.unhurried(first.promise), deadline.unhurried(second.promise)];
  nowMs = 100_000;
  first.resolve("one");
  expect(await waits[0]).toBe("one");
  await over(other);
  expect(deadline.signal.aborted).toBe(false);
  second.reject(new Error("two"));
  expect(waits[1]).rejects.toThrow("two");
  await over(deadline);
});

test("what is cleared is over never, also where a human answers later", async () => {
  const deadline = createDeadline(1, performance.now);
  const answer = Promise.withResolvers<void>();
  const waiting = deadline.unhurried(answer.promise);
  deadline.clear();
  answer.resolve();
  await waiting;
  await over(createDeadline(20, performance.now));
  expect(deadline.signal.aborted).toBe(false);
});
