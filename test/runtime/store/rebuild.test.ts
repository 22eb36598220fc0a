// The views against the journal: made again from the journal they are the same, and they agree with what
// `core/session` folds from the same events.
import { describe, expect, test } from "bun:test";
import { applySession } from "../../../src/core/session/apply.ts";
import {
  activityOf,
  currentTurnId,
  initialSessionState,
  type SessionActorState,
} from "../../../src/core/session/state.ts";
import { storedEvents } from "../../../src/protocol/events/index.ts";
import { message, type SessionView } from "../../../src/protocol/messages.ts";
import { live } from "../../core/support/world.ts";
import { randomEvents, streamOf } from "./random-events.ts";
import { add, appendOf } from "./samples.ts";
import { openMemory } from "./views-support.ts";

const SEEDS = [1, 2, 3, 4, 5];
const EVENTS = 400;

describe("views made again from the journal", () => {
  for (const seed of SEEDS) {
    test(`are byte for byte the live ones, whatever happened (seed ${seed})`, async () => {
      await using store = openMemory();
      const events = randomEvents(seed, EVENTS);
      const versions = new Map<string, number>();
      const appends = events.map((event) => {
        const stream = streamOf(event);
        const version = versions.get(stream) ?? 0;
        versions.set(stream, version + 1);
        return store.journal.append(appendOf(stream, version, [event]));
      });
      await Promise.all(appends);
      await insist(store, events.length);
    });

    test(`are the live ones where housekeeping was pruned (seed ${seed})`, async () => {
      const housekeepingEvents = 10;
      await using store = openMemory({ housekeepingEvents, pruneEvents: 1, groupEvents: 3 });
      const events = randomEvents(seed, EVENTS);
      for (const event of events) await add(store.journal, streamOf(event), [event]);
      const housekeeping = events.flatMap(({ type }, index) =>
        storedEvents[type].isHousekeeping ? [index + 1] : [],
      );
      // All but the newest that are kept, in other words: most of them.
      expect(store.journal.prunedThrough()).toBe(housekeeping.at(-1 - housekeepingEvents) ?? 0);
      await insist(store, events.length);
    });

    test(`are the live ones where sessions were erased (seed ${seed})`, async () => {
      await using store = openMemory();
      for (const event of randomEvents(seed, EVENTS)) {
        await add(store.journal, streamOf(event), [event]);
        if (event.type === "SessionDeleted") await store.journal.erase(streamOf(event));
      }
      await insist(store, EVENTS);
    });
  }

  test("are the live ones where an object that is not live was changed", async () => {
    await using store = openMemory({ housekeepingEvents: 1, pruneEvents: 1 });
    const po_name = "ada";
    const change = { po_name, old_state: "idle", new_state: "working" } as const;
    const edit = { po_name, text: "x", hash: "h2", base_hash: null, author: "disk", reason: "" };
    for (let round = 0; round < 4; round += 1) {
      await add(store.journal, "object/ada", [{ type: "POStateChanged", payload: change }]);
      if (round > 0) continue;
      await add(store.journal, "object/ada", [{ type: "POModified", payload: edit }]);
    }
    expect(store.journal.prunedThrough()).toBe(4);
    await insist(store, 5);
  });

  async function insist(store: ReturnType<typeof openMemory>, head: number): Promise<void> {
    expect(store.journal.head()).toBe(head);
    const live = store.dump();
    store.views.rebuild();
    expect(store.dump()).toEqual(live);
    expect(store.errors).toEqual([]);
    expect(store.journal.check()).toEqual({ ok: true, problems: [] });
  }
});

describe("the view of what was used", () => {
  test("says the same before and after a deletion, and made again from the journal", async () => {
    let deletions = 0;
    for (let seed = 1; seed <= 20; seed += 1) {
      await using store = openMemory();
      const all = () => store.views.usage({ session_id: null, by: "day", since: null });
      const { events } = live(seed, 40);
      for (const { at: time, ...event } of events) {
        const before = all();
        await add(store.journal, streamOf(event), [event], time);
        if (event.type !== "SessionDeleted") continue;
        deletions += before.models.length;
        expect(all()).toEqual(before);
        await store.journal.erase(streamOf(event));
        store.views.rebuild();
        expect(all()).toEqual(before);
      }
    }
    expect(deletions).toBeGreaterThan(0);
  });
});

describe("the view of a session", () => {
  test("is at every event what the core folds", async () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      await using store = openMemory();
      let state = initialSessionState;
      const { events } = live(seed, 60);
      for (const [index, { at: time, ...event }] of events.entries()) {
        await add(store.journal, streamOf(event), [event], time);
        state = applySession(state, { ...event, at: time });
        const session = state.isDeleted ? undefined : state.session;
        const seen = session && store.views.getSession(session.id);
        expect({ seed, index, session: seen && picked(seen) }).toEqual({
          seed,
          index,
          session: session && expected(session, state),
        });
      }
      expect(store.journal.check()).toEqual({ ok: true, problems: [] });
    }
  });

  /** Without what only lists show. */
  function picked(seen: SessionView) {
    const { updated_at: _, title: __, forked_from: ___, ephemeral: ____, ...view } = seen;
    return view;
  }

  function expected(session: NonNullable<SessionActorState["session"]>, state: SessionActorState) {
    const { id, turn: _, pending: __, updated_at: ___, model: ____, ...others } = session;
    const { state: session_state, ...rest } = others;
    return {
      ...rest,
      // The core keeps a message as its event has it, with the session's id.
      conversation: session.conversation.map((one) => message.parse(one)),
      session_id: id,
      session_state,
      state: activityOf(state),
      message_count: session.conversation.length,
      turn_id: currentTurnId(state) ?? null,
      queued: state.queue.length + state.steers.length,
    };
  }
});
