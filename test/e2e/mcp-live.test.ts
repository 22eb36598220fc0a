// One daemon, a client of its own protocol and an MCP host: a thousand changes each way, and none is missed.
import { expect, test } from "bun:test";
import { openHome } from "../support/home.ts";
import { type Bridge, shakeHands, startBridge, structureOf } from "../support/mcp-bridge.ts";

const CHANGES = 1_000;
/** Changes that are under way at once. */
const AT_ONCE = 20;
const TIMEOUT_MS = 120_000;

const numbers = Array.from({ length: CHANGES }, (_none, index) => index);

/** All of them, some at a time. */
async function each(work: (index: number) => Promise<void>): Promise<void> {
  const left = [...numbers];
  const worker = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

const nameOf = (from: string, index: number) => `${from}-${index}`;

/** Every session's name that the host finds by reading what it is told of. */
async function readNames(host: Bridge, uris: Iterable<string>): Promise<Set<string>> {
  const names = new Set<string>();
  for (const uri of uris) {
    const { result } = await host.ask("resources/read", { uri });
    const text = /"text":"(.*)"/s.exec(JSON.stringify(result))?.[1] ?? "";
    for (const [, name] of text.matchAll(/\\"name\\":\\"((?:cli|mcp)-\d+)\\"/g)) {
      if (name !== undefined) names.add(name);
    }
  }
  return names;
}

test(
  "a client and an MCP host see every change of the other",
  async () => {
    await using home = await openHome();
    await using server = {
      daemon: await home.serve(),
      [Symbol.asyncDispose]: async () => undefined,
    };
    await using host = startBridge(home);
    await shakeHands(host);
    await host.ask("resources/subscribe", { uri: "sessions://list" });
    const client = await home.connect({ client: "cli" });
    const following = await client.follow({ event_types: ["SessionCreated"], after: null });

    await each(async (index) => {
      const name = nameOf("mcp", index);
      const args = { po_name: "assistant", name };
      const made = await host.ask("tools/call", { name: "create_session", arguments: args });
      expect(structureOf(made).session).toMatchObject({ name, source: "mcp" });
    });
    const created = () =>
      following.frames.filter(({ payload }) => String(payload?.name).startsWith("mcp-"));
    await following.when("every session of the host", () => created().length >= CHANGES);
    const seen = created().map(({ payload }) => payload?.name);
    expect(new Set(seen)).toEqual(new Set(numbers.map((index) => nameOf("mcp", index))));
    expect(seen.length).toBe(CHANGES);

    const told = host.lines.length;
    await each(async (index) => {
      await client.ask("CreateSession", { po_name: "assistant", name: nameOf("cli", index) });
    });
    await host.until(
      (line) =>
        line.method === "notifications/resources/updated" && host.lines.indexOf(line) >= told,
    );
    // A thousand sessions fit in one read, the newest first.
    const names = await readNames(host, ["sessions://list"]);
    expect(names).toEqual(new Set(numbers.map((index) => nameOf("cli", index))));
    expect(host.foreign).toEqual([]);
    client.close();
    expect(await host.end()).toBe(0);
    expect(await server.daemon.stop()).toBe(0);
  },
  TIMEOUT_MS,
);

test(
  "what one client does reaches the host within moments",
  async () => {
    await using home = await openHome();
    await using host = startBridge(home);
    await shakeHands(host);
    await host.ask("resources/subscribe", { uri: "sessions://list" });
    const client = await home.connect({ client: "cli" });
    const late: number[] = [];
    for (let index = 0; index < 200; index += 1) {
      const before = host.lines.length;
      const startedMs = performance.now();
      await client.ask("CreateSession", { po_name: "assistant", name: nameOf("cli", index) });
      await host.until(
        (line) =>
          line.method === "notifications/resources/updated" && host.lines.indexOf(line) >= before,
      );
      late.push(performance.now() - startedMs);
    }
    late.sort((a, b) => a - b);
    // Far above what it takes on a quiet machine: this only fails where something waits for nothing.
    expect(late[Math.floor(late.length / 2)]).toBeLessThan(1_000);
    client.close();
  },
  TIMEOUT_MS,
);
