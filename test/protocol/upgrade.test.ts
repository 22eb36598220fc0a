// Old events are read in today's words, and unknown ones refused by name.
import { describe, expect, test } from "bun:test";
import { JameyError } from "../../src/protocol/errors.ts";
import { storedEvents } from "../../src/protocol/events/index.ts";
import { type Upgrades, upgradeEvent } from "../../src/protocol/upgrade.ts";

const words = { POUnloaded: { version: 3 } };
const table: Upgrades = {
  POUnloaded: {
    1: (payload) => ({ first: payload }),
    2: (payload) => ({ second: payload }),
  },
};
const read = (type: string, type_version: number, upgrades = table) => {
  try {
    return upgradeEvent({ type, type_version, payload: "kept" }, words, upgrades) as unknown;
  } catch (thrown) {
    if (thrown instanceof JameyError) return [thrown.code, thrown.message];
    throw thrown;
  }
};

describe("an event as it was kept", () => {
  test("is led through every version up to today's", () => {
    expect([1, 2, 3].map((version) => read("POUnloaded", version))).toEqual([
      { type: "POUnloaded", payload: { second: { first: "kept" } } },
      { type: "POUnloaded", payload: { second: "kept" } },
      { type: "POUnloaded", payload: "kept" },
    ]);
  });

  test("of an unknown name or a newer version is refused and named", () => {
    const refused = (event: string) => [
      "version_mismatch",
      `The journal holds the event ${event}, which this jamey does not know: update jamey.`,
    ];
    expect(read("POUnloaded", 4)).toEqual(refused("POUnloaded version 4"));
    expect(read("POForgotten", 1)).toEqual(refused("POForgotten version 1"));
    expect(read("constructor", 1)).toEqual(refused("constructor version 1"));
  });

  test("without a way to today's version is a bug that says where", () => {
    expect(read("POUnloaded", 1, { POUnloaded: { 1: (payload) => payload } })).toEqual([
      "internal",
      "upgrade.ts has no way from POUnloaded version 2 to 3.",
    ]);
  });

  test("is known today in every version that was ever published", () => {
    for (const [type, word] of Object.entries(storedEvents)) {
      for (let version = 1; version <= word.version; version += 1) {
        expect(upgradeEvent({ type, type_version: version, payload: {} }).type as string).toBe(
          type,
        );
      }
    }
  });
});
