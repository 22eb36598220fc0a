// Objects that are changed while they live: every change is an event with its author, stale ones are
// refused, and a daemon that dies at any step leaves the journal and the file agreed.
import { describe, expect, test } from "bun:test";
import { JameyError } from "../../src/protocol/errors.ts";
import type { StoredEventName } from "../../src/protocol/events/index.ts";
import { nameIn, userName } from "../../src/runtime/user-name.ts";
import { objectText, openTestWorld, type TestWorld } from "../support/world.ts";

const types: StoredEventName[] = ["POLoaded", "POUnloaded", "POModified"];
const first = objectText({ name: "helper" });
const second = objectText({ name: "helper", body: "You sing." });
const third = objectText({ name: "helper", body: "You dance." });

/** What the journal says of objects, in words. */
const told = (world: TestWorld) =>
  world.rows({ types }).map(({ type, payload, caller }) => {
    const { po_name, author = caller, reason = "" } = payload as Record<string, string>;
    return type === "POLoaded"
      ? `${type} ${po_name}`
      : `${type} ${po_name} ${author} ${reason}`.trim();
  });

const edit = (world: TestWorld, text: string, base_hash: string | null = null) =>
  world.ask("EditPO", { po_name: "helper", text, base_hash, reason: "better" });

const inspect = (world: TestWorld) => world.ask("InspectPO", { po_name: "helper" });

async function refusal(asked: Promise<unknown>): Promise<JameyError> {
  const thrown: unknown = await asked.then(
    () => "it was taken",
    (error: unknown) => error,
  );
  if (thrown instanceof JameyError) return thrown;
  throw new Error(String(thrown));
}

describe("a renamed object", () => {
  test("keeps its history: versions of its former name are listed, read, and gone back to", async () => {
    await using world = await openTestWorld();
    await edit(world, second);
    const change = { reason: "a better word" };
    await world.ask("RenamePO", { po_name: "helper", new_name: "aide", ...change });
    await world.ask("EditPO", {
      po_name: "aide",
      text: third.replace("helper", "aide"),
      base_hash: null,
    });
    const listed = async (po_name: string) =>
      (await world.ask("ListPOHistory", { po_name })).versions;
    const versions = await listed("aide");
    expect(versions.map((one) => [one.po_name, one.is_live])).toEqual([
      ["aide", true],
      ["aide", false],
      ["helper", false],
      ["helper", false],
    ]);
    expect(await listed("helper")).toEqual(versions.slice(2));
    const hash = versions.at(-1)?.hash ?? "";
    const there = await world.ask("GetPOVersion", { po_name: "aide", hash: hash.slice(0, 12) });
    expect([there.po_name, there.text]).toEqual(["helper", first]);
    const back = await world.ask("RevertPO", { po_name: "aide", hash });
    expect([back.po_name, world.objects.get("aide.md")]).toEqual([
      "aide",
      first.replace("name: helper", "name: aide"),
    ]);
    // Another object that takes the name has a history of its own.
    await world.ask("CreatePO", { text: first });
    expect((await listed("aide")).length).toBe(5);
  });
});

describe("a renamed object, where the clock goes back", () => {
  test("lists its versions in the order of their changes, and only its own", async () => {
    let hour = 24;
    const now = () => new Date(Date.UTC(2026, 0, 1, --hour)).toISOString();
    await using world = await openTestWorld({ now });
    await edit(world, second);
    await world.ask("RenamePO", { po_name: "helper", new_name: "aide" });
    await world.ask("CreatePO", { text: third });
    const { versions } = await world.ask("ListPOHistory", { po_name: "aide" });
    expect(versions.map(({ po_name, hash }) => [po_name, hash === versions[0]?.hash])).toEqual([
      ["aide", true],
      ["helper", false],
      ["helper", false],
    ]);
    expect(versions.slice(1).map((one) => one.base_hash === null)).toEqual([false, true]);
  });
});

describe("an object is changed", () => {
  test("by an edit: an event with its author and reason, then the file, live at once", async () => {
    await using world = await openTestWorld();
    const before = await inspect(world);
    const made = await edit(world, second, before.version);
    expect(made).toEqual({
      po_name: "helper",
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      base_hash: before.version,
      author: "api:http:local",
      reason: "better",
      at: expect.any(String),
      bytes: Buffer.byteLength(second),
      is_live: true,
    });
    expect(world.objects.get("helper.md")).toBe(second);
    const after = await inspect(world);
    expect([after.prompt, after.version]).toEqual(["You sing.", made.hash]);
    expect(told(world)).toEqual([
      "POModified helper disk",
      "POLoaded helper",
      "POModified helper api:http:local better",
      "POLoaded helper",
    ]);
  });

  test("by the same text: nothing happens", async () => {
    await using world = await openTestWorld();
    const { hash } = await edit(world, first);
    expect(hash).toBe((await inspect(world)).version);
    expect(told(world).length).toBe(2);
  });

  test("by text that is no object: refused with its line, and nothing is kept", async () => {
    await using world = await openTestWorld();
    const broken = await refusal(edit(world, "---\nname: helper\nmode: sideways\n---\n"));
    expect([broken.code, broken.message]).toEqual([
      "config_invalid",
      expect.stringMatching(/^text:3: mode: /),
    ]);
    const other = await refusal(edit(world, objectText({ name: "other" })));
    expect([other.code, other.message]).toEqual([
      "invalid_request",
      expect.stringContaining("jamey objects rename helper other"),
    ]);
    expect(told(world).length).toBe(2);
    expect(world.objects.get("helper.md")).toBe(first);
  });

  test("from a version that is not live any more: refused, with what changed since", async () => {
    await using world = await openTestWorld();
    const { version } = await inspect(world);
    await edit(world, second, version);
    const stale = await refusal(edit(world, third, version));
    expect(stale.code).toBe("stale_hash");
    expect(stale.message).toContain("\n-You help.\n+You sing.\n");
    const unknown = await refusal(edit(world, third, "another"));
    expect(unknown.message).toContain("\n-You dance.\n+You sing.\n");
    expect(world.objects.get("helper.md")).toBe(second);
  });

  test("by two at once from one version: one wins, the other is refused", async () => {
    await using world = await openTestWorld();
    const { version } = await inspect(world);
    const both = await Promise.allSettled([
      edit(world, second, version),
      edit(world, third, version),
    ]);
    expect(both.map((one) => one.status)).toEqual(["fulfilled", "rejected"]);
    expect(world.objects.get("helper.md")).toBe(second);
  });

  test("by a human's client: under the human's own name, the same from each connection", async () => {
    await using world = await openTestWorld();
    const me = userName();
    const by = async (client: string, text: string) => {
      const { caller } = world.connect({ client }).connection;
      return (await world.ask("EditPO", { po_name: "helper", text, base_hash: null }, caller))
        .author;
    };
    expect([await by("cli", second), await by("cli 1.0", third), await by("tui", second)]).toEqual([
      `${me} (cli)`,
      `${me} (cli)`,
      `${me} (tui)`,
    ]);
    expect(await by("editor", third)).toMatch(/^api:/);
    expect(me).toMatch(/^[^\s:]+$/);
    expect(nameIn("root:x:0:0::/:\nada:x:10:10::/:\n", 10)).toBe("ada");
  });

  test("on disk: it is a version by disk, and an edit from the one before is stale", async () => {
    await using world = await openTestWorld();
    const { version } = await inspect(world);
    world.objects.set("helper.md", second);
    expect((await refusal(edit(world, third, version))).code).toBe("stale_hash");
    const { versions } = await world.ask("ListPOHistory", { po_name: "helper" });
    expect(versions.map(({ author, is_live, bytes }) => [author, is_live, bytes])).toEqual([
      ["disk", true, second.length],
      ["disk", false, first.length],
    ]);
  });

  test("over a broken file: what was in the file is kept in the trash", async () => {
    const trash = new Map<string, string>();
    await using world = await openTestWorld({ objectFolder: { trash } });
    world.objects.set("helper.md", "half a thought");
    await edit(world, second);
    expect([...trash.values()]).toEqual(["half a thought"]);
    expect((await world.ask("ListPOs", {})).problems).toEqual([]);
  });

  test("by agents' processes and by keys without the scope: never", async () => {
    await using world = await openTestWorld();
    const agent = world.connect({ call_id: "call_1" });
    const answer = await world.call(
      "EditPO",
      { po_name: "helper", text: second },
      agent.connection.caller,
    );
    expect(answer.payload).toMatchObject({ code: "forbidden", details: { human_only: true } });
  });
});

describe("an object is made, named anew and removed", () => {
  test("made from a text, in a file of its own; a name that is taken is refused", async () => {
    await using world = await openTestWorld();
    const text = objectText({ name: "new" });
    const made = await world.ask("CreatePO", { text, reason: "wanted" });
    expect([made.po_name, made.base_hash, made.is_live]).toEqual(["new", null, true]);
    expect(world.objects.get("new.md")).toBe(text);
    expect(told(world).slice(2)).toEqual(["POModified new api:http:local wanted", "POLoaded new"]);
    expect((await refusal(world.ask("CreatePO", { text, reason: "" }))).code).toBe(
      "already_exists",
    );
    world.objects.set("held.md", "nothing");
    const held = await refusal(
      world.ask("CreatePO", { text: objectText({ name: "held" }), reason: "" }),
    );
    expect([held.code, held.message]).toEqual([
      "already_exists",
      expect.stringContaining("held.md is there already (held.md:1: "),
    ]);
  });

  test("removed: its file goes into the trash, its history stays and brings it back", async () => {
    const trash = new Map<string, string>();
    await using world = await openTestWorld({ objectFolder: { trash } });
    const { version } = await inspect(world);
    const { session } = await world.ask("CreateSession", { po_name: "helper" });
    await world.ask("DeletePO", { po_name: "helper", reason: "not needed" });
    expect([[...world.objects], [...trash.values()]]).toEqual([[], [first]]);
    expect((await refusal(inspect(world))).code).toBe("po_not_found");
    expect((await refusal(world.ask("DeletePO", { po_name: "helper", reason: "" }))).code).toBe(
      "po_not_found",
    );
    const { session_id } = session;
    expect((await world.ask("GetSession", { session_id })).session.po_name).toBe("helper");
    const { versions } = await world.ask("ListPOHistory", { po_name: "helper" });
    expect(versions.map(({ hash, is_live }) => [hash, is_live])).toEqual([[version, false]]);
    await world.restart();
    const back = await world.ask("RevertPO", {
      po_name: "helper",
      hash: version.slice(0, 8),
      reason: "",
    });
    expect([back.hash, back.is_live, back.reason]).toEqual([
      version,
      true,
      `back to ${version.slice(0, 12)}`,
    ]);
    expect(world.objects.get("helper.md")).toBe(first);
    expect(told(world).slice(2)).toEqual([
      "POUnloaded helper api:http:local not needed",
      `POModified helper api:http:local back to ${version.slice(0, 12)}`,
      "POLoaded helper",
    ]);
  });

  test("named anew: another object with the same text, the old one's sessions stay", async () => {
    await using world = await openTestWorld();
    const made = await world.ask("RenamePO", { po_name: "helper", new_name: "true", reason: "" });
    expect([made.po_name, made.reason]).toEqual(["true", "was 'helper'"]);
    expect([...world.objects]).toEqual([
      ["true.md", first.replace("name: helper", 'name: "true"')],
    ]);
    await world.ask("RenamePO", { po_name: "true", new_name: "helper", reason: "" });
    expect([...world.objects]).toEqual([["helper.md", first]]);
  });
});

describe("the history of an object", () => {
  test("is newest first, tells the live one, and gives each text by the beginning of its hash", async () => {
    await using world = await openTestWorld();
    const { version } = await inspect(world);
    const { hash } = await edit(world, second);
    await world.ask("RevertPO", { po_name: "helper", hash: version, reason: "no" });
    const { versions } = await world.ask("ListPOHistory", { po_name: "helper" });
    expect(versions.map((one) => [one.hash, one.reason, one.is_live])).toEqual([
      [version, "no", true],
      [hash, "better", false],
      [version, "", false],
    ]);
    const get = (wanted: string | null) =>
      world.ask("GetPOVersion", { po_name: "helper", hash: wanted });
    expect((await get(null)).text).toBe(first);
    expect((await get(hash.slice(0, 6).toUpperCase())).text).toBe(second);
    const missing = await refusal(get("0123456789"));
    expect([missing.code, missing.message]).toEqual([
      "not_found",
      "There is no version '0123456789' of 'helper': jamey objects history helper",
    ]);
    const both = await refusal(get(""));
    expect([both.code, both.message]).toEqual([
      "invalid_request",
      expect.stringContaining("'' fits 2 versions of 'helper'"),
    ]);
    expect((await refusal(world.ask("ListPOHistory", { po_name: "nobody" }))).code).toBe(
      "po_not_found",
    );
  });

  test("can be made again from the journal", async () => {
    await using world = await openTestWorld();
    await edit(world, second);
    const asked = () => world.ask("ListPOHistory", { po_name: "helper" });
    const before = await asked();
    world.store.views.rebuild();
    expect(await asked()).toEqual(before);
    expect(world.store.views.pendingObjects()).toEqual([]);
  });
});
