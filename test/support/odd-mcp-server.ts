// An MCP server over HTTP, in the era of 2025 and written out by hand: what it answers to a call of a tool is
// whatever the test says, also what no honest server would.

interface Asked {
  id?: number;
  method: string;
  params?: { name?: string; protocolVersion?: string };
}

type Answer = (id: number) => Response;

/** One tool for each of `answers`; one that is named like a method answers that. */
export function serveOddMcp(answers: Record<string, Answer>) {
  const tools = Object.keys(answers).map((name) => ({ name, inputSchema: { type: "object" } }));
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      if (request.method !== "POST") return new Response(null, { status: 405 });
      // It is spoken to by our own client alone.
      const { id, method, params } = (await request.json()) as Asked;
      if (id === undefined) return new Response(null, { status: 202 });
      const result = (result: object) => Response.json({ jsonrpc: "2.0", id, result });
      const own = answers[method];
      if (own) return own(id);
      if (method === "initialize") {
        const serverInfo = { name: "odd", version: "1.0.0" };
        const protocolVersion = params?.protocolVersion;
        return result({ protocolVersion, serverInfo, capabilities: { tools: {} } });
      }
      if (method === "tools/list") return result({ tools });
      const answer = answers[params?.name ?? ""];
      if (method === "tools/call" && answer) return answer(id);
      const error = { code: -32_601, message: "Method not found" };
      return Response.json({ jsonrpc: "2.0", id, error });
    },
  });
  return {
    endpoint: `http://127.0.0.1:${server.port}/mcp`,
    [Symbol.dispose]: () => void server.stop(true),
  };
}
