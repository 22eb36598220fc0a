// Where MCP hosts find the daemon. Apart from the shapes, so that the bridge loads no zod.

/** Hosts that speak HTTP. */
export const MCP_PATH = "/mcp";
/** The bridge of hosts that speak over stdio: attach and hello, then each message is one of JSON-RPC. */
export const MCP_SOCKET_PATH = "/mcp/ws";
