// The port that connectors get: how to attach, ask and follow. A connector authenticates and translates,
// and returns how to stop.
import type { Access } from "./access.ts";
import type { Connections } from "./connections.ts";
import type { Handle } from "./handle.ts";
import type { Log } from "./log.ts";

export interface Gateway {
  handle: Handle;
  connections: Connections;
  access: Access;
  log: Log;
  /** How MCP hosts are served; left out, as by default. */
  mcp?: { hasObjectTools: boolean };
}

export interface Connector {
  /** Refuses new work, lets running answers out, then closes. */
  stop(): Promise<void>;
}
