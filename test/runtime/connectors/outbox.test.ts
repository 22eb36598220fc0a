// What one client still has to be sent: what goes first, what waits, and how much.
import { describe, expect, jest, test } from "bun:test";
import type { FollowFrame } from "../../../src/protocol/frames.ts";
import { MAX_BATCH_BYTES } from "../../../src/protocol/limits.ts";
import { createOutbox } from "../../../src/runtime/connectors/outbox.ts";

const frame = (seq: number, text = ""): FollowFrame => ({
  type: "event",
  subscription_id: "s",
  seq,
  at: "2030-01-01T00:00:00.000Z",
  event_type: "SessionRenamed",
  payload: { text },
});

/** An outbox over a socket that takes everything until it is told to be full. */
function openScene(batches: (FollowFrame[] | Error)[] = []) {
  const sent: string[] = [];
  const broken: unknown[] = [];
  let buffered = 0;
  let pulls = 0;
  const socket = {
    send: (text: string) => sent.push(text),
    getBufferedAmount: () => buffered,
  };
  const outbox = createOutbox({ socket, broke: (thrown) => void broken.push(thrown) });
  outbox.follow(() => {
    pulls += 1;
    const batch = batches.shift() ?? [];
    if (batch instanceof Error) throw batch;
    return { frames: batch, hasMore: batches.length > 0 };
  });
  return {
    outbox,
    sent,
    broken,
    pulls: () => pulls,
    /** Sequence numbers of each WebSocket message; a reply is its own text. */
    messages: () =>
      sent.map((text) => {
        const parsed: unknown = JSON.parse(text);
        if (Array.isArray(parsed)) return parsed.map((one: { seq: number }) => one.seq);
        return (parsed as { seq?: number }).seq ?? text;
      }),
    fill: () => {
      buffered = 1024 * 1024;
    },
    drain: () => {
      buffered = 0;
      outbox.flush();
    },
  };
}

const tick = () => new Promise(setImmediate);

describe("an outbox", () => {
  test("sends events in the very next turn of the loop, those of one pull together", async () => {
    const scene = openScene([[frame(1), frame(2)], [frame(3)]]);
    scene.outbox.ring.events();
    scene.outbox.ring.events();
    expect(scene.messages()).toEqual([]);
    await tick();
    expect(scene.messages()).toEqual([[1, 2], 3]);
  });

  test("sends a signal at once, and gathers those that follow it for a moment", async () => {
    const scene = openScene([[frame(1)], [frame(2)], [frame(3)]]);
    scene.outbox.ring.signals();
    await tick();
    expect(scene.messages()).toEqual([1, 2, 3]);
    jest.useFakeTimers();
    try {
      const late = openScene([[], [frame(4)]]);
      late.outbox.ring.signals();
      const before = late.pulls();
      late.outbox.ring.signals();
      late.outbox.ring.signals();
      expect(late.pulls()).toBe(before);
      jest.advanceTimersByTime(4);
      expect(late.pulls()).toBeGreaterThan(before);
    } finally {
      jest.useRealTimers();
    }
  });

  test("sends nothing into a full socket: replies come first when it has drained", async () => {
    const scene = openScene([[frame(1)]]);
    scene.fill();
    scene.outbox.ring.events();
    await tick();
    expect([scene.sent, scene.pulls()]).toEqual([[], 0]);
    expect(scene.outbox.reply('"a"')).toBe(true);
    expect(scene.outbox.reply('"b"')).toBe(true);
    expect([scene.sent, scene.outbox.count()]).toEqual([[], 2]);
    scene.drain();
    expect(scene.messages()).toEqual(['"a"', '"b"', 1]);
    expect(scene.outbox.count()).toBe(0);
  });

  test("keeps what it has pulled when the socket fills, and goes on exactly there", () => {
    const large = "x".repeat(MAX_BATCH_BYTES);
    const scene = openScene([[frame(1, large), frame(2, large), frame(3)], [frame(4)]]);
    const push = scene.sent.push.bind(scene.sent);
    scene.sent.push = (...texts: string[]) => {
      scene.fill();
      return push(...texts);
    };
    scene.outbox.flush();
    for (const wanted of [[1], [1, 2], [1, 2, 3], [1, 2, 3, 4]]) {
      expect(scene.messages()).toEqual(wanted);
      scene.drain();
    }
    expect(scene.messages()).toEqual([1, 2, 3, 4]);
  });

  test("lets others have their turn after some batches", async () => {
    const scene = openScene(Array.from({ length: 10 }, (_, index) => [frame(index)]));
    scene.outbox.flush();
    expect(scene.pulls()).toBe(4);
    await tick();
    expect(scene.pulls()).toBe(8);
    await tick();
    expect(scene.messages()).toEqual(Array.from({ length: 10 }, (_, index) => index));
  });

  test("goes on over a batch with nothing in it, where there is more behind it", () => {
    const scene = openScene([[], [frame(1)]]);
    scene.outbox.flush();
    expect(scene.messages()).toEqual([1]);
  });

  test("says when too much waits for a client that does not read", () => {
    const scene = openScene();
    scene.fill();
    const reply = `"${"x".repeat(10 * 1024 * 1024)}"`;
    expect([1, 2, 3, 4].map(() => scene.outbox.reply(reply))).toEqual([true, true, true, false]);
  });

  test("tells of events that cannot be read once, and pulls no more", async () => {
    const scene = openScene([new Error("damaged"), [frame(1)]]);
    scene.outbox.flush();
    scene.outbox.ring.events();
    await tick();
    expect(scene.broken).toEqual([new Error("damaged")]);
    expect([scene.sent, scene.pulls()]).toEqual([[], 1]);
  });

  test("that is closed sends nothing any more", async () => {
    const scene = openScene([[frame(1)]]);
    scene.outbox.ring.events();
    scene.outbox.close();
    await tick();
    scene.outbox.reply('"late"');
    expect([scene.sent, scene.pulls()]).toEqual([[], 0]);
  });
});
