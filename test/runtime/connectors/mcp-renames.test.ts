// Objects that are renamed, edited and deleted while a host is connected: what it is offered for them follows.
import { expect, test } from "bun:test";
import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernHttp,
} from "@modelcontextprotocol/client";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import {
  PromptListChangedNotificationSchema,
  ToolListChangedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { openMcpListening } from "../../support/mcp-listening.ts";
import { eras } from "../../support/mcp-peers.ts";
import { helper, objectText } from "../../support/world.ts";

const about = { name: "peer", version: "1" };

interface Host extends AsyncDisposable {
  /** Of tools for single objects, and of prompts. */
  offered(): Promise<{ tools: string[]; prompts: string[] }>;
  call(name: string): Promise<unknown>;
  /** Rung by each list that is said to have changed. */
  onChanged(ring: () => void): () => void;
}

async function openHost(era: (typeof eras)[number], address: string): Promise<Host> {
  const rings = new Set<() => void>();
  const ring = () => {
    for (const one of rings) one();
  };
  const url = new URL(address);
  const client =
    era === "2025-11-25"
      ? new Client(about)
      : new ModernClient(about, { versionNegotiation: { mode: { pin: era } } });
  if (client instanceof Client) {
    client.setNotificationHandler(ToolListChangedNotificationSchema, ring);
    client.setNotificationHandler(PromptListChangedNotificationSchema, ring);
    // Its types are of a compiler that lets optional fields be undefined.
    await client.connect(new StreamableHTTPClientTransport(url) as Transport);
  } else {
    client.setNotificationHandler("notifications/tools/list_changed", ring);
    client.setNotificationHandler("notifications/prompts/list_changed", ring);
    await client.connect(new ModernHttp(url));
    await client.listen({ toolsListChanged: true, promptsListChanged: true });
  }
  return {
    async offered() {
      const { tools } = await client.listTools();
      const { prompts } = await client.listPrompts();
      const own = tools.map(({ name }) => name).filter((name) => name.startsWith("ask_"));
      return { tools: own.toSorted(), prompts: prompts.map(({ name }) => name).toSorted() };
    },
    call: async (name) => await client.callTool({ name, arguments: { message: "hello" } }),
    onChanged(one) {
      rings.add(one);
      return () => void rings.delete(one);
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** Until the host, looking whenever it is told to, finds these objects and no others. */
async function found(host: Host, names: string[]): Promise<void> {
  const done = Promise.withResolvers<void>();
  const wanted = { tools: names.map((name) => `ask_${name}`), prompts: names };
  let last = Promise.resolve();
  let isWaiting = false;
  // One look that waits sees what any later ring is about.
  const look = () => {
    if (isWaiting) return;
    isWaiting = true;
    last = last.then(async () => {
      isWaiting = false;
      if (Bun.deepEquals(await host.offered(), wanted)) done.resolve();
    });
    last.catch(done.reject);
  };
  const stop = host.onChanged(look);
  look();
  await done.promise.finally(stop);
}

test.each(eras)("a host of the era of %s follows names", async (era) => {
  await using listening = await openMcpListening({
    config: { connectors: { mcp: { object_tools: true } } },
    objects: { "helper.md": helper },
    script: () => "at your service",
  });
  const { world } = listening;
  await using host = await openHost(era, listening.url);
  await found(host, ["helper"]);
  await world.ask("RenamePO", { po_name: "helper", new_name: "butler" });
  await found(host, ["butler"]);
  expect(await host.call("ask_butler")).toMatchObject({
    structuredContent: { status: "completed", po_name: "butler" },
  });
  // Gone is gone: nobody is spoken to under the old name.
  expect(host.call("ask_helper")).rejects.toThrow("not found");
  await world.ask("CreatePO", { text: objectText({ name: "cook" }) });
  await found(host, ["butler", "cook"]);
  await world.ask("DeletePO", { po_name: "butler" });
  await found(host, ["cook"]);
});

test("many changes at once leave a host with what there is in the end", async () => {
  await using listening = await openMcpListening({
    config: { connectors: { mcp: { object_tools: true } } },
    objects: { "helper.md": helper },
  });
  const { world } = listening;
  await using host = await openHost("2025-11-25", listening.url);
  const names = Array.from(
    { length: 12 },
    (_none, index) => `cook-${String.fromCharCode(97 + index)}`,
  );
  await Promise.all(
    names.map(async (name, index) => {
      await world.ask("CreatePO", { text: objectText({ name }) });
      await world.ask("RenamePO", { po_name: name, new_name: `${name}-2` });
      if (index % 2 === 0) await world.ask("DeletePO", { po_name: `${name}-2` });
    }),
  );
  const left = names.filter((_name, index) => index % 2 === 1).map((name) => `${name}-2`);
  await found(host, [...left, "helper"]);
});
