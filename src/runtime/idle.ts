// Ends a daemon that nobody needs: no client, no turn, no open request, for as long as the settings say.
import type { Config } from "./config.ts";

/** How often it is looked at; a short timeout is looked at more often. */
const LOOK_MS = 1_000;

/** Seconds without anybody; 0 is never. Who listens on TCP is a server: its clients come and go unattached. */
export const idleSeconds = ({ idle_timeout, connectors }: Config): number =>
  connectors.http.enabled ? 0 : idle_timeout;

export function watchIdle(options: {
  isIdle(): boolean;
  /** 0 is never. */
  timeoutSeconds: number;
  /** Called once for each time that nobody needed it for so long. */
  end(): void;
  /** Milliseconds that never jump. */
  now?: () => number;
}): { stop(): void } {
  const { timeoutSeconds, now = () => performance.now() } = options;
  if (timeoutSeconds === 0) return { stop: () => undefined };
  let since = now();
  const look = () => {
    if (!options.isIdle()) since = now();
    if (now() - since < timeoutSeconds * 1_000) return;
    since = Number.POSITIVE_INFINITY;
    options.end();
  };
  const timer = setInterval(look, Math.min(LOOK_MS, timeoutSeconds * 250));
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
