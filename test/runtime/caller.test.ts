// What a caller may know of the machine that the daemon runs on.
import { expect, test } from "bun:test";
import type { Scope } from "../../src/protocol/commands/command.ts";
import { helper, openTestWorld } from "../support/world.ts";

test("Where things lie on the machine is told to who is there or has the scope admin, to nobody else", async () => {
  await using world = await openTestWorld({ objects: { "/home/me/objects/helper.md": helper } });
  const { passing, folder } = world;
  const seen = async (isOnSocket: boolean, scopes: Scope[]) => {
    const caller = { ...passing(), isOnSocket, scopes };
    const { socket } = await world.ask("GetStatus", {}, caller);
    return [socket, (await world.ask("InspectPO", { po_name: "helper" }, caller)).file];
  };
  const whole = [`${folder}/test.sock`, "/home/me/objects/helper.md"];
  expect([
    await seen(true, ["read"]),
    await seen(false, ["read", "chat", "admin"]),
    await seen(false, ["read", "chat"]),
  ]).toEqual([whole, whole, [null, "helper.md"]]);
});
