// When a key ends, as people write it.
import { expect, test } from "bun:test";
import { readExpiry } from "../../src/cli/commands/keys.ts";

const now = Date.parse("2030-01-01T00:00:00Z");

test.each([
  [undefined, null],
  ["12h", "2030-01-01T12:00:00.000Z"],
  ["30d", "2030-01-31T00:00:00.000Z"],
  ["2w", "2030-01-15T00:00:00.000Z"],
  ["2030-03-01", "2030-03-01T00:00:00.000Z"],
  ["2030-03-01T10:00:00Z", "2030-03-01T10:00:00.000Z"],
])("--expires %p is %p", (text, expected) => {
  expect(readExpiry(text, now)).toBe(expected);
});

test.each(["", "0d", "-1d", "30", "never", "2029-12-31", "99999w", "tomorrow", "2030"])(
  "--expires %p is refused",
  (text) => {
    expect(() => readExpiry(text, now)).toThrow(
      "--expires takes a time from now or a date to come",
    );
  },
);
