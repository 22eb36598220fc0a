// Requests and subscriptions without a socket.
import { describe, expect, test } from "bun:test";
import { createExchange } from "../../src/client/exchange.ts";
import { JameyError } from "../../src/protocol/errors.ts";
import type { FollowFrame, ServerFrame } from "../../src/protocol/frames.ts";
import { MAX_REQUESTS_IN_FLIGHT } from "../../src/protocol/limits.ts";

const caughtUp = (subscription_id: string, seq: number): FollowFrame => ({
  type: "caught_up",
  subscription_id,
  seq,
});
const subscribed = (id: number, subscription_id: string): ServerFrame => ({
  id,
  type: "Subscribed",
  payload: { subscription_id, event_types: [] },
});

describe("an exchange", () => {
  test("matches replies by their ids, in whatever order they come", async () => {
    const sent: string[] = [];
    const exchange = createExchange((text) => sent.push(text));
    const first = exchange.call("ListPOs", {});
    const second = exchange.call("ListTools", {});
    await exchange.take([
      { id: 2, type: "ToolList", payload: { tools: [] } },
      { id: 1, type: "POList", payload: { prompt_objects: [], problems: [], warnings: [] } },
    ]);
    expect(await Promise.all([first, second])).toEqual([
      { prompt_objects: [], problems: [], warnings: [] },
      { tools: [] },
    ]);
    expect(sent.map((text) => JSON.parse(text))).toEqual([
      { id: 1, type: "ListPOs", payload: {} },
      { id: 2, type: "ListTools", payload: {} },
    ]);
  });

  test("refuses what no connection would carry, and sends nothing of it", async () => {
    const sent: string[] = [];
    const exchange = createExchange((text) => sent.push(text));
    const say = (message: string) =>
      exchange.call("SendMessage", { po_name: "x", message, session_id: null });
    // A quote is two bytes of JSON.
    const refused = await say('"'.repeat(9_000_000)).catch((thrown: JameyError) => thrown.code);
    expect([refused, sent.length]).toEqual(["too_large", 0]);
    void say("a".repeat(9_000_000));
    expect(sent.length).toBe(1);
  });

  test("turns an Error reply into a JameyError with its code and details", async () => {
    const exchange = createExchange(() => undefined);
    const call = exchange.call("GetStatus", {});
    const payload = { code: "busy", message: "later", details: { turns: 1 } };
    await exchange.take([{ id: 1, type: "Error", payload }]);
    expect(await call.catch((thrown) => thrown)).toEqual(
      new JameyError("busy", "later", { details: { turns: 1 } }),
    );
  });

  test("hands on frames that stand right behind their Subscribed, and those that overtake it", async () => {
    const exchange = createExchange(() => undefined);
    const taken: FollowFrame[] = [];
    const following = exchange.follow({}, (frames) => void taken.push(...frames));
    await exchange.take([caughtUp("s7", 1)]);
    await exchange.take([subscribed(1, "s7"), caughtUp("s7", 2), caughtUp("other", 3)]);
    await following;
    expect(taken).toEqual([caughtUp("s7", 1), caughtUp("s7", 2)]);
  });

  test("gives a follower nothing more until its promise settles", async () => {
    const exchange = createExchange(() => undefined);
    const gate = Promise.withResolvers<void>();
    const taken: number[] = [];
    const following = exchange.follow({}, async (frames) => {
      taken.push(frames.length);
      await gate.promise;
    });
    await exchange.take([subscribed(1, "a")]);
    await following;
    const taking = exchange.take([
      caughtUp("a", 1),
      { id: 99, type: "Ok", payload: {} },
      caughtUp("a", 2),
    ]);
    await Promise.resolve();
    expect(taken).toEqual([1]);
    gate.resolve();
    await taking;
    expect(taken).toEqual([1, 1]);
  });

  test("rejects what is pending when it fails, and everything after", async () => {
    const exchange = createExchange(() => undefined);
    const pending = exchange.call("ListPOs", {});
    const failure = new JameyError("unavailable", "gone");
    exchange.fail(failure);
    expect(await pending.catch((thrown) => thrown)).toBe(failure);
    expect(await exchange.call("ListPOs", {}).catch((thrown) => thrown)).toBe(failure);
  });

  test("refuses more requests than may be in flight", async () => {
    const exchange = createExchange(() => undefined);
    for (let count = 0; count < MAX_REQUESTS_IN_FLIGHT; count += 1)
      void exchange.call("ListPOs", {});
    const refused = await exchange.call("ListPOs", {}).catch((thrown) => thrown);
    expect(refused.code).toBe("overloaded");
  });
});
