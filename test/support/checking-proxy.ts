// A proxy between a client and the daemon: every request and every answer that passes, streams too, is held to
// the OpenAPI document that the daemon serves. What is not as it says is kept in `faults`.
import { type ApiChecker, createApiChecker } from "./api-checker.ts";

export interface CheckingProxy extends AsyncDisposable {
  url: string;
  checker: ApiChecker;
  faults: string[];
}

export async function openCheckingProxy(
  target: string,
  given: { key: string; checker?: ApiChecker },
): Promise<CheckingProxy> {
  const checker = given.checker ?? (await readChecker(target, given.key));
  const faults: string[] = [];
  const passing = new Set<Promise<void>>();

  /** Looks at the answer when it is whole, or was left. */
  function look(request: Request, body: string, response: Response, answer: Promise<string>) {
    const { pathname, search } = new URL(request.url);
    const media_type = (response.headers.get("content-type") ?? "").split(";")[0] ?? "";
    const { method } = request;
    const { status } = response;
    const looking = async () => {
      const text = await answer;
      const isJson = media_type === "application/json" && text !== "";
      const answered: unknown = isJson ? JSON.parse(text) : text;
      const seen = { method, target: `${pathname}${search}`, status, media_type, answered };
      faults.push(...checker.check(body === "" ? seen : { ...seen, asked: parsedOr(body) }));
    };
    const looked: Promise<void> = looking()
      .catch((thrown) => void faults.push(`${method} ${pathname}: ${thrown}`))
      .finally(() => passing.delete(looked));
    passing.add(looked);
  }

  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      const body = await request.text();
      const headers = new Headers(request.headers);
      for (const name of ["host", "connection", "content-length", "accept-encoding"]) {
        headers.delete(name);
      }
      const response = await fetch(`${target}${pathname}${search}`, {
        method: request.method,
        headers,
        signal: request.signal,
        redirect: "manual",
        ...(body === "" ? {} : { body }),
      });
      const { stream, text } = watched(response.body);
      look(request, body, response, text);
      const { status } = response;
      const told = new Headers(response.headers);
      for (const name of ["connection", "transfer-encoding", "content-length"]) told.delete(name);
      return new Response(stream, { status, headers: told });
    },
  });

  return {
    url: `http://127.0.0.1:${server.port}`,
    checker,
    faults,
    async [Symbol.asyncDispose]() {
      await server.stop(true);
      await Promise.all(passing);
    },
  };
}

async function readChecker(target: string, key: string): Promise<ApiChecker> {
  const headers = { authorization: `Bearer ${key}` };
  return createApiChecker(await (await fetch(`${target}/openapi.json`, { headers })).json());
}

/** The same body, and its text once it has ended or whoever read it has gone. */
function watched(body: Response["body"]): { stream: Response["body"]; text: Promise<string> } {
  if (!body) return { stream: null, text: Promise.resolve("") };
  const whole = Promise.withResolvers<string>();
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await reader.read().catch(() => ({ done: true as const, value: undefined }));
      if (next.value) {
        text += decoder.decode(next.value, { stream: true });
        return controller.enqueue(next.value);
      }
      whole.resolve(text);
      controller.close();
    },
    async cancel() {
      whole.resolve(text);
      await reader.cancel();
    },
  });
  return { stream, text: whole.promise };
}

function parsedOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (_other) {
    return text;
  }
}
