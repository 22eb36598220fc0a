// An MCP server over HTTP that wants to be signed in to, with its own authorization server: registration, PKCE,
// one code, one token.
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";

export interface SignedServer extends Disposable {
  url: string;
  /** Tokens given out, in order. */
  tokens: string[];
}

export function serveSigned(
  options: { authorize?: (origin: string) => string } = {},
): SignedServer {
  const tokens: string[] = [];
  const challenges = new Map<string, string>();
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: "signed", version: "1.0.0" });
    server.registerTool("up", { inputSchema: z.object({ text: z.string() }) }, ({ text }) => ({
      content: [{ type: "text", text: text.toUpperCase() }],
    }));
    return server;
  });
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    routes: {
      "/.well-known/oauth-protected-resource/mcp": (request) => {
        const { origin } = new URL(request.url);
        return Response.json({ resource: `${origin}/mcp`, authorization_servers: [origin] });
      },
      "/.well-known/oauth-authorization-server": (request) => {
        const { origin } = new URL(request.url);
        return Response.json({
          issuer: origin,
          authorization_endpoint: options.authorize?.(origin) ?? `${origin}/authorize`,
          token_endpoint: `${origin}/token`,
          registration_endpoint: `${origin}/register`,
          response_types_supported: ["code"],
          code_challenge_methods_supported: ["S256"],
          token_endpoint_auth_methods_supported: ["none"],
        });
      },
      "/register": async (request) =>
        Response.json(
          { client_id: "client-1", ...z.looseObject({}).parse(await request.json()) },
          { status: 201 },
        ),
      "/authorize": (request) => {
        const { searchParams } = new URL(request.url);
        const code = crypto.randomUUID();
        challenges.set(code, searchParams.get("code_challenge") ?? "");
        const back = new URL(searchParams.get("redirect_uri") ?? "");
        back.searchParams.set("code", code);
        back.searchParams.set("state", searchParams.get("state") ?? "");
        return Response.redirect(back.href);
      },
      "/token": async (request) => {
        const asked = new URLSearchParams(await request.text());
        const hash = new Bun.CryptoHasher("sha256").update(asked.get("code_verifier") ?? "");
        const isProven = challenges.get(asked.get("code") ?? "") === hash.digest("base64url");
        if (!isProven) return Response.json({ error: "invalid_grant" }, { status: 400 });
        const access_token = `token-${tokens.length + 1}`;
        tokens.push(access_token);
        return Response.json({ access_token, token_type: "Bearer" });
      },
      "/mcp": (request) => {
        const given = request.headers.get("authorization")?.replace("Bearer ", "") ?? "";
        if (tokens.includes(given)) return handler.fetch(request);
        return new Response("sign in", { status: 401, headers: { "WWW-Authenticate": "Bearer" } });
      },
    },
    fetch: () => new Response("nothing here", { status: 404 }),
  });
  return {
    url: `http://127.0.0.1:${server.port}/mcp`,
    tokens,
    [Symbol.dispose]: () => void server.stop(true),
  };
}
