// JSON-RPC over lines, both ways: requests of the editor are answered, ours are waited for.
import { parseJson } from "../../protocol/decode.ts";
import { type ErrorCode, JameyError, messageOf } from "../../protocol/errors.ts";
import { isObject } from "../../protocol/json.ts";
import { MAX_FRAME_BYTES } from "../../protocol/limits.ts";
import { readLines } from "../mcp/lines.ts";

/** Requests of the editor that are answered at once; a prompt is one of them. */
const MAX_REQUESTS = 256;

/** Whoever was asked need not answer any more. */
const CANCEL_REQUEST = "$/cancel_request";

export type Fields = Record<string, unknown>;

export interface Peer {
  notify(method: string, params: Fields): Promise<void>;
  /** Rejects where the editor refuses, or has gone. Aborting takes the request back. */
  request(method: string, params: Fields, signal: AbortSignal): Promise<unknown>;
}

export interface Handlers {
  /** The answer of each request. What it throws is the error. */
  requests: Record<string, (params: unknown) => Promise<object>>;
  notifications: Record<string, (params: unknown) => void>;
}

export interface Wire {
  input: ReadableStream<Uint8Array>;
  /** One line, gone when it resolves. */
  tell(line: string): Promise<void>;
}

/** JSON-RPC's own codes, and those of ACP. */
const codes = {
  parse: -32700,
  invalid: -32600,
  unknown: -32601,
  params: -32602,
  internal: -32603,
  overloaded: -32000,
  not_found: -32002,
} as const;

const codeOf: Partial<Record<ErrorCode, number>> = {
  invalid_request: codes.params,
  bad_data: codes.params,
  not_found: codes.not_found,
  session_not_found: codes.not_found,
  po_not_found: codes.not_found,
  method_not_allowed: codes.unknown,
  conflict: codes.invalid,
  overloaded: codes.overloaded,
};

/** Serves until the input ends; then what is still asked is answered no more. */
export async function serveRpc(
  { input, tell }: Wire,
  begin: (peer: Peer) => Handlers,
): Promise<void> {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  const running = new Set<Promise<void>>();
  let asked = 0;
  const send = (message: Fields) => tell(JSON.stringify({ jsonrpc: "2.0", ...message }));
  const handlers = begin({
    notify: (method, params) => send({ method, params }),
    async request(method, params, signal) {
      signal.throwIfAborted();
      asked += 1;
      const id = asked;
      const answer = Promise.withResolvers<unknown>();
      waiting.set(id, answer);
      const takeBack = () => {
        if (!waiting.delete(id)) return;
        answer.reject(signal.reason);
        // An editor that has gone meanwhile asks nobody any more.
        send({ method: CANCEL_REQUEST, params: { requestId: id } }).catch(() => undefined);
      };
      signal.addEventListener("abort", takeBack, { once: true });
      await send({ id, method, params });
      return await answer.promise;
    },
  });

  async function answer(id: unknown, method: string, params: unknown): Promise<void> {
    const handler = Object.hasOwn(handlers.requests, method) && handlers.requests[method];
    try {
      if (!handler) throw new JameyError("method_not_allowed", `There is no method '${method}'.`);
      if (running.size >= MAX_REQUESTS) {
        throw new JameyError("overloaded", `${MAX_REQUESTS} requests are being answered already.`);
      }
      await send({ id, result: await handler(params) });
    } catch (thrown) {
      await send({ id, error: errorOf(thrown) });
    }
  }

  function settle(message: Fields): void {
    const { id, result, error } = message;
    if (typeof id !== "number") return;
    const open = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) open?.resolve(result);
    else
      open?.reject(new JameyError("unavailable", `The editor refused: ${JSON.stringify(error)}`));
  }

  async function take(line: string): Promise<void> {
    const message = parsed(line);
    if (!message) {
      const error = {
        code: codes.parse,
        message: "This line is no JSON object, or is nested too deeply.",
      };
      return await send({ id: null, error });
    }
    const { id, method, params } = message;
    if (typeof method !== "string") return settle(message);
    if (id !== undefined && typeof id !== "string" && typeof id !== "number") {
      const error = { code: codes.invalid, message: "The id of a request is a text or a number." };
      return await send({ id: null, error });
    }
    if (id !== undefined) {
      const one: Promise<void> = answer(id, method, params).finally(() => running.delete(one));
      running.add(one);
    } else if (Object.hasOwn(handlers.notifications, method)) {
      handlers.notifications[method]?.(params);
    }
  }

  for await (const line of readLines(input, MAX_FRAME_BYTES)) {
    if (line.trim() !== "") await take(line);
  }
  const gone = new JameyError("unavailable", "The editor has gone.");
  for (const open of waiting.values()) open.reject(gone);
}

/** Bounded: what is nested too deeply could be read, and then not be written again. */
function parsed(line: string): Fields | undefined {
  try {
    const value = parseJson(line);
    return isObject(value) ? value : undefined;
  } catch (_broken) {
    return undefined;
  }
}

function errorOf(thrown: unknown) {
  const known = thrown instanceof JameyError ? thrown : undefined;
  const code = (known && codeOf[known.code]) ?? codes.internal;
  const data = known ? { code: known.code } : undefined;
  return { code, message: messageOf(thrown), ...(data ? { data } : {}) };
}
