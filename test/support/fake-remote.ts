// What may listen where a client believes a daemon to be: one that greets, one that refuses, one that sends
// elsewhere. It remembers what it was shown.
import { PROTOCOL_VERSION } from "../../src/protocol/version.ts";

export type Behaviour =
  | { type: "greets" }
  | { type: "answers"; status: number; body: string }
  | { type: "redirects"; to: string };

export interface FakeRemote extends AsyncDisposable {
  url: string;
  requests(): number;
  authorization(): string | null;
  /** The first frame that came. */
  attach(): string;
}

export function openFakeRemote(behaviour: Behaviour): FakeRemote {
  let requests = 0;
  let authorization: string | null = null;
  let attach = "";
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request, listener) {
      requests += 1;
      authorization = request.headers.get("authorization");
      if (behaviour.type === "greets" && listener.upgrade(request)) return undefined;
      if (behaviour.type === "redirects") return Response.redirect(`${behaviour.to}/ws`, 307);
      if (behaviour.type === "answers") {
        return new Response(behaviour.body, { status: behaviour.status });
      }
      return new Response("", { status: 400 });
    },
    websocket: {
      message(socket, message) {
        attach = String(message);
        const hello = {
          type: "hello",
          protocol_version: PROTOCOL_VERSION,
          version: "0",
          environment: "fake",
          journal_id: "j",
          caller: "cli:c",
          seq: 0,
        };
        socket.send(JSON.stringify(hello));
      },
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    requests: () => requests,
    authorization: () => authorization,
    attach: () => attach,
    async [Symbol.asyncDispose]() {
      await server.stop(true);
    },
  };
}
