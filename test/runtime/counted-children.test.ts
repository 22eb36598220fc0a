// Whoever is called waits until what it used is counted, and never for ever.
import { describe, expect, test } from "bun:test";
import { createCountedChildren } from "../../src/runtime/counted-children.ts";

describe("a called session", () => {
  const { signal } = new AbortController();

  test("waits until its caller has counted so far, and for nothing where nobody counts", async () => {
    const counted = createCountedChildren();
    const heard: string[] = [];
    await counted.until("nobody's", 7, signal);
    counted.begin("child");
    const waits = [3, 5].map((version) =>
      counted.until("child", version, signal).then(() => void heard.push(`${version}`)),
    );
    counted.reached("other", 9);
    counted.reached("child", 4);
    await waits[0];
    expect(heard).toEqual(["3"]);
    counted.reached("child", 5);
    await Promise.all(waits);
    await counted.until("child", 5, signal);
    counted.end("child");
    await counted.until("child", 6, signal);
    expect(heard).toEqual(["3", "5"]);
  });

  test("waits no longer once it is stopped, or the limit of the wait is over", async () => {
    const stopping = new AbortController();
    const counted = createCountedChildren();
    counted.begin("child");
    const wait = counted.until("child", 1, stopping.signal);
    stopping.abort();
    await wait;
    await counted.until("child", 1, stopping.signal);
    const hasty = createCountedChildren(1);
    hasty.begin("child");
    await hasty.until("child", 1, signal);
    expect(signal.aborted).toBe(false);
  });
});
