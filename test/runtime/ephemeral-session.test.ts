// Sessions under chosen ids, and those that go with the connection that created them.
import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { objectText, openTestWorld, type TestWorld } from "../support/world.ts";

const objects = {
  "helper.md": objectText({ name: "helper" }),
  "other.md": objectText({ name: "other" }),
};

const idsIn = async (world: TestWorld) =>
  (await world.ask("ListSessions", {})).sessions.map((one) => one.session_id);

const textIn = (world: TestWorld) => JSON.stringify(world.rows());

describe("a chosen session id", () => {
  test("is one session, however often and at once it is asked for", async () => {
    await using world = await openTestWorld({ objects, script: () => "ok" });
    const params = { po_name: "helper", name: "mine", session_id: "my-session-1" };
    const [one, two] = await Promise.all([
      world.ask("CreateSession", params),
      world.ask("CreateSession", params),
    ]);
    expect(one).toEqual(two);
    const { turn_id } = await world.ask("SendMessage", {
      po_name: "helper",
      message: "hi",
      session_id: "my-session-1",
    });
    await world.ask("WaitForTurn", { turn_id });
    await world.restart();
    const again = await world.ask("CreateSession", { ...params, name: "other name" });
    expect([again.session.message_count, again.session.name]).toEqual([2, "mine"]);
    expect(world.rows({ types: ["SessionCreated"] }).length).toBe(1);
  });

  test("of another object's session, or of a deleted one, is refused", async () => {
    await using world = await openTestWorld({ objects });
    const session_id = "my-session-1";
    await world.ask("CreateSession", { po_name: "helper", session_id });
    const other = await world.call("CreateSession", { po_name: "other", session_id });
    expect(other.payload).toMatchObject({
      code: "session_mismatch",
      message: "The session id my-session-1 belongs to 'helper', not 'other': choose another one.",
    });
    await world.ask("DeleteSession", { session_id });
    const gone = await world.call("CreateSession", { po_name: "helper", session_id });
    expect(gone.payload).toMatchObject({ code: "session_mismatch" });
    for (const wrong of ["short", "../../etc/passwd", "a".repeat(65), "-option-like"]) {
      const refused = await world.call("CreateSession", { po_name: "helper", session_id: wrong });
      expect(refused.payload).toMatchObject({ code: "invalid_request" });
    }
  });
});

describe("an ephemeral session", () => {
  const ephemeral = async (world: TestWorld, client = world.connect()) => {
    const params = { po_name: "helper", ephemeral: true };
    const { session } = await world.ask("CreateSession", params, client.connection.caller);
    return { client, session_id: session.session_id };
  };

  test("is deleted with its text and files when the connection that created it ends", async () => {
    await using world = await openTestWorld({ script: () => "ok" });
    const { client, session_id } = await ephemeral(world);
    const data = Buffer.from("not really a picture").toString("base64");
    const { turn_id } = await world.ask("SendMessage", {
      po_name: "helper",
      message: "the canary sings",
      session_id,
      attachments: [{ media_type: "image/png", data, name: null }],
    });
    await world.ask("WaitForTurn", { turn_id });
    const { sessions } = await world.ask("ListSessions", {});
    expect(sessions.map((one) => [one.session_id, one.ephemeral])).toEqual([[session_id, true]]);
    client.close();
    await world.happened("SessionDeleted");
    while (existsSync(join(world.folder, "attachments", session_id))) {
      await new Promise(setImmediate);
    }
    expect(await idsIn(world)).toEqual([]);
    expect(textIn(world)).not.toContain("canary");
  });

  test("cancels its turn when it goes, and leaves the sessions of others alone", async () => {
    await using world = await openTestWorld({});
    const kept = (await world.ask("CreateSession", { po_name: "helper" })).session.session_id;
    const other = await ephemeral(world);
    const { client, session_id } = await ephemeral(world);
    await world.ask("SendMessage", { po_name: "helper", message: "hi", session_id });
    const call = await world.model.next();
    client.close();
    await world.happened("SessionDeleted");
    expect(call.signal.aborted).toBe(true);
    expect((await idsIn(world)).toSorted()).toEqual([kept, other.session_id].toSorted());
  });

  test("is gone at the next start after a crash, before anything of it runs again", async () => {
    await using world = await openTestWorld({});
    const { session_id } = await ephemeral(world);
    const kept = (await world.ask("CreateSession", { po_name: "helper" })).session.session_id;
    await world.ask("SendMessage", { po_name: "helper", message: "the canary", session_id });
    await world.model.next();
    const asked = world.model.requests.length;
    await world.restart();
    expect(await idsIn(world)).toEqual([kept]);
    expect(world.model.requests.length).toBe(asked);
    expect(textIn(world)).not.toContain("canary");
    expect((await world.ask("ListPOs", {})).prompt_objects[0]?.state).toBe("idle");
    expect(world.store.journal.check()).toEqual({ ok: true, problems: [] });
    await world.restart();
    expect(await idsIn(world)).toEqual([kept]);
  });

  test("may be a fork; deleting it by hand first is no failure; without a connection it is refused", async () => {
    await using world = await openTestWorld({});
    const source = (await world.ask("CreateSession", { po_name: "helper" })).session.session_id;
    const client = world.connect();
    const fork = await world.ask(
      "ForkSession",
      { session_id: source, ephemeral: true },
      client.connection.caller,
    );
    expect(fork.session.ephemeral).toBe(true);
    await world.ask("DeleteSession", { session_id: fork.session.session_id });
    client.close();
    const next = await ephemeral(world);
    next.client.close();
    await world.happened("SessionDeleted", (row) => row.stream === `session/${next.session_id}`);
    expect(await idsIn(world)).toEqual([source]);
    expect(world.log.filter((line) => line.includes("not deleted"))).toEqual([]);
    const refused = await world.call("CreateSession", { po_name: "helper", ephemeral: true });
    expect(refused.payload).toMatchObject({ code: "invalid_request" });
  });
});
