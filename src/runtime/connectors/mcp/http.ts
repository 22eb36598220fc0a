// `/mcp` over HTTP, both eras: which one a request belongs to, and streams that count and end like our others.
// A host of the 2026 era has no session: a server is made for each request, and one that listens is attached.
import type { ServerEvent, ServerEventBus } from "@modelcontextprotocol/server";
import { type ErrorBody, JameyError, messageOf, toErrorBody } from "../../../protocol/errors.ts";
import { isObject } from "../../../protocol/json.ts";
import type { Gateway } from "../../gateway.ts";
import { readJson } from "../http/body.ts";
import { isEventStream } from "../http/events.ts";
import type { Admit } from "../http/options.ts";
import type { Visit } from "../http/others.ts";
import { rpcErrorResponse } from "../http/refusals.ts";
import { apiHeaders } from "../http/responses.ts";
import { type Changes, followChanges } from "./changes.ts";
import { attachHost, clientName, openLink, passingLink } from "./link.ts";
import { createRoom, type Room } from "./room.ts";
import { createMcpServer, loadParts, type McpOptions, type McpParts } from "./server.ts";
import { createLegacySessions } from "./sessions.ts";

/** Answers of `/mcp` that go on at once. */
const MAX_STREAMS = 500;
const METHOD_NAME_LENGTH = 100;
const PARSE_ERROR = -32_700;

export interface McpHttp {
  /** The parts that all hosts share, loaded with the first. */
  parts(): Promise<McpParts>;
  fetch(visit: Visit): Promise<Response>;
  /** Answers that go on. */
  streams(): number;
  end(): void;
}

export function createMcpHttp(
  gateway: Gateway,
  options: McpOptions = {},
  admit: Admit = () => undefined,
): McpHttp {
  const legacy = createLegacySessions(gateway);
  const open = new Set<object>();
  let loading: Promise<McpParts> | undefined;
  const parts = () => {
    loading ??= loadParts(options);
    return loading;
  };

  /** Of those who listen without a session. */
  const rooms = new WeakMap<Response, Room>();

  async function answer(visit: Visit, request: Request, body: unknown): Promise<Response> {
    const loaded = await parts();
    const { identity, signal } = visit.asking;
    // Where the settings say no, nothing of the rest is looked at.
    const passing = { identity, signal, client: clientName("http") };
    const link = passingLink(gateway, passing);
    const asked = { request, body, identity };
    const isLegacy = await loaded.sdk.isLegacyRequest(
      request,
      ...(body === undefined ? [] : [body]),
    );
    if (isLegacy) return await legacy.fetch(loaded, asked);
    const { response, room } = await answerModern(loaded, { ...asked, link, gateway });
    if (room) rooms.set(response, room);
    return response;
  }

  return {
    parts,
    streams: () => open.size,
    async fetch(visit) {
      if (open.size >= MAX_STREAMS) {
        throw new JameyError("overloaded", `${MAX_STREAMS} MCP answers are being sent already.`);
      }
      const { request, asking } = visit;
      const given = await readGivenBody(request);
      if (given instanceof Response) return given;
      asking.received();
      requireRate(given.body, () => admit(asking.identity));
      const { method, url, headers } = request;
      // The body was read, within our bounds; what is left of the request ends with the daemon or the key.
      const rest = new Request(url, { method, headers, signal: asking.signal });
      const response = await answer(visit, rest, given.body);
      if (!isEventStream(response)) return withHeaders(response, response.body);
      open.add(rest);
      const { room, release } = legacy.hold(request);
      const ended = () => {
        open.delete(rest);
        release();
        asking.answerEnds();
      };
      const { signal } = asking;
      const body = passed(response.body, { signal, room: rooms.get(response) ?? room, ended });
      return withHeaders(response, body);
    },
    end: legacy.end,
  };
}

/** What is no JSON is said as JSON-RPC says it. */
async function readGivenBody(request: Request): Promise<{ body: unknown } | Response> {
  if (request.method !== "POST") return { body: undefined };
  try {
    return { body: await readJson(request) };
  } catch (thrown) {
    return rpcErrorResponse(toErrorBody(thrown), { code: PARSE_ERROR });
  }
}

/** A batch is as many requests as it holds; the listener has counted one. */
function requireRate(body: unknown, refusal: () => ErrorBody | undefined): void {
  if (!Array.isArray(body)) return;
  for (let more = 1; more < body.length; more += 1) {
    const refused = refusal();
    if (refused) throw new JameyError(refused.code, refused.message, refused);
  }
}

async function answerModern(
  parts: McpParts,
  {
    request,
    body,
    identity,
    link,
    gateway,
  }: {
    request: Request;
    body: unknown;
    identity: Visit["asking"]["identity"];
    link: ReturnType<typeof passingLink>;
    gateway: Gateway;
  },
): Promise<{ response: Response; room: Room | undefined }> {
  const named = isObject(body) ? body.method : undefined;
  const method = typeof named === "string" ? named.slice(0, METHOD_NAME_LENGTH) : undefined;
  const bus =
    method === "subscriptions/listen"
      ? await createBus((hasRoom) =>
          openLink({ gateway, open: attachHost(gateway, identity, clientName("listen")), hasRoom }),
        )
      : undefined;
  const handler = parts.sdk.createMcpHandler(
    async () =>
      await createMcpServer(parts, {
        link,
        identity_id: identity.id,
        isLasting: false,
        method,
      }),
    {
      legacy: "reject",
      ...(bus ? { bus } : {}),
      onerror: (error) => gateway.log.debug("mcp", { reason: messageOf(error) }),
    },
  );
  const response = await handler.fetch(request, body === undefined ? {} : { parsedBody: body });
  if (bus && !isEventStream(response)) bus.close();
  return { response, room: bus?.room };
}

/** Events of one listening host, from now on until it goes. */
async function createBus(
  open: (hasRoom: () => boolean) => ReturnType<typeof openLink>,
): Promise<ServerEventBus & { close(): void; room: Room }> {
  const room = createRoom(() => link.flush());
  const link = open(room.isThere);
  const listeners = new Set<(event: ServerEvent) => void>();
  const publish = (event: ServerEvent) => {
    for (const listener of listeners) listener(event);
  };
  try {
    await followChanges(link, (changes) => eventsOf(changes).forEach(publish));
  } catch (thrown) {
    link.close();
    throw thrown;
  }
  return {
    publish,
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        link.close();
      };
    },
    close: link.close,
    room,
  };
}

const eventsOf = ({ uris, hasResources, hasObjects }: Changes): ServerEvent[] => [
  ...[...uris].map((uri): ServerEvent => ({ kind: "resource_updated", uri })),
  ...(hasResources ? [{ kind: "resources_list_changed" } as const] : []),
  ...(hasObjects
    ? [{ kind: "prompts_list_changed" } as const, { kind: "tools_list_changed" } as const]
    : []),
];

function withHeaders(response: Response, body: Response["body"]): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(apiHeaders)) headers.set(name, value);
  return new Response(body, { status: response.status, headers });
}

/** A comment. */
const OPENING = new TextEncoder().encode(": open\n\n");

/** The same stream; whichever side ends it, and however, `ended` is called once. */
function passed(
  body: Response["body"],
  {
    signal,
    room,
    ended,
  }: {
    signal: AbortSignal;
    /** Of what is written into it: there is some while somebody reads. */
    room: Room | undefined;
    ended(): void;
  },
): ReadableStream<Uint8Array> {
  const reader = body?.getReader();
  const left = Promise.withResolvers<undefined>();
  const leave = () => left.resolve(undefined);
  let isOver = false;
  const over = () => {
    if (isOver) return;
    isOver = true;
    signal.removeEventListener("abort", leave);
    // What still comes is for nobody.
    reader?.cancel().catch(() => undefined);
    room?.give();
    ended();
  };
  signal.addEventListener("abort", leave);
  if (signal.aborted) leave();
  return new ReadableStream({
    // The head of an answer goes out with the first byte of its body.
    start: (controller) => controller.enqueue(OPENING),
    async pull(controller) {
      room?.give();
      // A read that waits is not ended by those who wrote what it waits for.
      const next = await Promise.race([reader?.read().catch(() => undefined), left.promise]);
      room?.take();
      if (next?.value) return controller.enqueue(next.value);
      over();
      controller.close();
    },
    cancel: over,
  });
}
