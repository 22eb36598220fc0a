// Lines for the shell that run, each over a connection of its own: the daemon ends a tool whose connection ends.
import type { Link } from "../../client/link.ts";
import type { Params, Reply } from "../../protocol/commands/index.ts";
import { JameyError } from "../../protocol/errors.ts";

export interface LineRunner {
  run(purpose: string, params: Params<"RunTool">): Promise<Reply<"RunTool">>;
  /** Its `run` is rejected. */
  stop(purpose: string): void;
  stopAll(): void;
}

export function createLineRunner(openLink: () => Promise<Link>): LineRunner {
  const running = new Map<string, AbortController>();
  return {
    async run(purpose, params) {
      const stopping = new AbortController();
      running.set(purpose, stopping);
      let link: Link | undefined;
      try {
        link = await openLink();
        if (stopping.signal.aborted) throw new JameyError("cancelled", "The line was stopped.");
        stopping.signal.addEventListener("abort", link.close);
        return await link.call("RunTool", params);
      } finally {
        running.delete(purpose);
        link?.close();
      }
    },
    stop: (purpose) => running.get(purpose)?.abort(),
    stopAll() {
      for (const stopping of running.values()) stopping.abort();
    },
  };
}
