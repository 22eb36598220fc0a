// What runs beside the daemon for its plugins: one for each, of exactly the version that was asked for; another
// version replaces it. All of it ends with the daemon; its processes carry the marks of the journal, so that
// even after a crash the next start finds them.
import type { SpokenProcess, World } from "../../core/world.ts";
import { type Supervised, supervise } from "../../tools/external/supervised.ts";
import type { Log } from "../log.ts";

export interface HostedProgram {
  plugin: string;
  argv: readonly [string, ...string[]];
  /** Beside those that every call's processes get. */
  variables: Record<string, string>;
}

type Living = { ended: Promise<string>; stop(): Promise<void> };

export interface Hosts {
  /** The running one of this version, or one that is started when it is asked for. */
  of<Thing extends Living>(
    version: { plugin: string; hash: string },
    start: () => Promise<Thing>,
  ): Supervised<Thing>;
  /** A process of a plugin. Throws where it cannot be started. */
  open(program: HostedProgram): SpokenProcess;
  /** Ends that of a plugin, if one runs. */
  drop(plugin: string): Promise<void>;
  /** The plugins of which something may run. */
  running(): { plugin: string; hash: string }[];
  stop(): Promise<void>;
}

export function createHosts(parts: {
  world: World;
  log: Log;
  folder: string;
  childVariables(call_id: string): Record<string, string>;
}): Hosts {
  const { world, log, folder } = parts;
  const running = new Map<string, { hash: string; host: Supervised<Living> }>();
  let isStopped = false;

  const drop = async (plugin: string) => {
    const found = running.get(plugin);
    running.delete(plugin);
    await found?.host.stop();
  };

  return {
    of<Thing extends Living>(
      { plugin, hash }: { plugin: string; hash: string },
      start: () => Promise<Thing>,
    ) {
      const found = running.get(plugin);
      // A plugin is begun in one way for as long as its hash is the same: it is a thing of that kind.
      if (found?.hash === hash) return found.host as Supervised<Thing>;
      if (found) void drop(plugin);
      const host = supervise<Thing>({
        nowMs: world.monotonicMs,
        broke: (reason) => log.warn("plugin ended", { plugin, reason }),
        start,
      });
      if (isStopped) void host.stop();
      else running.set(plugin, { hash, host });
      return host;
    },
    open({ plugin, argv, variables }) {
      // The mark names the plugin: nobody takes its processes for those of a call.
      const marks = parts.childVariables(world.newId(`plugin_${plugin}_`));
      const opened = world.processes.open({ argv, folder, variables: { ...marks, ...variables } });
      if (!opened.ok) throw new Error(opened.problem);
      log.info("plugin started", { plugin, pid: opened.value.pid });
      return opened.value;
    },
    drop,
    running: () => [...running].map(([plugin, { hash }]) => ({ plugin, hash })),
    async stop() {
      isStopped = true;
      await Promise.all([...running.keys()].map(drop));
    },
  };
}
