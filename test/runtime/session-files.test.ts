// What of a session lies outside the journal: it is the session's alone, and it goes with it.
import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createSessionFiles } from "../../src/runtime/session-files.ts";
import { fileReadTool } from "../../src/tools/file-read.ts";
import { testTool } from "../support/test-tools.ts";
import { openTestWorld, type TestWorld } from "../support/world.ts";

const data = Buffer.from("not really a picture").toString("base64");

/** Sends an image called a.png, and waits for the answer. */
async function sendImage(world: TestWorld, session_id: string | null = null): Promise<string> {
  const attachments = [{ media_type: "image/png", data, name: "a.png" }];
  const params = { po_name: "helper", message: "see", session_id, attachments };
  const accepted = await world.ask("SendMessage", params);
  await world.ask("WaitForTurn", { turn_id: accepted.turn_id });
  return accepted.session_id;
}

/** A tool that spills as the real ones do: a file in its session's folder. */
const spilling = () =>
  testTool("put", {
    run: (_, { spill_folder, call_id }) => {
      const file = join(spill_folder, `${call_id}.txt`);
      writeFileSync(file, "long");
      return file;
    },
  });

const foldersIn = (world: TestWorld, name: string) => readdirSync(join(world.folder, name));

describe("the files of a session", () => {
  test("go when it is deleted, and those of other sessions stay", async () => {
    await using world = await openTestWorld({ script: () => "ok", tools: [spilling()] });
    const [gone, kept] = [await sendImage(world), await sendImage(world)];
    for (const session_id of [gone, kept]) {
      await world.ask("RunTool", { session_id, name: "put", args: {} });
    }
    expect(foldersIn(world, "attachments").toSorted()).toEqual([gone, kept].toSorted());
    expect(foldersIn(world, "outputs").toSorted()).toEqual([gone, kept].toSorted());
    await world.ask("DeleteSession", { session_id: gone });
    expect(foldersIn(world, "attachments")).toEqual([kept]);
    expect(foldersIn(world, "outputs")).toEqual([kept]);
  });

  test("that a deletion left behind go at the next start, as does what ran outside sessions", async () => {
    await using world = await openTestWorld({ script: () => "ok", tools: [spilling()] });
    const kept = await sendImage(world);
    await world.ask("RunTool", { session_id: null, name: "put", args: {} });
    for (const name of ["attachments/dead", "outputs/dead", `outputs/${kept}`]) {
      mkdirSync(join(world.folder, name), { recursive: true });
    }
    expect(foldersIn(world, "outputs").toSorted()).toEqual(["dead", kept, "run"].toSorted());
    await world.restart();
    expect(foldersIn(world, "attachments")).toEqual([kept]);
    expect(foldersIn(world, "outputs")).toEqual([kept]);
  });

  test("are read by its own tools and by no other session's", async () => {
    await using world = await openTestWorld({ tools: [spilling(), fileReadTool()] });
    const workspace = join(world.folder, "work");
    mkdirSync(workspace);
    const { caller } = world.connect({ workspace }).connection;
    const create = async () =>
      (await world.ask("CreateSession", { po_name: "helper" }, caller)).session.session_id;
    const [own, other] = [await create(), await create()];
    const run = async (session_id: string, name: string, args: object) =>
      (await world.call("RunTool", { session_id, name, args })).payload;
    const put = await world.ask("RunTool", { session_id: own, name: "put", args: {} });
    const path = put.result.output;
    const refused = { code: "invalid_request" };
    expect(await run(own, "file_read", { path })).toMatchObject({ result: { output: "long" } });
    expect(await run(other, "file_read", { path })).toMatchObject(refused);
    const roundabout = `${world.folder}/outputs/${other}/../${own}/${path.slice(path.lastIndexOf("/") + 1)}`;
    expect(await run(other, "file_read", { path: roundabout })).toMatchObject(refused);
  });

  test("are never reached by an id that is a path", async () => {
    await using world = await openTestWorld();
    const files = createSessionFiles({
      attachments: join(world.folder, "attachments"),
      outputs: join(world.folder, "outputs"),
      hash: () => "0".repeat(64),
      log: { warn: () => expect.unreachable() },
    });
    for (const id of ["..", ".", "", "a/b", "../../x", "a\0b", "x".repeat(200)]) {
      await expect(files.forget(id)).rejects.toThrow("cannot be the id of a session");
      await expect(files.keepAttachment(id, new Uint8Array(1))).rejects.toThrow("cannot be");
    }
    expect(existsSync(world.folder)).toBe(true);
  });
});

describe("an attachment that is gone", () => {
  test("is named to the model in words, and the session goes on", async () => {
    await using world = await openTestWorld({ script: () => "ok" });
    const session_id = await sendImage(world);
    rmSync(join(world.folder, "attachments"), { recursive: true });
    const next = { po_name: "helper", message: "and now?", session_id };
    const { turn_id } = await world.ask("SendMessage", next);
    expect((await world.ask("WaitForTurn", { turn_id })).response).toBe("ok");
    const [first] = world.model.requests[1]?.messages ?? [];
    expect([first?.content, first?.images]).toEqual([
      "see\n[attachment a.png is no longer kept]",
      [],
    ]);
    await sendImage(world, session_id);
    expect(world.model.requests[2]?.messages[0]?.images).toEqual([
      { media_type: "image/png", data },
    ]);
  });
});
