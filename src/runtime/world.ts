// The real world: the clock, ids, files, processes and HTTP of this machine, behind the port of
// core.
import type { World } from "../core/world.ts";
import { createFiles } from "./world/files.ts";
import { createHttp, type HttpOptions } from "./world/http.ts";
import { createIds } from "./world/ids.ts";
import { createProcesses } from "./world/processes.ts";
import type { ProtectedPlaces } from "./world/protected.ts";

export interface WorldOptions {
  http: HttpOptions;
  /** How long a process that is asked to end may take. */
  kill_grace_ms?: number;
  /** What of jamey itself tools must not reach, wherever their workspace lies. */
  protect?: ProtectedPlaces;
}

export function createWorld(options: WorldOptions): World {
  const newId = createIds(() => Date.now());
  return {
    now: () => new Date().toISOString(),
    monotonicMs: () => performance.now(),
    newId,
    hash: (content) => new Bun.CryptoHasher("sha256").update(content).digest("hex"),
    files: createFiles({ newName: () => newId("jamey-"), protect: options.protect }),
    processes: createProcesses(options),
    http: createHttp(options.http),
  };
}
