// Keeping a provider's key: in the credentials file alone, and only for a human at this machine.
import { describe, expect, test } from "bun:test";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { openTestWorld } from "../support/world.ts";

const KEY = "sk-canary-5f1c";
const params = { name: "OPENAI_API_KEY", value: KEY };

describe("StoreCredential", () => {
  test("writes the credentials file, mode 0600, and the value nowhere else", async () => {
    await using world = await openTestWorld();
    const client = world.connect();
    await world.ask("StoreCredential", params, client.connection.caller);
    const file = join(world.folder, "credentials");
    expect([readFileSync(file, "utf8"), (statSync(file).mode & 0o777).toString(8)]).toEqual([
      `OPENAI_API_KEY="${KEY}"\n`,
      "600",
    ]);
    expect(JSON.stringify([world.rows(), world.log])).not.toContain(KEY);
    expect(world.log.join("")).toContain("OPENAI_API_KEY");
  });

  test("takes the names that providers have, and no other", async () => {
    await using world = await openTestWorld();
    const { ok, payload } = await world.call("StoreCredential", { name: "PATH", value: KEY });
    expect([ok, JSON.stringify(payload).includes(KEY)]).toEqual([false, false]);
    expect(payload).toMatchObject({ code: "invalid_request" });
  });

  test("is not for a process that an agent started, nor for a client that came over TCP", async () => {
    await using world = await openTestWorld();
    const agent = world.connect({ call_id: "call-1" });
    const remote = world.connect({}, { isLocal: false });
    const refused = await Promise.all(
      [agent, remote].map((client) =>
        world.call("StoreCredential", params, client.connection.caller),
      ),
    );
    expect(refused.map(({ payload }) => payload)).toEqual([
      {
        code: "forbidden",
        message: "StoreCredential is for humans: a process that an agent started may not give it.",
        details: { human_only: true },
      },
      {
        code: "forbidden",
        message:
          "StoreCredential is taken over the unix socket only: give it on the daemon's own machine.",
        details: { socket_only: true },
      },
    ]);
  });
});
