// A home for upkeep: files and folders, no daemon, gone afterwards.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createUpkeep } from "../../src/runtime/maintenance/index.ts";

export function openUpkeepHome(variables: Record<string, string> = {}) {
  // Short, because the path of a socket is: not the system's folder for temporary files.
  const home = mkdtempSync("/tmp/jamey-u-");
  const environment = join(home, "data/environments/default");
  return {
    home,
    daemonFile: join(home, "config/daemon.yml"),
    credentials: join(home, "config/credentials"),
    keys: join(home, "config/keys.yml"),
    manifest: join(environment, "manifest.yml"),
    objects: join(environment, "objects"),
    state: join(environment, ".state"),
    socket: join(home, "state/run/default.sock"),
    upkeep: createUpkeep({ JAMEY_HOME: home, HOME: home, ...variables }),
    /** In folders that only we may enter. */
    write(file: string, text: string, mode = 0o600) {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      writeFileSync(file, text);
      chmodSync(file, mode);
    },
    [Symbol.dispose]: () => rmSync(home, { recursive: true, force: true }),
  };
}
