// Sessions as values, and the manager that holds them in memory.
import { describe, expect, test } from "bun:test";
import { createSession, createSessionManager, type Session } from "../../src/core/index.ts";
import { withUpdates } from "../../src/core/session/session.ts";
import { session as sessionSchema, sessionState } from "../../src/protocol/messages.ts";
import { timeAt } from "./support/builders.ts";

/** A manager whose clock stands still unless it is moved, and whose ids count. */
function managerWithClock() {
  let nowMs = 0;
  let count = 0;
  const manager = createSessionManager({
    now: () => timeAt(nowMs),
    newId: () => {
      count += 1;
      return `s${count}`;
    },
  });
  return { manager, pass: (ms: number) => (nowMs += ms) };
}

describe("a new session", () => {
  test("is empty, in single mode, and has what it was given", () => {
    expect(createSession({ id: "s1", at: timeAt(0), context: { project: "jamey" } })).toEqual({
      id: "s1",
      po_name: "assistant",
      name: null,
      source: "api",
      agent_mode: "single",
      workspace: "",
      conversation: [],
      state: { active_tools: [], context: { project: "jamey" }, iteration_count: 0 },
      metadata: {},
      model: null,
      parent: null,
      created_at: "2030-01-01T00:00:00.000Z",
      updated_at: "2030-01-01T00:00:00.000Z",
      turn: null,
      pending: [],
    });
  });

  test("has a state that the wire knows", () => {
    const { state } = createSession({ id: "s1", at: timeAt(0) });
    expect(sessionState.parse(JSON.parse(JSON.stringify(state)))).toEqual(state);
    expect(sessionSchema.shape.created_at.safeParse(timeAt(0)).success).toBe(true);
  });
});

describe("updates of a session", () => {
  test("go into the state where it knows them, and into the metadata where not", () => {
    const before = createSession({ id: "s1", at: timeAt(0), metadata: { kept: [1] } });
    const updates = {
      active_tools: ["look"],
      context: { project: "jamey" },
      iteration_count: 3,
      mood: { deep: [null, true] },
    };
    const after = withUpdates(before, updates, timeAt(5));
    expect(after).toEqual({
      ...before,
      state: { active_tools: ["look"], context: { project: "jamey" }, iteration_count: 3 },
      metadata: { kept: [1], mood: { deep: [null, true] } },
      updated_at: timeAt(5),
    });
  });

  test("of the wrong shape are metadata, so that the state stays what it is", () => {
    const before = createSession({ id: "s1", at: timeAt(0) });
    for (const iteration_count of [-1, 1.5, "3"]) {
      const updates = { active_tools: "look", context: [1], iteration_count };
      const after = withUpdates(before, updates, timeAt(5));
      expect({ state: after.state, metadata: after.metadata }).toEqual({
        state: before.state,
        metadata: updates,
      });
    }
  });
});

describe("the manager", () => {
  test("starts empty, and gives back the sessions that it created", () => {
    const { manager } = managerWithClock();
    expect(manager.list_sessions()).toEqual([]);
    const created = manager.create_session({ project: "jamey" });
    expect(created).toEqual(
      createSession({ id: "s1", at: timeAt(0), context: { project: "jamey" } }),
    );
    expect(manager.get_session("s1")).toBe(created);
    expect(manager.list_sessions()).toEqual([created]);
  });

  test("takes its ids from the source that it is given", () => {
    const manager = createSessionManager({
      now: () => timeAt(0),
      newId: () => crypto.randomUUID(),
    });
    const ids = Array.from({ length: 10_000 }, () => manager.create_session({}).id);
    const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    expect(new Set(ids).size).toBe(10_000);
    expect(ids.filter((id) => !uuid.test(id))).toEqual([]);
  });

  test("has nothing for an id that it does not know", () => {
    expect(managerWithClock().manager.get_session("s9")).toBeUndefined();
  });

  test("refuses to update a session that it does not know, and names it", () => {
    const { manager } = managerWithClock();
    expect(manager.update_session("s9", (session) => session)).toEqual({
      ok: false,
      error: {
        code: "session_not_found",
        message: "Session not found: s9",
        details: { session_id: "s9" },
      },
    });
  });

  test("stamps every update strictly later, even if the clock stands still or goes back", () => {
    const { manager, pass } = managerWithClock();
    const { created_at } = manager.create_session({});
    const rename = (session: Session) => ({ ...session, name: "one", id: "s7", updated_at: "" });
    const times = [0, -60_000, 5_000].map((ms) => {
      pass(ms);
      const updated = manager.update_session("s1", rename);
      return updated.ok ? updated.value.updated_at : "";
    });
    expect(times).toEqual([timeAt(1), timeAt(2), timeAt(3)]);
    pass(60_000);
    manager.update_session("s1", rename);
    expect(manager.get_session("s1")).toMatchObject({
      id: "s1",
      name: "one",
      created_at,
      updated_at: timeAt(5_000),
    });
  });

  test("keeps a session as it was when its updater throws", () => {
    const { manager } = managerWithClock();
    const before = manager.create_session({});
    const update = () =>
      manager.update_session("s1", () => {
        throw new Error("no");
      });
    expect(update).toThrow("no");
    expect(manager.get_session("s1")).toEqual(before);
  });

  test("gives the same sessions for the same script, clock and ids", () => {
    const script = () => {
      const { manager, pass } = managerWithClock();
      manager.create_session({ project: "jamey" });
      pass(5);
      manager.update_session("s1", (session) => ({ ...session, metadata: { deep: [{ a: 1 }] } }));
      return JSON.stringify(manager.list_sessions());
    };
    expect(script()).toBe(script());
  });
});
