// How often somebody may do something, and who counts as one.
import { expect, test } from "bun:test";
import { canonicalAddress, createLimiter } from "../../../src/runtime/connectors/limiter.ts";

test("A burst is allowed, then as many as time brings", () => {
  let at = 0;
  const limiter = createLimiter({ perSecond: 10, burst: 3, now: () => at });
  const take = (count: number) => Array.from({ length: count }, () => limiter.take("a"));
  expect(take(4)).toEqual([true, true, true, false]);
  expect(limiter.take("b")).toBe(true);
  at = 99;
  expect(limiter.take("a")).toBe(false);
  at = 200;
  expect(take(3)).toEqual([true, true, false]);
  at = 1e9;
  expect(take(4)).toEqual([true, true, true, false]);
});

test("However many names come, so many are remembered: the latest", () => {
  const limiter = createLimiter({ perSecond: 0, burst: 1, maxNames: 2, now: () => 0 });
  expect(["a", "b", "c", "c", "b", "a"].map((name) => limiter.take(name))).toEqual([
    true,
    true,
    true,
    false,
    false,
    true,
  ]);
});

test.each([
  ["127.0.0.1", "127.0.0.1"],
  ["::ffff:127.0.0.1", "127.0.0.1"],
  ["::FFFF:7f00:1", "127.0.0.1"],
  ["0:0:0:0:0:ffff:7f00:0001", "127.0.0.1"],
  ["::ffff:203.0.113.255", "203.0.113.255"],
  ["::1", "0:0:0:0::/64"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:0DB8:0001:0002::", "2001:db8:1:2::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
])("The address %p counts as %p", (address, canonical) => {
  expect(canonicalAddress(address)).toBe(canonical);
});
