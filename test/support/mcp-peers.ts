// Clients of MCP that are not ours, over HTTP: the older SDK's for the era of 2025, the newer one's pinned to 2026.
import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernHttp,
} from "@modelcontextprotocol/client";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";

const about = { name: "peer", version: "1" };

export interface Answered {
  isError?: boolean;
  structuredContent?: Record<string, unknown>;
  content?: unknown;
}

/** What both eras can do, under one roof. */
export interface Peer extends AsyncDisposable {
  tools(): Promise<string[]>;
  call(
    name: string,
    args?: Record<string, unknown>,
    onProgress?: (message: string) => void,
  ): Promise<Answered>;
  read(uri: string): Promise<string>;
  prompt(name: string, args?: Record<string, string>): Promise<unknown>;
  complete(uri: string, name: string, start: string): Promise<string[]>;
}

/** What the human of the host says to a form; undefined: the host has none. */
export type Human = (message: string) => { action: string; content?: Record<string, string> };

interface PeerOptions {
  url: string;
  human?: Human;
  headers?: Record<string, string>;
}

export const eras = ["2025-11-25", "2026-07-28"] as const;

export async function openPeer(era: (typeof eras)[number], options: PeerOptions): Promise<Peer> {
  return era === "2025-11-25" ? await openOlder(options) : await openModern(options);
}

async function openOlder({ url, human, headers = {} }: PeerOptions): Promise<Peer> {
  const client = new Client(about, { capabilities: human ? { elicitation: {} } : {} });
  if (human) {
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => human(params.message) as never);
  }
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
  // Its types are of a compiler that lets optional fields be undefined.
  await client.connect(transport as Transport);
  return {
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args = {}, onProgress) =>
      (await client.callTool({ name, arguments: args }, undefined, {
        ...(onProgress ? { onprogress: ({ message }) => onProgress(message ?? "") } : {}),
      })) as Answered,
    read: async (uri) => textOf(await client.readResource({ uri })),
    prompt: async (name, args = {}) =>
      (await client.getPrompt({ name, arguments: args })).messages[0]?.content,
    complete: async (uri, name, value) => {
      const ref = { type: "ref/resource" as const, uri };
      return (await client.complete({ ref, argument: { name, value } })).completion.values;
    },
    async [Symbol.asyncDispose]() {
      await transport.terminateSession();
      await client.close();
    },
  };
}

async function openModern({ url, human, headers = {} }: PeerOptions): Promise<Peer> {
  const client = new ModernClient(about, {
    capabilities: human ? { elicitation: {} } : {},
    versionNegotiation: { mode: { pin: "2026-07-28" } },
  });
  if (human) {
    client.setRequestHandler("elicitation/create", ({ params }) => human(params.message) as never);
  }
  await client.connect(new ModernHttp(new URL(url), { requestInit: { headers } }));
  return {
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args = {}, onProgress) =>
      (await client.callTool(
        { name, arguments: args },
        { ...(onProgress ? { onprogress: ({ message }) => onProgress(message ?? "") } : {}) },
      )) as Answered,
    read: async (uri) => textOf(await client.readResource({ uri })),
    prompt: async (name, args = {}) =>
      (await client.getPrompt({ name, arguments: args })).messages[0]?.content,
    complete: async (uri, name, value) => {
      const ref = { type: "ref/resource" as const, uri };
      return (await client.complete({ ref, argument: { name, value } })).completion.values;
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

function textOf({ contents }: { contents: object[] }): string {
  const [first] = contents;
  return first && "text" in first ? String(first.text) : "";
}
