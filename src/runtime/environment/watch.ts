// Watches one folder: says once that something in it has changed, soon after it did. Whatever is saved in
// between is part of the same saying, so that a storm of saves costs a few looks a second.
// Where a system cannot watch, that is said once; who reads at each use loses nothing but the news.
import { existsSync, type FSWatcher, watch } from "node:fs";
import { basename, dirname } from "node:path";
import { messageOf } from "../../protocol/errors.ts";

/** After a change, this long without another: an editor that writes in two steps has ended. */
export const SETTLE_MS = 100;
/** The longest that a change waits while others go on. */
export const MAX_SETTLE_MS = 500;

export interface Watching {
  changed(): void;
  /** It cannot be watched, or not any more. */
  failed(reason: string): void;
}

export function watchFolder(folder: string, { changed, failed }: Watching): () => void {
  const settle = createSettle(changed);
  const open = (path: string, heard: Heard) => openWatcher(path, heard, failed);
  let inside = open(folder, settle.soon);
  // A folder that is moved away and made anew is another one: only the folder above sees that.
  const above = open(dirname(folder), (name) => {
    if (name !== null && name !== basename(folder)) return;
    inside?.close();
    inside = open(folder, settle.soon);
    settle.soon();
  });
  return () => {
    inside?.close();
    above?.close();
    settle.stop();
  };
}

/** What was touched in a folder; null where that is not known. */
type Heard = (name: string | null) => void;

function openWatcher(
  folder: string,
  heard: Heard,
  failed: Watching["failed"],
): FSWatcher | undefined {
  // One that was moved away is no failure: the folder above tells when there is another.
  if (!existsSync(folder)) return undefined;
  try {
    const watcher = watch(folder, { persistent: false }, (_type, name) => heard(name));
    watcher.on("error", (thrown) => {
      watcher.close();
      failed(messageOf(thrown));
    });
    return watcher;
  } catch (thrown) {
    failed(messageOf(thrown));
    return undefined;
  }
}

function createSettle(changed: () => void) {
  let timer: Timer | undefined;
  let latestMs = 0;
  return {
    soon(): void {
      const nowMs = performance.now();
      if (timer === undefined) latestMs = nowMs + MAX_SETTLE_MS;
      clearTimeout(timer);
      timer = setTimeout(
        () => {
          timer = undefined;
          changed();
        },
        Math.max(0, Math.min(SETTLE_MS, latestMs - nowMs)),
      );
      timer.unref();
    },
    stop: () => clearTimeout(timer),
  };
}
