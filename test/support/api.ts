// The HTTP API over a unix socket, as tests call it. Every exchange is held to the OpenAPI document that
// the same daemon serves; what is not as it says is kept in `faults`.
import { join } from "node:path";
import type { DoorOptions } from "../../src/runtime/connectors/http/door.ts";
import { startUnixConnector } from "../../src/runtime/connectors/unix.ts";
import { type ApiChecker, createApiChecker } from "./api-checker.ts";
import { openTestWorld, type TestWorld, type TestWorldOptions } from "./world.ts";

export interface Answered {
  status: number;
  /** Parsed, where it is JSON. */
  body: unknown;
  headers: Headers;
}

export type Call = (
  method: string,
  target: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answered>;

export interface ApiScene extends AsyncDisposable {
  world: TestWorld;
  socket: string;
  call: Call;
  checker: ApiChecker;
  faults: string[];
  stop(): Promise<void>;
}

export async function openApi(options: TestWorldOptions & DoorOptions = {}): Promise<ApiScene> {
  const world = await openTestWorld(options);
  const socket = join(world.folder, "test.sock");
  const connector = await startUnixConnector(socket, world.runtime(), options);
  const raw = createRawCall((target, init) =>
    fetch(`http://jamey${target}`, { ...init, unix: socket }),
  );
  const { body: document } = await raw("GET", "/openapi.json");
  const checker = createApiChecker(document);
  const faults: string[] = [];
  let isStopped = false;
  const stop = async () => {
    if (!isStopped) await connector.stop();
    isStopped = true;
  };
  return {
    world,
    socket,
    call: createCheckedCall(raw, checker, faults),
    checker,
    faults,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      await world[Symbol.asyncDispose]();
    },
  };
}

/** An object is sent as JSON, text as it is. */
export const createRawCall =
  (send: (target: string, init: RequestInit) => Promise<Response>): Call =>
  async (method, target, body, headers = {}) => {
    const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
    const response = await send(target, {
      method,
      headers,
      redirect: "manual",
      ...(text === undefined ? {} : { body: text }),
    });
    const answer = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json");
    const parsed: unknown = isJson && answer !== "" ? JSON.parse(answer) : answer;
    return { status: response.status, body: parsed, headers: response.headers };
  };

export const createCheckedCall =
  (raw: Call, checker: ApiChecker, faults: string[]): Call =>
  async (method, target, body, headers) => {
    const answer = await raw(method, target, body, headers);
    const media_type = (answer.headers.get("content-type") ?? "").split(";")[0] ?? "";
    if (method === "HEAD") return answer;
    const asked = typeof body === "string" ? parsedOr(body) : body;
    const { status, body: answered } = answer;
    const seen = { method, target, status, media_type, answered };
    faults.push(...checker.check(asked === undefined ? seen : { ...seen, asked }));
    return answer;
  };

function parsedOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export const codeOf = ({ status, body }: Answered): [number, string | undefined] => [
  status,
  (body as { error?: { code: string } }).error?.code,
];
