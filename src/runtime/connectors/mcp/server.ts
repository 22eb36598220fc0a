// One MCP server, for one host: the tools that it may call, the resources, the prompts. The SDK is loaded with the
// first host; the table of tools is made with it.
import { randomBytes } from "node:crypto";
import type { McpServer, RequestStateCodec, ServerContext } from "@modelcontextprotocol/server";
import { VERSION } from "../../../protocol/version.ts";
import { followChanges } from "./changes.ts";
import { createHumans, STATE_SECONDS } from "./humans.ts";
import type { McpLink } from "./link.ts";
import { offerObjects } from "./objects.ts";
import { offerResources } from "./resources.ts";
import { offerTool, type ToolRow } from "./tool.ts";
import { createToolTable } from "./tools.ts";

type Sdk = typeof import("@modelcontextprotocol/server");

export interface McpOptions {
  /** A tool for each object, beside those of the table. */
  hasObjectTools?: boolean;
  /** More of what a server offers, beside what is jamey's. */
  extend?(server: McpServer, parts: { sdk: Sdk; codec: RequestStateCodec<unknown> }): void;
}

/** Questions that one call of a tool may put to its human, one after another. */
const MAX_ROUNDS = 32;
const KEY_BYTES = 32;
const INSTRUCTIONS =
  "jamey keeps AI agents (prompt objects) alive on this machine. list_prompt_objects names them, send_message " +
  "talks to one. What runs longer than a call is collected with wait_for_turn. Questions and approvals of agents " +
  "are for the human: hand them on, and never answer in their place.";

/** What all servers of one daemon share. */
export interface McpParts {
  sdk: Sdk;
  options: McpOptions;
  tools: readonly ToolRow[];
  /** Signs what travels with a question to a human and back: no longer valid than this process. */
  key: Uint8Array;
}

export async function loadParts(options: McpOptions): Promise<McpParts> {
  const sdk = await import("@modelcontextprotocol/server");
  return { sdk, options, tools: createToolTable(), key: randomBytes(KEY_BYTES) };
}

export interface ServerAbout {
  link: McpLink;
  /** Whose the state is that hosts carry for us. */
  identity_id: string;
  /** Stays connected, and is told what changes. */
  isLasting: boolean;
  /** The only method that is asked, where that is known. */
  method?: string | undefined;
}

export async function createMcpServer(parts: McpParts, about: ServerAbout): Promise<McpServer> {
  const { sdk, options } = parts;
  const { link, isLasting, method } = about;
  const codec = sdk.createRequestStateCodec<unknown>({
    key: parts.key,
    ttlSeconds: STATE_SECONDS,
    bind: (context: ServerContext) => `${about.identity_id}\0${context.mcpReq.method}`,
  });
  const server = new sdk.McpServer(
    { name: "jamey", title: "jamey", version: VERSION },
    {
      instructions: INSTRUCTIONS,
      capabilities: {
        tools: { listChanged: true },
        resources: { subscribe: true, listChanged: true },
        prompts: { listChanged: true },
        completions: {},
        logging: {},
      },
      inputRequired: { maxRounds: MAX_ROUNDS, roundTimeoutMs: STATE_SECONDS * 1_000 },
      requestState: { verify: (state, context) => codec.verify(state, context) },
    },
  );
  const humans = createHumans(sdk, codec, () => server.server.getClientCapabilities());
  const offered = { link, humans };
  for (const row of parts.tools) offerTool(server, row, offered);
  offerResources(sdk, server, link);
  const hasTools = options.hasObjectTools ?? false;
  const objects = offerObjects(server, offered, { hasTools });
  options.extend?.(server, { sdk, codec });
  if (isLasting || (method !== undefined && wantsObjects(method, hasTools)))
    await objects.refresh();
  if (isLasting) tellChanges(server, link, objects.refresh);
  return server;
}

/** Methods that are answered out of what there is for each object. */
const wantsObjects = (method: string, hasTools: boolean): boolean =>
  /^(prompts|completion)\//.test(method) || (hasTools && method.startsWith("tools/"));

/** Subscriptions of one host; more are refused. */
const MAX_SUBSCRIBED = 1_000;

function tellChanges(server: McpServer, link: McpLink, refresh: () => Promise<void>): void {
  const { server: host } = server;
  const subscribed = new Set<string>();
  host.setRequestHandler("resources/subscribe", ({ params }) => {
    if (subscribed.size < MAX_SUBSCRIBED) subscribed.add(params.uri);
    else throw new Error(`A host subscribes to at most ${MAX_SUBSCRIBED} resources.`);
    return {};
  });
  host.setRequestHandler("resources/unsubscribe", ({ params }) => {
    subscribed.delete(params.uri);
    return {};
  });
  const ended = host.onclose;
  const following = followChanges(link, (changes) => {
    if (!server.isConnected()) return;
    // Hosts of the modern era subscribe past this server, which then sorts out what is theirs.
    const isModern = host.getNegotiatedProtocolVersion() === MODERN;
    for (const uri of changes.uris) {
      if (!isModern && !subscribed.has(uri)) continue;
      host.sendResourceUpdated({ uri }).catch(() => undefined);
    }
    if (changes.hasResources) server.sendResourceListChanged();
    if (changes.hasObjects) refresh().catch(() => undefined);
  });
  host.onclose = () => {
    ended?.();
    following.then(
      (stop) => stop(),
      () => undefined,
    );
  };
}

const MODERN = "2026-07-28";
