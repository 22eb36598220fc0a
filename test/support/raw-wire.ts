// A WebSocket over a unix socket with nothing in between: tests send what they like and see what comes.

import type { ErrorBody } from "../../src/protocol/errors.ts";
import { PROTOCOL_VERSION } from "../../src/protocol/version.ts";

export interface RawFrame {
  type: string;
  id?: string | number | null;
  seq?: number;
  event_type?: string;
  payload?: unknown;
  [field: string]: unknown;
}

export interface RawWire {
  send(data: string | Uint8Array): void;
  /** Every frame so far, in order. */
  frames: RawFrame[];
  /** WebSocket messages so far; one may hold many frames. */
  messages(): number;
  until(fits: (frame: RawFrame) => boolean): Promise<RawFrame>;
  attach(fields?: Record<string, unknown>): Promise<RawFrame>;
  /** One request and its reply. */
  ask(type: string, payload?: unknown): Promise<{ type: string; payload: unknown }>;
  /** Stops reading from the socket, so that the other end cannot write any more. */
  pause(): void;
  resume(): void;
  close(): void;
  closed: Promise<{ code: number; reason: string }>;
}

/** `socket` is the path of one, or the URL of a listener. */
export async function openRawWire(
  socket: string,
  options: {
    headers?: Record<string, string>;
    /** Frames are shown to this and not kept. */
    take?: (frame: RawFrame) => void;
  } = {},
): Promise<RawWire> {
  const { headers = {} } = options;
  // Bun's WebSocket takes headers, pauses and resumes; the web's type, which is declared, does not.
  const url = socket.startsWith("/") ? `ws+unix://${socket}:` : socket.replace(/^http/, "ws");
  const web = new WebSocket(`${url}/ws`, { headers } as never) as WebSocket & {
    pause(): void;
    resume(): void;
  };
  const opened = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<{ code: number; reason: string }>();
  const frames: RawFrame[] = [];
  const waiting = new Set<(frame: RawFrame) => void>();
  let messages = 0;
  let nextId = 1;
  web.onopen = () => opened.resolve();
  web.onclose = ({ code, reason }) => {
    closed.resolve({ code, reason });
    opened.reject(new Error(`closed with ${code} ${reason}`));
  };
  web.onmessage = ({ data }) => {
    messages += 1;
    // The border to what really travels: a test that reads a field which is not there fails by itself.
    const parsed = JSON.parse(String(data)) as RawFrame | RawFrame[];
    for (const frame of Array.isArray(parsed) ? parsed : [parsed]) {
      if (options.take) options.take(frame);
      else frames.push(frame);
      for (const look of [...waiting]) look(frame);
    }
  };
  opened.promise.catch(() => undefined);
  await opened.promise;

  /** Also one that came before it was asked for. */
  function until(fits: (frame: RawFrame) => boolean): Promise<RawFrame> {
    const found = frames.find(fits);
    return found ? Promise.resolve(found) : next(fits);
  }

  function next(fits: (frame: RawFrame) => boolean): Promise<RawFrame> {
    const { promise, resolve, reject } = Promise.withResolvers<RawFrame>();
    const look = (frame: RawFrame) => {
      if (!fits(frame)) return;
      waiting.delete(look);
      resolve(frame);
    };
    waiting.add(look);
    void closed.promise.then(({ code, reason }) => reject(new Error(`closed: ${code} ${reason}`)));
    promise.catch(() => undefined);
    return promise;
  }

  return {
    send: (data) => web.send(data),
    frames,
    messages: () => messages,
    until,
    async attach(fields = {}) {
      const greeted = next((frame) => frame.type === "hello" || frame.type === "Error");
      web.send(JSON.stringify(attachFrame(fields)));
      return await greeted;
    },
    async ask(type, payload = {}) {
      const id = `raw_${nextId}`;
      nextId += 1;
      const replied = next((frame) => frame.id === id);
      web.send(JSON.stringify({ id, type, payload }));
      const reply = await replied;
      return { type: reply.type, payload: reply.payload };
    },
    pause: () => web.pause(),
    resume: () => web.resume(),
    close: () => web.close(1000),
    closed: closed.promise,
  };
}

export const attachFrame = (fields: Record<string, unknown> = {}) => ({
  type: "attach",
  client: "api",
  version: "test",
  protocol_version: PROTOCOL_VERSION,
  ...fields,
});

export const errorOf = (frame: { payload?: unknown }): ErrorBody => frame.payload as ErrorBody;
