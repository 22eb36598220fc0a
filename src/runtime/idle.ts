// Ends a daemon that nobody needs: no client, no turn, no open request, for as long as the settings say.

/** How often it is looked at; a short timeout is looked at more often. */
const LOOK_MS = 1_000;

export function watchIdle(options: {
  isIdle(): boolean;
  /** 0 is never. */
  timeoutSeconds: number;
  end(): void;
  /** Milliseconds that never jump. */
  now?: () => number;
}): { stop(): void } {
  const { timeoutSeconds, now = () => performance.now() } = options;
  if (timeoutSeconds === 0) return { stop: () => undefined };
  let since = now();
  const look = () => {
    if (!options.isIdle()) since = now();
    else if (now() - since >= timeoutSeconds * 1_000) options.end();
  };
  const timer = setInterval(look, Math.min(LOOK_MS, timeoutSeconds * 250));
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
