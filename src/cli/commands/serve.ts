// `jamey serve`: the daemon in the foreground, until it is told to stop.

import { daemonOptions } from "../connect.ts";
import type { Context } from "../context.ts";

export function serve(context: Context): Promise<number> {
  const { environment } = daemonOptions(context);
  return context.host.serve({ environment, foreground: true });
}
