// The signals of an effect: they end with it, however long its performer takes to stop. Nothing follows
// the event that ended it.
import type { SignalHub, SignalKey, SignalWriter } from "../signals.ts";

export const silent: SignalWriter = { write: () => undefined, close: () => undefined };

export function openWriter(key: SignalKey, signal: AbortSignal, signals: SignalHub): SignalWriter {
  if (signal.aborted) return silent;
  const writer = signals.open(key);
  signal.addEventListener("abort", writer.close, { once: true });
  return {
    write(text) {
      if (!signal.aborted) writer.write(text);
    },
    close() {
      signal.removeEventListener("abort", writer.close);
      writer.close();
    },
  };
}
