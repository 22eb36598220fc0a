// What a listener may set of its door; what is left out has a default where it is used.

import type { ErrorBody } from "../../../protocol/errors.ts";
import type { Identity } from "../../access.ts";
import type { McpOptions } from "../mcp/server.ts";

/** Without a byte for this long a connection is closed, and headers and bodies must be here. Seconds. */
export const IDLE_SECONDS = 10;

/** Asked at each message over a WebSocket: why this one is too many; undefined: it is not. */
export type Admit = (identity: Identity) => ErrorBody | undefined;

export interface DoorOptions {
  /** Left out, there may be any number. */
  admit?: Admit;
  attachTimeoutMs?: number;
  idleSeconds?: number;
  heartbeatMs?: number;
  maxHttpRequests?: number;
  maxEventStreams?: number;
  maxSockets?: number;
  /** What MCP hosts find besides. */
  mcp?: McpOptions;
  /** False: there is no WebSocket behind this door. */
  hasWebSocket?: boolean;
  /** Absolute path of a folder whose files are served where no route is. */
  staticDir?: string;
}
