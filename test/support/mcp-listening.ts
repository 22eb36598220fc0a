// A world whose door listens on a port of its own, as the daemon's would for a key of all scopes: for peers that
// speak MCP over HTTP and carry no key.
import { createDoor } from "../../src/runtime/connectors/http/door.ts";
import { errorResponse } from "../../src/runtime/connectors/http/responses.ts";
import type { McpOptions } from "../../src/runtime/connectors/mcp/server.ts";
import { createHostRule } from "../../src/runtime/connectors/origin.ts";
import type { SocketData } from "../../src/runtime/connectors/websocket.ts";
import { openTestWorld, type TestWorld, type TestWorldOptions } from "./world.ts";

export interface McpListening extends AsyncDisposable {
  world: TestWorld;
  url: string;
}

export async function openMcpListening(
  options: TestWorldOptions & { extend?: (world: TestWorld) => McpOptions["extend"] } = {},
): Promise<McpListening> {
  const { extend, ...given } = options;
  const world = await openTestWorld(given);
  const more = extend?.(world);
  const door = createDoor(world.runtime(), { mcp: more ? { extend: more } : {} });
  const server = Bun.serve<SocketData>({
    hostname: "127.0.0.1",
    port: 0,
    websocket: door.websocket,
    async fetch(request, listener) {
      const port = listener.port ?? 0;
      const about = { hostname: "127.0.0.1", port, isTls: false, allowedHosts: [] };
      const foreign = createHostRule(about)(request);
      if (foreign) return errorResponse(foreign);
      return await door.fetch(request, listener, world.runtime().access.socket);
    },
  });
  return {
    world,
    url: `http://127.0.0.1:${server.port}/mcp`,
    async [Symbol.asyncDispose]() {
      await door.end(Promise.resolve());
      await server.stop(true);
      await world[Symbol.asyncDispose]();
    },
  };
}
