// One WebSocket to a daemon: attach, hello, typed calls, subscriptions. Lives until either end closes it.
// Rules: 1. Nothing is asked before `hello`. 2. An error that answers no request is the end of the connection: what
//           waits would wait for ever. Only a daemon that stops says goodbye by itself.
import type { CommandName, Params, Reply } from "../protocol/commands/index.ts";
import { JameyError } from "../protocol/errors.ts";
import type { Attach, Hello, ServerFrame } from "../protocol/frames.ts";
import { PROTOCOL_VERSION, VERSION } from "../protocol/version.ts";
import { createExchange, errorOf, type Subscription, type TakeFrames } from "./exchange.ts";
import { createInbox } from "./inbox.ts";

/** How long a daemon may take to accept and greet, in milliseconds. */
export const HELLO_TIMEOUT_MS = 10_000;

export type Address = { socket: string } | { url: string; token: string | undefined };
/** What a client says of itself. */
export type Introduction = Pick<Attach, "client" | "workspace" | "variables" | "call_id">;

/** Why a connection ended: `stopped` when the daemon said goodbye, `lost` when it just went. */
export type Ending = { type: "closed" } | { type: "stopped" | "lost"; error: JameyError };

export interface Connection {
  readonly hello: Hello;
  call<Name extends CommandName>(command: Name, params: Params<Name>): Promise<Reply<Name>>;
  follow(params: Params<"Subscribe">, take: TakeFrames): Promise<Subscription>;
  close(): void;
  readonly ended: Promise<Ending>;
}

export async function openConnection(
  address: Address,
  introduction: Introduction,
  /** Another than ours only to ask an older daemon to go. */
  protocol_version: number = PROTOCOL_VERSION,
): Promise<Connection> {
  const where = "socket" in address ? address.socket : address.url;
  const socket = openSocket(address);
  const exchange = createExchange((text) => socket.send(text));
  const greeting = Promise.withResolvers<Hello>();
  const ended = Promise.withResolvers<Ending>();
  let isGreeted = false;
  let isClosedByUs = false;
  let connectError: string | undefined;

  const end = (type: Ending["type"], error: JameyError) => {
    greeting.reject(error);
    exchange.fail(error);
    ended.resolve(type === "closed" ? { type } : { type, error });
  };
  const breakOff = (error: JameyError) => {
    end("lost", error);
    socket.close();
  };
  const inbox = createInbox({
    socket,
    fail: breakOff,
    take(frames) {
      if (isGreeted) return taken(frames);
      greeting.resolve(readHello(frames[0], where));
      isGreeted = true;
      return taken(frames.slice(1));
    },
  });
  async function taken(frames: ServerFrame[]): Promise<void> {
    await exchange.take(frames);
    for (const error of frames.flatMap(answeringNothing)) {
      if (error.code !== "unavailable") throw error;
    }
  }
  const timer = setTimeout(() => breakOff(silent(where)), HELLO_TIMEOUT_MS);

  socket.onopen = () => {
    const attach: Attach = {
      type: "attach",
      version: VERSION,
      protocol_version,
      ...introduction,
    };
    socket.send(JSON.stringify(attach));
  };
  socket.onmessage = (event) => inbox.push(String(event.data));
  socket.onerror = (event) => {
    connectError = connectErrorOf(event);
  };
  socket.onclose = (event) => {
    const error = new JameyError("unavailable", describeClose(where, isGreeted, event), {
      details: { connect_error: connectError ?? null, close_code: event.code },
    });
    const isGoodbye = event.code === 1000 || event.code === 1001;
    end(isClosedByUs ? "closed" : isGoodbye ? "stopped" : "lost", error);
  };

  const hello = await greeting.promise.finally(() => clearTimeout(timer));
  return {
    hello,
    call: exchange.call,
    follow: exchange.follow,
    close() {
      isClosedByUs = true;
      socket.close(1000);
    },
    ended: ended.promise,
  };
}

function openSocket(address: Address): WebSocket {
  if ("socket" in address) return new WebSocket(`ws+unix://${address.socket}:/ws`);
  return new WebSocket(`${address.url.replace(/^http/, "ws").replace(/\/+$/, "")}/ws`, {
    headers: address.token ? { authorization: `Bearer ${address.token}` } : {},
  });
}

function readHello(first: ServerFrame | undefined, where: string): Hello {
  // A frame of type `hello` is a Hello; the compiler cannot know, because a reply's type is any text.
  if (first?.type === "hello") return first as Hello;
  if (first?.type === "Error" && "payload" in first) throw errorOf(first.payload);
  throw new JameyError(
    "version_mismatch",
    `What listens at ${where} does not speak jamey's protocol.`,
  );
}

/** An error that says for no request that it is its answer. */
function answeringNothing(frame: ServerFrame): JameyError[] {
  const isOne = "id" in frame && frame.id === null && frame.type === "Error";
  return isOne ? [errorOf(frame.payload)] : [];
}

function silent(where: string): JameyError {
  return new JameyError(
    "unavailable",
    `The daemon at ${where} accepts but says nothing for ${HELLO_TIMEOUT_MS / 1000} s. Try 'jamey daemon restart'.`,
  );
}

/** ENOENT, ECONNREFUSED, … where the connection could not be made at all. */
function connectErrorOf(event: Event): string | undefined {
  const error: unknown = "error" in event ? event.error : undefined;
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

function describeClose(where: string, isGreeted: boolean, event: CloseEvent): string {
  const reason = event.reason ? `: ${event.reason}` : "";
  if (!isGreeted) return `No jamey daemon answers at ${where}${reason}.`;
  return `The connection to the daemon at ${where} ended${reason}.`;
}
