// From a row of the table to a connection: how long a vendor may take.
import { describe, expect, test } from "bun:test";
import { connect } from "../../src/providers/connect.ts";
import type { Timeouts } from "../../src/providers/connection.ts";
import { vendors } from "../../src/providers/vendors.ts";

const firstByteOf = (name: "openai" | "ollama", timeouts: Partial<Timeouts>) => {
  const variable = (asked: string) => (asked === "OPENAI_API_KEY" ? "k" : undefined);
  const access = { variable, timeouts };
  return connect(name, vendors[name], "m", access).connection.timeouts.first_byte_ms;
};

describe("the time to the first byte", () => {
  test("is the vendor's own where nobody names one", () => {
    expect([firstByteOf("openai", {}), firstByteOf("ollama", { idle_ms: 1 })]).toEqual([
      60_000, 300_000,
    ]);
  });

  test("is what was named, also where that is the default of others", () => {
    const named = { first_byte_ms: 60_000 };
    expect([firstByteOf("openai", named), firstByteOf("ollama", named)]).toEqual([60_000, 60_000]);
  });
});

test("an address that is none is named, also where nothing would be left of it", () => {
  const values: Record<string, string> = { OPENAI_API_KEY: "k", OPENAI_BASE_URL: "/" };
  const access = { variable: (name: string) => values[name] };
  expect(() => connect("openai", vendors.openai, "m", access)).toThrow(
    "OPENAI_BASE_URL is not an http or https address.",
  );
});
