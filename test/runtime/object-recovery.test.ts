// A daemon that dies while an object changes, at each step, and what was done to the files while none ran.
import { describe, expect, test } from "bun:test";
import type { GitHistory } from "../../src/runtime/environment/git-history.ts";
import { objectText, openTestWorld, type TestWorld } from "../support/world.ts";

const first = objectText({ name: "helper" });
const second = objectText({ name: "helper", body: "You sing." });
const third = objectText({ name: "helper", body: "You dance." });
const made = objectText({ name: "made" });

const authors = async (world: TestWorld, po_name = "helper") =>
  (await world.ask("ListPOHistory", { po_name })).versions.map((one) => one.author);

const prompts = async (world: TestWorld) => {
  const { prompt_objects } = await world.ask("ListPOs", {});
  const found: Record<string, string> = {};
  for (const { name } of prompt_objects) {
    found[name] = (await world.ask("InspectPO", { po_name: name })).prompt;
  }
  return found;
};

/** A world whose daemon dies at the first write or removal of a file, after the event and before the deed. */
async function openMortal() {
  const trash = new Map<string, string>();
  const died = Promise.withResolvers<void>();
  let isMortal = true;
  const before = () => {
    if (!isMortal) return;
    isMortal = false;
    world.crash();
    died.resolve();
    throw new Error("the process is gone");
  };
  const world: TestWorld = await openTestWorld({ objectFolder: { trash, before } });
  return {
    world,
    trash,
    /** Gives the command; the daemon dies of it, and nobody is answered. */
    async dieOf(command: string, params: unknown): Promise<void> {
      void world.call(command, params);
      await died.promise;
    },
    [Symbol.asyncDispose]: async () => await world[Symbol.asyncDispose](),
  };
}

describe("a daemon dies between the event and the file", () => {
  test("of an edit: the next one writes the file", async () => {
    await using scene = await openMortal();
    const { world } = scene;
    await scene.dieOf("EditPO", { po_name: "helper", text: second });
    expect(world.objects.get("helper.md")).toBe(first);
    await world.start();
    expect(world.objects.get("helper.md")).toBe(second);
    expect(await prompts(world)).toEqual({ helper: "You sing." });
    expect(await authors(world)).toEqual(["api:http:local", "disk"]);
    expect(world.store.views.pendingObjects()).toEqual([]);
  });

  test("of an edit, and somebody saves the file: what was saved is live, the edit is in the history", async () => {
    await using scene = await openMortal();
    const { world } = scene;
    await scene.dieOf("EditPO", { po_name: "helper", text: second });
    world.objects.set("helper.md", third);
    await world.start();
    expect(await prompts(world)).toEqual({ helper: "You dance." });
    expect(await authors(world)).toEqual(["disk", "api:http:local", "disk"]);
  });

  test("of an edit, and somebody removes the file: the object is gone", async () => {
    await using scene = await openMortal();
    const { world } = scene;
    await scene.dieOf("EditPO", { po_name: "helper", text: second });
    world.objects.delete("helper.md");
    await world.start();
    expect(await prompts(world)).toEqual({});
    expect(world.store.views.pendingObjects()).toEqual([]);
  });

  test("of a new object: the next one makes it", async () => {
    await using scene = await openMortal();
    const { world } = scene;
    await scene.dieOf("CreatePO", { text: made });
    expect([...world.objects.keys()]).toEqual(["helper.md"]);
    await world.start();
    expect(world.objects.get("made.md")).toBe(made);
    expect(await authors(world, "made")).toEqual(["api:http:local"]);
  });

  test("of a removal: the next one removes it, once", async () => {
    await using scene = await openMortal();
    const { world, trash } = scene;
    await scene.dieOf("DeletePO", { po_name: "helper" });
    expect([...world.objects.keys()]).toEqual(["helper.md"]);
    await world.start();
    expect([[...world.objects], [...trash.values()]]).toEqual([[], [first]]);
    world.crash();
    world.objects.set("helper.md", first);
    await world.start();
    expect(await prompts(world)).toEqual({ helper: "You help." });
  });

  test("of a new name: both are there, and nothing is lost", async () => {
    await using scene = await openMortal();
    const { world } = scene;
    await scene.dieOf("RenamePO", { po_name: "helper", new_name: "made" });
    await world.start();
    expect(await prompts(world)).toEqual({ helper: "You help.", made: "You help." });
  });
});

describe("a daemon that never wrote the event", () => {
  test("leaves the file, and says that nothing was changed", async () => {
    await using world = await openTestWorld();
    world.refuse(({ events }) =>
      events.some((one) => one.type === "POModified") ? new Error("the disk is full") : undefined,
    );
    const answer = await world.call("EditPO", { po_name: "helper", text: second });
    expect([answer.ok, world.objects.get("helper.md")]).toEqual([false, first]);
    world.refuse(undefined);
    expect(await authors(world)).toEqual(["disk"]);
  });
});

describe("a save that the journal could not take", () => {
  test("is kept as soon as it can be, and an edit that was made from it counts", async () => {
    await using world = await openTestWorld();
    world.objects.set("helper.md", second);
    world.refuse(() => new Error("the disk is full"));
    const { version } = await world.ask("InspectPO", { po_name: "helper" });
    await new Promise(setImmediate);
    world.refuse(undefined);
    const edit = { po_name: "helper", text: third, base_hash: version, reason: "" };
    await world.ask("EditPO", edit);
    expect(await authors(world)).toEqual(["api:http:local", "disk", "disk"]);
  });
});

describe("a file that cannot be written", () => {
  const broken = {
    before: () => {
      throw new Error("read only");
    },
  };

  test("leaves the version that it holds live, and the edit in the history", async () => {
    await using world = await openTestWorld({ objectFolder: broken });
    const answer = await world.call("EditPO", { po_name: "helper", text: second });
    expect(answer.payload).toMatchObject({
      code: "storage_failed",
      message: "helper.md could not be written (read only): 'helper' is as it was.",
    });
    expect(await prompts(world)).toEqual({ helper: "You help." });
    expect(await authors(world)).toEqual(["disk", "api:http:local", "disk"]);
    await world.restart();
    expect(await prompts(world)).toEqual({ helper: "You help." });
  });

  test("leaves no object that was to be made, and keeps one that was to be removed", async () => {
    await using world = await openTestWorld({ objectFolder: broken });
    for (const [command, params] of [
      ["CreatePO", { text: made }],
      ["DeletePO", { po_name: "helper" }],
    ] as const) {
      expect((await world.call(command, params)).payload).toMatchObject({ code: "storage_failed" });
    }
    expect(await prompts(world)).toEqual({ helper: "You help." });
    await world.restart();
    expect(await prompts(world)).toEqual({ helper: "You help." });
  });
});

describe("while no daemon runs", () => {
  test("a file is edited back to the version before: that is an edit like any other", async () => {
    await using world = await openTestWorld();
    await world.ask("EditPO", { po_name: "helper", text: second, base_hash: null, reason: "" });
    world.crash();
    world.objects.set("helper.md", first);
    await world.start();
    expect(await prompts(world)).toEqual({ helper: "You help." });
    expect(await authors(world)).toEqual(["disk", "api:http:local", "disk"]);
  });

  test("a file breaks: the last good version answers, and the file is reported", async () => {
    await using world = await openTestWorld();
    world.objects.set("helper.md", second);
    await world.ask("ListPOs", {});
    world.crash();
    world.objects.set("helper.md", "---\nname: helper\nmode: sideways\n---\n");
    await world.start();
    expect(await prompts(world)).toEqual({ helper: "You sing." });
    const { problems } = await world.ask("ListPOs", {});
    expect(problems.map((one) => one.problem)).toEqual([expect.stringMatching(/^helper\.md:3: /)]);
    await world.restart();
    expect(await prompts(world)).toEqual({ helper: "You sing." });
    const { version } = await world.ask("InspectPO", { po_name: "helper" });
    await world.ask("RevertPO", { po_name: "helper", hash: version, reason: "" });
    expect(world.objects.get("helper.md")).toBe(second);
    expect((await world.ask("ListPOs", {})).problems).toEqual([]);
  });

  test("a file is moved: it is the same object", async () => {
    await using world = await openTestWorld();
    world.crash();
    world.objects.delete("helper.md");
    world.objects.set("elsewhere.md", first);
    await world.start();
    expect(world.rows({ types: ["POUnloaded"] })).toEqual([]);
    expect((await world.ask("InspectPO", { po_name: "helper" })).file).toBe("elsewhere.md");
  });

  test("the database is lost: the files alone make the objects again", async () => {
    await using world = await openTestWorld();
    await world.ask("EditPO", { po_name: "helper", text: second, base_hash: null, reason: "" });
    const objects = Object.fromEntries(world.objects);
    await using other = await openTestWorld({ objects });
    expect(await prompts(other)).toEqual({ helper: "You sing." });
    expect(await authors(other)).toEqual(["disk"]);
  });
});

test("an object that was removed stays gone, whatever housekeeping forgets", async () => {
  await using world = await openTestWorld({ prunes: { housekeepingEvents: 1, pruneEvents: 1 } });
  await world.ask("DeletePO", { po_name: "helper", reason: "" });
  for (let index = 0; index < 20; index += 1) world.connect().close();
  await world.runtime().stop();
  world.store.views.rebuild();
  await world.start();
  expect([await prompts(world), [...world.objects]]).toEqual([{}, []]);
});

describe("a repository that a killed daemon had no time for", () => {
  const none = { add: () => undefined, settled: () => Promise.resolve() };

  test("learns of each file that it still has who took it away, and why", async () => {
    const asked: Parameters<GitHistory["catchUp"]>[1][] = [];
    const gitHistory: GitHistory = { ...none, catchUp: (_, removed) => void asked.push(removed) };
    await using world = await openTestWorld({
      objects: { "helper.md": first, "old.md": made, "gone.md": objectText({ name: "gone" }) },
      gitHistory,
    });
    await world.ask("DeletePO", { po_name: "helper", reason: "too old" });
    world.crash();
    world.objects.delete("gone.md");
    world.objects.delete("old.md");
    world.objects.set("new.md", made);
    await world.start();
    await world.happened(
      "POUnloaded",
      ({ payload }) => "po_name" in payload && payload.po_name === "gone",
    );
    const removed = asked.at(-1);
    expect([
      removed?.("helper.md", second),
      removed?.("gone.md", objectText({ name: "gone" })),
      removed?.("old.md", made),
      removed?.("new.md", made),
      removed?.("stranger.md", objectText({ name: "stranger" })),
      removed?.("broken.md", "no object"),
    ]).toEqual([
      { po_name: "helper", author: "api:http:local", reason: "too old" },
      { po_name: "gone", author: "disk", reason: "" },
      { po_name: "made", author: "disk", reason: "moved to new.md" },
      undefined,
      undefined,
      undefined,
    ]);
  });
});
