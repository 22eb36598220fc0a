// One WebSocket to the daemon's MCP: attach, hello, then lines of JSON-RPC both ways.
import type { Address, Introduction } from "../../client/connection.ts";
import { type ErrorCode, errorCodes, JameyError } from "../../protocol/errors.ts";
import { isObject } from "../../protocol/json.ts";
import { MCP_SOCKET_PATH } from "../../protocol/mcp-places.ts";
import { PROTOCOL_VERSION, VERSION } from "../../protocol/version.ts";

/** How long a daemon may take to accept and greet, in milliseconds. */
const HELLO_TIMEOUT_MS = 10_000;
/** Messages that wait for a host which does not read, before the daemon is held back. */
const PAUSE_ABOVE = 16;

export interface Wire {
  send(text: string): void;
  close(): void;
  /** `stopped`: the daemon said goodbye. `lost`: it just went. */
  ended: Promise<"closed" | "stopped" | "lost">;
}

export async function openWire(
  address: Address,
  introduction: Introduction,
  take: (text: string) => Promise<void>,
): Promise<Wire> {
  const socket = open(address);
  const greeting = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<"closed" | "stopped" | "lost">();
  let isGreeted = false;
  let waiting = 0;
  let last = Promise.resolve();
  const timer = setTimeout(() => socket.close(), HELLO_TIMEOUT_MS);

  function receive(text: string): void {
    if (!isGreeted) {
      isGreeted = true;
      const refusal = refusalOf(text);
      if (refusal) greeting.reject(refusal);
      else greeting.resolve();
      return;
    }
    waiting += 1;
    if (waiting > PAUSE_ABOVE) socket.pause();
    last = last
      .then(() => take(text))
      .catch(() => socket.close())
      .finally(() => {
        waiting -= 1;
        if (waiting <= PAUSE_ABOVE) socket.resume();
      });
  }

  socket.onopen = () => {
    const attach = { type: "attach", version: VERSION, protocol_version: PROTOCOL_VERSION };
    socket.send(JSON.stringify({ ...attach, ...introduction }));
  };
  socket.onmessage = ({ data }) => receive(String(data));
  socket.onclose = ({ code }) => {
    greeting.reject(notThere(address));
    ended.resolve(code === 1000 || code === 1001 ? "stopped" : "lost");
  };
  await greeting.promise.finally(() => clearTimeout(timer));
  return {
    send: (text) => void socket.send(text),
    close() {
      ended.resolve("closed");
      socket.close(1000);
    },
    ended: ended.promise,
  };
}

function open(address: Address): WebSocket {
  if ("socket" in address) return new WebSocket(`ws+unix://${address.socket}:${MCP_SOCKET_PATH}`);
  return new WebSocket(`${address.url.replace(/^http/, "ws")}${MCP_SOCKET_PATH}`, {
    headers: address.token ? { authorization: `Bearer ${address.token}` } : {},
  });
}

/** Why the daemon does not let us in; undefined: it said hello. */
function refusalOf(text: string): JameyError | undefined {
  // The daemon is our own program, and its first frame is small.
  const frame: unknown = JSON.parse(text);
  if (!isObject(frame) || frame.type === "hello") return undefined;
  const { payload } = frame;
  const code = isObject(payload) ? String(payload.code) : "";
  const known = Object.hasOwn(errorCodes, code) ? (code as ErrorCode) : "internal"; // Just seen.
  return new JameyError(known, isObject(payload) ? String(payload.message) : "refused");
}

function notThere(address: Address): JameyError {
  const where = "socket" in address ? address.socket : address.url;
  return new JameyError(
    "unavailable",
    `The daemon at ${where} does not answer for MCP. If it is an older one: jamey daemon restart.`,
  );
}
