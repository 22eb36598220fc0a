// What an update of a session means stands in two places, because neither may import the other: the
// session's own fold and its view. This holds them together.
import { expect, test } from "bun:test";
import { createSession, withUpdates } from "../../../src/core/session/session.ts";
import type { Json } from "../../../src/protocol/messages.ts";
import { add, at, created } from "./samples.ts";
import { openMemory } from "./views-support.ts";

const values: Json[] = [
  null,
  true,
  0,
  3,
  -1,
  1.5,
  2 ** 53,
  "3",
  [],
  ["look"],
  ["look", 1],
  {},
  { project: "jamey" },
  { project: 1 },
  { deep: [{ er: null }] },
];
const keys = ["active_tools", "context", "iteration_count", "mood", "__proto__", "constructor"];
const rows = keys.flatMap((key) => values.map((value): [string, Json] => [key, value]));

test.each(rows)(
  "the update %s to %j means the same to the session and to its view",
  async (key, value) => {
    await using store = openMemory();
    const updates: Record<string, Json> = JSON.parse(
      `{${JSON.stringify(key)}:${JSON.stringify(value)}}`,
    );
    await add(store.journal, "session/a", [
      created("a", { context: { topic: "tests" }, metadata: { kept: [1] } }),
      { type: "SessionUpdated", payload: { session_id: "a", updates } },
    ]);
    const before = createSession({
      id: "a",
      at,
      context: { topic: "tests" },
      metadata: { kept: [1] },
    });
    const { state, metadata } = withUpdates(before, updates, at);
    const seen = store.views.getSession("a");
    expect(seen?.session_state).toEqual(state);
    // As text: a key such as `__proto__` is one of the object's own or it is lost.
    expect(JSON.stringify(seen?.metadata)).toBe(JSON.stringify(metadata));
  },
);
