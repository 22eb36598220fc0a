// Hosts of the 2025 era over HTTP: each has a session, which lives from its handshake until it says goodbye, is
// silent for long, or loses its key.
//
// Rule: a session is its owner's. Under another key it is not there.
import type {
  McpServer,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";
import { JameyError } from "../../../protocol/errors.ts";
import { isObject } from "../../../protocol/json.ts";
import { MAX_KEY_CONNECTIONS } from "../../../protocol/limits.ts";
import type { Identity } from "../../access.ts";
import type { Gateway } from "../../gateway.ts";
import { attachHost, clientName, type McpLink, openLink } from "./link.ts";
import { createReplay } from "./replay.ts";
import { createRoom, type Room } from "./room.ts";
import { createMcpServer, type McpParts } from "./server.ts";

/** Sessions at once, all keys together. */
const MAX_SESSIONS = 512;
/** Without a request or an open stream, a session ends after this long. */
const SILENT_MS = 30 * 60_000;
const LOOK_MS = 60_000;
/** What a host that lost its stream waits before it comes back. */
const RETRY_MS = 1_000;
const SESSION_HEADER = "mcp-session-id";

interface Session {
  identity: Identity;
  transport: WebStandardStreamableHTTPServerTransport;
  server: McpServer;
  link: McpLink;
  seenMs: number;
  /** Answers that go on. */
  open: number;
  room: Room;
}

export interface LegacyRequest {
  request: Request;
  body: unknown;
  identity: Identity;
}

export function createLegacySessions(gateway: Gateway) {
  const sessions = new Map<string, Session>();
  let timer: Timer | undefined;

  function end(id: string): void {
    const session = sessions.get(id);
    if (!session) return;
    sessions.delete(id);
    session.link.close();
    session.server.close().catch(() => undefined);
    if (sessions.size === 0) stopLooking();
  }

  function stopLooking(): void {
    clearInterval(timer);
    timer = undefined;
  }

  function look(): void {
    const before = performance.now() - SILENT_MS;
    for (const [id, { seenMs, open }] of sessions) if (open === 0 && seenMs < before) end(id);
  }

  function requireRoom({ id, name }: Identity): void {
    const own = [...sessions.values()].filter((one) => one.identity.id === id).length;
    if (sessions.size < MAX_SESSIONS && own < MAX_KEY_CONNECTIONS) return;
    const message = `${own} MCP sessions are open with the key '${name}': end one first.`;
    throw new JameyError("overloaded", message);
  }

  async function begin(parts: McpParts, asked: LegacyRequest): Promise<Session> {
    requireRoom(asked.identity);
    return await openSession(gateway, parts, {
      ...asked,
      begun(id, session) {
        sessions.set(id, session);
        timer ??= setInterval(look, LOOK_MS);
        timer.unref();
        const { signal } = session.link.caller;
        asked.identity.ended.addEventListener("abort", () => end(id), { signal });
      },
      ended: end,
    });
  }

  return {
    async fetch(parts: McpParts, asked: LegacyRequest): Promise<Response> {
      const { request, body, identity } = asked;
      const id = request.headers.get(SESSION_HEADER);
      const known = id === null ? undefined : sessions.get(id);
      const own = known?.identity.id === identity.id ? known : undefined;
      const begins = parts.sdk.isInitializeRequest(body) && id === null;
      const session = begins ? await begin(parts, asked) : own;
      if (!session) return id === null ? withoutSession() : unknownSession();
      session.seenMs = performance.now();
      if (Array.isArray(body) && !takesBatches(session.server)) return batchRefused();
      const response = await session.transport.handleRequest(request, {
        ...(body === undefined ? {} : { parsedBody: body }),
      });
      // A handshake that was refused leaves nothing behind.
      if (begins && ![...sessions.values()].includes(session)) session.link.close();
      return response;
    },
    /** Counts an answer that goes on, so that its session does; news travel over the one that is listened to. */
    hold(request: Request): { room: Room | undefined; release(): void } {
      const session = sessions.get(request.headers.get(SESSION_HEADER) ?? "");
      if (!session) return { room: undefined, release: () => undefined };
      session.open += 1;
      const release = () => {
        session.open -= 1;
        session.seenMs = performance.now();
      };
      return { room: request.method === "GET" ? session.room : undefined, release };
    },
    end() {
      for (const id of [...sessions.keys()]) end(id);
    },
  };
}

async function openSession(
  gateway: Gateway,
  parts: McpParts,
  about: LegacyRequest & {
    begun(id: string, session: Session): void;
    ended(id: string): void;
  },
): Promise<Session> {
  const { identity, begun, ended } = about;
  const open = attachHost(gateway, identity, clientName(hostOf(about.body)));
  const room = createRoom(() => link.flush());
  const link = openLink({ gateway, open, hasRoom: room.isThere });
  try {
    const identity_id = identity.id;
    const server = await createMcpServer(parts, { link, identity_id, isLasting: true });
    const transport = new parts.sdk.WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      eventStore: createReplay(),
      retryInterval: RETRY_MS,
      onsessioninitialized: (id) => begun(id, session),
      onsessionclosed: ended,
    });
    const seenMs = performance.now();
    const session: Session = { ...{ identity, transport, server, link, room }, seenMs, open: 0 };
    await server.connect(transport);
    return session;
  } catch (thrown) {
    link.close();
    throw thrown;
  }
}

/** What a host calls itself. */
function hostOf(body: unknown): string {
  const params = isObject(body) ? body.params : undefined;
  const info = isObject(params) ? params.clientInfo : undefined;
  return isObject(info) && typeof info.name === "string" ? info.name : "host";
}

/** The revisions that have batches; later ones took them out. */
const BATCHED = ["2024-11-05", "2025-03-26"];

const takesBatches = ({ server }: McpServer): boolean =>
  BATCHED.includes(server.getNegotiatedProtocolVersion() ?? "");

const refused = (status: number, code: number, message: string): Response =>
  Response.json({ jsonrpc: "2.0", error: { code, message }, id: null }, { status });

const batchRefused = () =>
  refused(400, -32_600, "This revision of the protocol has no batches: send each message alone.");
const withoutSession = () =>
  refused(400, -32_000, "Bad Request: an Mcp-Session-Id header is required after initialize.");
const unknownSession = () =>
  refused(404, -32_001, "Session not found: begin a new one with initialize.");
