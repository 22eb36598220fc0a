// The machine of an object, on plain values: what its file says, what somebody wants, and what is owed.
import { describe, expect, test } from "bun:test";
import {
  type ObjectInput,
  type ObjectState,
  objectMachine,
  refuseObjectInput,
} from "../../src/core/object/machine.ts";

const { initial, decide, apply } = objectMachine;
const po_name = "a";

type Found = Extract<ObjectInput, { type: "found" }>;
type Changed = Extract<ObjectInput, { type: "changed" }>;

const found = (hash: string, more: Partial<Found> = {}): Found => ({
  ...{ type: "found", po_name, hash, text: `text ${hash}`, file: "a.md", is_new: false },
  ...more,
});

const changed = (hash: string, base_hash: string | null): Changed => ({
  ...{ type: "changed", po_name, hash, base_hash, text: `text ${hash}` },
  ...{ author: "cli:c", reason: "why" },
});

const unloaded = (kept_as: string | null = null): ObjectInput => ({
  ...{ type: "unloaded", po_name, author: "cli:c", reason: "", kept_as },
});

/** The state after these inputs, and what each brought. */
function play(...inputs: ObjectInput[]): { state: ObjectState; brought: string[] } {
  let state = initial;
  const brought = inputs.map((input) => {
    const events = decide(state, input);
    state = events.reduce(apply, state);
    return events.map((event) => event.type).join(" ");
  });
  return { state, brought };
}

describe("an object's file", () => {
  test("brings a version by disk where its text is news, and nothing where all is known", () => {
    const { state, brought } = play(found("1", { is_new: true }), found("1"), found("2"));
    expect(brought).toEqual(["POModified POLoaded", "", "POModified POLoaded"]);
    expect(state).toEqual({
      isLoaded: true,
      hash: "2",
      base_hash: "1",
      isPending: false,
      file: "a.md",
      kept_as: null,
      state: "idle",
    });
    expect(decide(play(found("1")).state, found("2"))[0]).toEqual({
      type: "POModified",
      payload: {
        ...{ po_name, text: "text 2", hash: "2", base_hash: "1" },
        ...{ author: "disk", reason: "" },
      },
    });
  });

  test("is said to be live anew by each daemon, and where it was moved", () => {
    const { brought, state } = play(
      found("1"),
      found("1", { is_new: true }),
      found("1", { file: "b.md" }),
    );
    expect(brought).toEqual(["POModified POLoaded", "POLoaded", "POLoaded"]);
    expect(state.file).toBe("b.md");
  });

  test("that shows a change which was asked for is its end, and no version of its own", () => {
    const { brought, state } = play(found("1"), changed("2", "1"), found("2"), found("2"));
    expect(brought).toEqual(["POModified POLoaded", "POModified", "POLoaded", ""]);
    expect([state.isPending, state.hash]).toEqual([false, "2"]);
    expect(play(found("1"), changed("2", "1")).state.isPending).toBe(true);
  });

  test("that still shows the text before takes the change back", () => {
    const { brought, state } = play(found("1"), changed("2", "1"), found("1"));
    expect(brought).toEqual(["POModified POLoaded", "POModified", "POModified POLoaded"]);
    expect([state.hash, state.base_hash, state.isPending]).toEqual(["1", "2", false]);
  });
});

describe("an object that is gone", () => {
  test("is gone once, remembers where its file is kept, and comes back without a new version", () => {
    const { brought, state } = play(found("1"), unloaded("kept.md"), unloaded());
    expect(brought).toEqual(["POModified POLoaded", "POUnloaded", ""]);
    expect([state.isLoaded, state.kept_as, state.hash]).toEqual([false, "kept.md", "1"]);
    const back = play(found("1"), unloaded("kept.md"), found("1"));
    expect([back.brought[2], back.state.kept_as]).toEqual(["POLoaded", null]);
  });

  test("owes nothing any more, also where it was never written", () => {
    const { brought, state } = play(changed("1", null), unloaded());
    expect([brought, state.isPending]).toEqual([["POModified", "POUnloaded"], false]);
    expect(play(unloaded()).brought).toEqual([""]);
  });
});

describe("a change", () => {
  test("is refused unless it was made from the live version", () => {
    const refusals = (state: ObjectState, bases: (string | null)[]) =>
      bases.map((base) => refuseObjectInput(state, changed("9", base))?.code);
    expect(refusals(initial, [null, "1"])).toEqual([undefined, "stale_hash"]);
    const live = play(found("1")).state;
    expect(refusals(live, [null, "1", "2"])).toEqual(["stale_hash", undefined, "stale_hash"]);
    const gone = play(found("1"), unloaded()).state;
    expect(refusals(gone, [null, "1"])).toEqual([undefined, "stale_hash"]);
    expect(refuseObjectInput(live, found("2"))).toBeUndefined();
  });
});
