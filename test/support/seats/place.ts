// A daemon of the binary that listens everywhere, and that may be killed with SIGKILL and serve again.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Home, openHome } from "../home.ts";
import type { Place } from "./seat.ts";

export interface Killable extends Place, AsyncDisposable {
  /** The environment's own folder. */
  folder: string;
  /** Kills the daemon, and has it serve again. */
  kill(): Promise<void>;
}

/** `prepare` writes what the daemon is to find at its start. */
export async function openPlace(
  prepare: (home: Home) => void = () => undefined,
): Promise<Killable> {
  const listening = { JAMEY_CONNECTORS_HTTP_ENABLED: "true", JAMEY_CONNECTORS_HTTP_PORT: "0" };
  const home = await openHome(listening);
  prepare(home);
  let epoch = 0;
  const start = async () => {
    const { code, stderr } = await home.run(["daemon", "start"]);
    if (code !== 0) throw new Error(stderr);
  };
  let serving = start();
  await serving;
  return {
    home,
    folder: dirname(home.state),
    url: () => String(JSON.parse(readFileSync(join(home.state, "daemon.json"), "utf8")).url),
    token: () => readFileSync(join(home.folder, "jamey/state/run/default.token"), "utf8").trim(),
    epoch: () => epoch,
    served: () => serving,
    async kill() {
      const next = Promise.withResolvers<void>();
      serving = next.promise;
      epoch += 1;
      process.kill(home.daemonPid(), "SIGKILL");
      // A client that lost it may have been faster: then it runs already.
      await start().then(next.resolve, next.reject);
      await serving;
    },
    [Symbol.asyncDispose]: () => home[Symbol.asyncDispose](),
  };
}
