// What the objects of one tree of delegations share: who sees it, how much it is, and where it stays.
import { describe, expect, test } from "bun:test";
import type { Json } from "../../src/protocol/messages.ts";
import { builtInTools } from "../../src/tools/index.ts";
import { calling, childrenOf, isFor, say, team } from "../support/delegating.ts";
import type { Said, Script } from "../support/test-model.ts";
import { openTestWorld, type TestWorld } from "../support/world.ts";

const store = (args: Record<string, Json>): Said => ({ calls: [{ name: "store_data", args }] });
const get = (args: Record<string, Json> = {}): Said => ({ calls: [{ name: "get_data", args }] });
const wide = { settings: { limits: { max_iterations: 20 } } };
const plan = { key: "plan", short_description: "what to do", value: { steps: [1, 2] } };

/** Each object plays its steps in order, one for each result that it has got. */
const steps =
  (of: Record<string, (Said | string)[]>): Script =>
  (request) => {
    const [, own = []] = Object.entries(of).find(([name]) => isFor(name, request)) ?? [];
    const last = request.messages.findLastIndex((one) => one.role === "user");
    const results = request.messages.slice(last).filter((one) => one.role === "tool").length;
    return own[results] ?? "Done.";
  };

const open = (script: Script) => openTestWorld({ objects: team, tools: builtInTools(), script });

const resultsOf = (world: TestWorld, session_id: string): string[] =>
  world.rows({ session_id, types: ["MessageAdded"] }).flatMap(({ payload }) => {
    return "role" in payload && payload.role === "tool" ? [payload.content] : [];
  });

describe("U11: shared data", () => {
  test("is seen by who is called and by who called, and by no other root", async () => {
    const script = steps({
      lead: [store(plan), calling("helper", "Go on."), get({ key: "done" })],
      help: [get(), get({ key: "plan" }), store({ key: "done", value: true })],
      judge: [get(), get({ key: "plan" })],
    });
    await using world = await open(script);
    const { session_id, run } = await say(world, wide);
    expect(await run()).toMatchObject({ status: "completed" });
    const [child] = await childrenOf(world, session_id);
    expect(resultsOf(world, child?.session_id ?? "")).toEqual([
      "plan: what to do (lead)",
      JSON.stringify(plan.value, null, 2),
      "Stored: done",
    ]);
    expect(resultsOf(world, session_id)).toEqual(["Stored: plan", "Done.", "true"]);
    const told = world.model.requests.find((request) => isFor("help", request))?.system;
    expect(told).toContain('\n- Shared data (get_data reads it): plan "what to do"\n');
    const other = await say(world, { po_name: "critic" });
    await other.run();
    expect(resultsOf(world, other.session_id)).toEqual([
      "Nothing is stored.",
      "There is nothing under 'plan'. There is: none.",
    ]);
    const changed = world.rows({ types: ["SharedDataChanged"] });
    expect(changed.map((row) => row.payload)).toEqual([
      { ...plan, session_id, po_name: "lead", from_session_id: session_id },
      {
        key: "done",
        short_description: "",
        value: true,
        session_id,
        po_name: "helper",
        from_session_id: child?.session_id ?? "",
      },
    ]);
  });

  test("is updated and removed, and is there after a restart", async () => {
    const script = steps({
      lead: [
        store(plan),
        store({ ...plan, value: "b" }),
        store({ key: "gone", value: 1 }),
        store({ key: "gone", value: null }),
        store({ key: "gone", value: null }),
      ],
      judge: [],
    });
    await using world = await open(script);
    const { session_id, run } = await say(world);
    await run();
    expect(resultsOf(world, session_id)).toEqual([
      "Stored: plan",
      "Updated: plan",
      "Stored: gone",
      "Removed: gone",
      "There is nothing under 'gone'.",
    ]);
    await world.restart();
    const kept = [{ key: "plan", short_description: "what to do", value: "b", po_name: "lead" }];
    expect(world.store.views.sharedData(session_id)).toEqual(kept);
    world.store.views.rebuild();
    expect(world.store.views.sharedData(session_id)).toEqual(kept);
  });

  test("is bounded: one value, all keys, and all together", async () => {
    const value = "x".repeat(32 * 1024 - 2);
    const many = Array.from({ length: 9 }, (_, index) => store({ key: `k${index}`, value }));
    const script = steps({ lead: [store({ key: "a", value: `${value}x` }), ...many] });
    await using world = await open(script);
    const { session_id, run } = await say(world, wide);
    await run();
    const results = resultsOf(world, session_id);
    expect(results[0]).toBe(
      "'a' was not stored: one value holds at most 32768 characters. Store less, or remove what nobody needs.",
    );
    expect(results.slice(1, 9)).toEqual(
      Array.from({ length: 8 }, (_, index) => `Stored: k${index}`),
    );
    expect(results[9]).toStartWith(
      "'k8' was not stored: all values together hold at most 262144 characters.",
    );
  });

  test("goes with the session: exported, imported, forked, and deleted", async () => {
    await using world = await open(steps({ lead: [store(plan)] }));
    const { session_id, run } = await say(world);
    await run();
    const kept = [{ ...plan, po_name: "lead" }];
    const { text } = await world.ask("ExportSession", { session_id });
    const document = JSON.parse(text);
    expect(document.shared_data).toEqual(kept);
    const imported = await world.ask("ImportSession", { document });
    expect(world.store.views.sharedData(imported.session.session_id)).toEqual(kept);
    const forked = await world.ask("ForkSession", { session_id });
    expect(world.store.views.sharedData(forked.session.session_id)).toEqual(kept);
    const twice = { ...document, shared_data: [...kept, ...kept] };
    expect((await world.call("ImportSession", { document: twice })).payload).toMatchObject({
      code: "bad_data",
      message: "The document was not imported. shared_data[1]: the key is there twice.",
    });
    await world.ask("DeleteSession", { session_id });
    expect(world.store.views.sharedData(session_id)).toEqual([]);
  });
});
