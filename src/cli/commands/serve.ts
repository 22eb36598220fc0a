// `jamey serve`: the daemon in the foreground, until it is told to stop.

import { daemonOptions } from "../connect.ts";
import type { Context } from "../context.ts";
import { readServeSettings } from "../serve-flags.ts";

export function serve(context: Context): Promise<number> {
  const settings = readServeSettings(context.arguments, context.host.directory);
  const { environment } = daemonOptions(context);
  return context.host.serve({ environment, foreground: true, settings });
}
