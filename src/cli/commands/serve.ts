// `jamey serve`: the daemon in the foreground, until it is told to stop.

import { daemonOptions } from "../connect.ts";
import type { Context } from "../context.ts";
import { readServeSettings } from "../table/serve-flags.ts";

export function serve(context: Context): Promise<number> {
  const settings = readServeSettings(context.arguments, context.host.directory);
  const { environment } = daemonOptions(context);
  return context.host.serve({
    environment,
    foreground: true,
    settings,
    isQuiet: context.arguments.has("quiet"),
    onReady(about) {
      // One line, for a program that waits for it.
      if (context.isJson) void context.out.write(`${JSON.stringify(about)}\n`);
    },
  });
}
