// A client of the daemon written from the JSON of its protocol alone: nothing of jamey's own client or
// schemas is used, so that the end-to-end tests judge what really travels.
import { PROTOCOL_VERSION } from "../../src/protocol/version.ts";

/** A reply, command or frame waits for this long at most. */
const WAIT_TIMEOUT_MS = 20_000;

export interface WireCall {
  id: string;
  name: string;
  args: unknown;
}

/** The fields that tests read out of events, replies and signals; each word has some of them. */
export interface WirePayload {
  session_id?: string;
  turn_id?: string;
  message_id?: string;
  message_key?: string | null;
  request_id?: string;
  call_id?: string;
  seq?: number;
  role?: string;
  content?: string;
  question?: string;
  name?: string | null;
  outcome?: string;
  status?: string;
  response?: unknown;
  error?: { code: string; message: string } | null;
  tool_call_id?: string | null;
  tool_calls?: WireCall[];
  tool_call?: WireCall | null;
  code?: string;
  message?: string;
  [field: string]: unknown;
}

export interface WireFrame {
  type: string;
  id?: string | number | null;
  subscription_id?: string;
  seq?: number;
  at?: string;
  event_type?: string;
  signal_type?: string;
  text?: string;
  session_id?: string;
  payload?: WirePayload;
}

export interface WireMessage {
  message_id: string;
  turn_id: string | null;
  role: string;
  content: string;
  tool_call_id: string | null;
  tool_calls: WireCall[];
}

export interface Follow {
  /** Everything that came, in order. */
  frames: WireFrame[];
  /** The first frame that fits, whether it came already or is yet to come. */
  until(what: string, fits: (frame: WireFrame) => boolean): Promise<WireFrame>;
  /** Waits until something holds; it is asked now and after each frame. */
  when(what: string, holds: () => boolean): Promise<void>;
}

export interface FollowOptions {
  event_types?: string[];
  signal_types?: string[];
  session_id?: string | null;
  after?: number | null;
  journal_id?: string | null;
}

export interface Wire {
  hello: { journal_id: string; seq: number; version: string; caller: string };
  /** The reply's payload; rejects with `WireRefusal` where the daemon says no. */
  ask(type: string, payload?: unknown): Promise<WirePayload>;
  /** `onFrame` gets each frame before anybody who waits for it. */
  follow(options?: FollowOptions, onFrame?: (frame: WireFrame) => void): Promise<Follow>;
  conversation(session_id: string): Promise<WireMessage[]>;
  /** Stops reading from the socket, so that the daemon cannot write any more. */
  pause(): void;
  resume(): void;
  close(): void;
  closed: Promise<void>;
}

/** A daemon's `Error` reply. */
export class WireRefusal extends Error {
  readonly code: string;
  constructor(payload: WirePayload) {
    super(`${payload.code}: ${payload.message}`);
    this.code = String(payload.code);
  }
}

/** The connection ended before the answer came. */
export class WireLost extends Error {}

/** A socket's path, or where a daemon listens on TCP, and the key to it. */
export type WireAddress = string | { url: string; token: string };

function openWebSocket(address: WireAddress): WebSocket {
  if (typeof address === "string") return new WebSocket(`ws+unix://${address}:/ws`);
  const headers = { authorization: `Bearer ${address.token}` };
  return new WebSocket(`${address.url.replace("http", "ws")}/ws`, { headers });
}

export async function openWire(
  address: WireAddress,
  options: { client?: string; workspace?: string; variables?: Record<string, string> } = {},
): Promise<Wire> {
  const web = openWebSocket(address);
  const listeners = new Set<(frame: WireFrame) => void>();
  const closed = Promise.withResolvers<void>();
  let isClosed = false;
  let nextId = 1;
  web.onclose = () => {
    isClosed = true;
    closed.resolve();
  };
  web.onmessage = ({ data }) => {
    // The border to what really travels: a test that reads a field which is not there fails by itself.
    const parsed = JSON.parse(String(data)) as WireFrame | WireFrame[];
    for (const frame of Array.isArray(parsed) ? parsed : [parsed]) {
      for (const listener of [...listeners]) listener(frame);
    }
  };

  /** The first frame that fits. Listening begins at once, before the caller asks. */
  function next(what: string, fits: (frame: WireFrame) => boolean): Promise<WireFrame> {
    const { promise, resolve, reject } = Promise.withResolvers<WireFrame>();
    const timer = setTimeout(
      () => reject(new Error(`waited ${WAIT_TIMEOUT_MS} ms for ${what}`)),
      WAIT_TIMEOUT_MS,
    );
    const listener = (frame: WireFrame) => {
      if (fits(frame)) resolve(frame);
    };
    listeners.add(listener);
    void closed.promise.then(() => reject(new WireLost(`connection lost, waiting for ${what}`)));
    const result = promise.finally(() => {
      clearTimeout(timer);
      listeners.delete(listener);
    });
    // Who gave up waiting is not disturbed by the end of the connection.
    result.catch(() => undefined);
    return result;
  }

  async function ask(type: string, payload: unknown = {}): Promise<WirePayload> {
    if (isClosed) throw new WireLost(`connection lost before ${type}`);
    const id = `test_${nextId}`;
    nextId += 1;
    const reply = next(`the reply to ${type}`, (frame) => frame.id === id);
    web.send(JSON.stringify({ id, type, payload }));
    const { type: name, payload: answer = {} } = await reply;
    if (name === "Error") throw new WireRefusal(answer);
    return answer;
  }

  async function follow(
    asked: FollowOptions = {},
    onFrame: (frame: WireFrame) => void = () => undefined,
  ): Promise<Follow> {
    const frames: WireFrame[] = [];
    let subscription_id: unknown;
    const early: WireFrame[] = [];
    const take = (frame: WireFrame) => {
      if (frame.subscription_id !== subscription_id) return;
      frames.push(frame);
      onFrame(frame);
    };
    listeners.add((frame) => {
      if (frame.subscription_id === undefined) return;
      if (subscription_id === undefined) early.push(frame);
      else take(frame);
    });
    ({ subscription_id } = await ask("Subscribe", asked));
    for (const frame of early.splice(0)) take(frame);
    const isOurs = (frame: WireFrame) => frame.subscription_id === subscription_id;
    return {
      frames,
      async until(what, fits) {
        return frames.find(fits) ?? (await next(what, (frame) => isOurs(frame) && fits(frame)));
      },
      async when(what, holds) {
        if (!holds()) await next(what, (frame) => isOurs(frame) && holds());
      },
    };
  }

  const greeting = next("hello", (frame) => frame.type === "hello" || frame.type === "Error");
  web.onopen = () =>
    web.send(
      JSON.stringify({
        type: "attach",
        client: options.client ?? "test",
        version: "0",
        protocol_version: PROTOCOL_VERSION,
        workspace: options.workspace ?? null,
        variables: options.variables ?? {},
      }),
    );
  const first = await greeting;
  if (first.type === "Error") throw new WireRefusal(first.payload ?? {});
  return {
    // The frame of type `hello` carries its fields beside its type.
    hello: first as unknown as Wire["hello"],
    ask,
    follow,
    async conversation(session_id) {
      const { session } = await ask("GetSession", { session_id });
      // The reply's field `session` is the documented session with its conversation.
      return (session as { conversation: WireMessage[] }).conversation;
    },
    // Bun's WebSocket has both; the web's type, which is declared, has neither.
    pause: () => (web as unknown as { pause(): void }).pause(),
    resume: () => (web as unknown as { resume(): void }).resume(),
    close: () => web.close(1000),
    closed: closed.promise,
  };
}
