// Connections that stay, as a process of their own: to every place in turn, until as many are open as were asked for
// or no place takes one more. Argument: a CrowdAsked as JSON. Prints how many are open; ends with its stdin.

import { connect } from "node:net";
import { PROTOCOL_VERSION } from "../../src/protocol/version.ts";

export type CrowdKind = "websocket" | "stream" | "mcp" | "idle";

export interface CrowdAsked {
  kind: CrowdKind;
  count: number;
  places: CrowdPlace[];
}

export interface CrowdPlace {
  url: string;
  unix?: string;
  headers: Record<string, string>;
}

/** Opened at once. */
const TOGETHER = 20;

const initialize = JSON.stringify({
  ...{ jsonrpc: "2.0", id: 0, method: "initialize" },
  params: {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "bench", version: "1" },
  },
});

const openers: Record<CrowdKind, (place: CrowdPlace) => Promise<boolean>> = {
  async websocket({ url, unix, headers }) {
    const target = unix ? `ws+unix://${unix}:/ws` : `${url.replace("http", "ws")}/ws`;
    // Bun's WebSocket takes headers; the web's type, which is declared, does not.
    const socket = new WebSocket(target, { headers } as never);
    const opened = Promise.withResolvers<boolean>();
    socket.onmessage = () => opened.resolve(true);
    socket.onclose = () => opened.resolve(false);
    socket.onopen = () => {
      const about = { client: "bench", version: "1", protocol_version: PROTOCOL_VERSION };
      socket.send(JSON.stringify({ type: "attach", ...about }));
    };
    return await opened.promise;
  },
  // Of one type: else each that comes is told to all others, and what that leaves behind is all that is weighed.
  stream: (place) => openStream("api/events?types=SessionRenamed", place, {}),
  async mcp(place) {
    const { url, unix } = place;
    const headers = {
      ...place.headers,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
    };
    const begun = await fetch(`${url}/mcp`, {
      ...{ method: "POST", body: initialize, headers },
      ...(unix ? { unix } : {}),
    });
    await begun.text();
    const session = begun.headers.get("mcp-session-id");
    if (session === null) return false;
    return await openStream("mcp", place, { "mcp-session-id": session });
  },
  async idle({ url }) {
    const { port, host } = new URL(url);
    const opened = Promise.withResolvers<boolean>();
    const socket = connect(Number(port), "127.0.0.1", () => {
      socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    });
    socket.on("data", () => opened.resolve(true));
    socket.on("error", () => opened.resolve(false));
    return await opened.promise;
  },
};

async function openStream(
  path: string,
  { url, unix, headers }: CrowdPlace,
  more: Record<string, string>,
): Promise<boolean> {
  const response = await fetch(`${url}/${path}`, {
    headers: { ...headers, ...more, accept: "text/event-stream" },
    ...(unix ? { unix } : {}),
  });
  if (!response.ok || !response.body) return false;
  held.push(response);
  return true;
}

/** What nobody holds is garbage, and its connection ends. */
const held: unknown[] = [];
// What bench/doors.ts gives.
const { kind, count, places } = JSON.parse(process.argv[2] ?? "{}") as CrowdAsked;
let open = 0;
for (const [index, place] of places.entries()) {
  const share = Math.ceil((count - open) / (places.length - index));
  let more = share;
  while (more > 0) {
    const now = Math.min(TOGETHER, more);
    const attempts = Array.from({ length: now }, () => openers[kind](place).catch(() => false));
    const taken = (await Promise.all(attempts)).filter(Boolean).length;
    open += taken;
    more = taken < now ? 0 : more - now;
  }
}
console.log(String(open));
await Bun.stdin.text();
process.exit(0);
