// What a listener may set of its door; what is left out has a default where it is used.

export interface DoorOptions {
  attachTimeoutMs?: number;
  heartbeatMs?: number;
  maxHttpRequests?: number;
  maxEventStreams?: number;
  maxSockets?: number;
  /** False: there is no WebSocket behind this door. */
  hasWebSocket?: boolean;
  /** Absolute path of a folder whose files are served where no route is. */
  staticDir?: string;
}
