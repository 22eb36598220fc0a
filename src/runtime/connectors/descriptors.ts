// Watches over the descriptors of this process while strangers may open connections. Who has no key cannot
// be counted before a request is here, and whoever fills the process with half a request each would keep
// this user's own clients, and the work itself, from opening anything.
import { closeSync, openSync, readFileSync } from "node:fs";

const LOOK_MS = 250;
/** More than all that is let in at once can need. */
const MAX_DESCRIPTORS = 8_192;
/** Of what the system allows, strangers and all others together get this share. */
const SHARE = 0.75;

/** Calls `full` each time it sees too many. */
export function watchDescriptors(full: () => void): { stop(): void } {
  const most = Math.min(MAX_DESCRIPTORS, Math.floor(allowed() * SHARE));
  const timer = setInterval(() => {
    if (lowestFree() >= most) full();
  }, LOOK_MS);
  return { stop: () => clearInterval(timer) };
}

/** The system always gives the lowest number that is free, so that so many are in use at least. */
function lowestFree(): number {
  try {
    const descriptor = openSync("/dev/null", "r");
    closeSync(descriptor);
    return descriptor;
  } catch (_none) {
    return Number.POSITIVE_INFINITY;
  }
}

/** What the system allows this process, where it says so. */
function allowed(): number {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"));
    return Number(found?.[1] ?? Number.POSITIVE_INFINITY);
  } catch (_elsewhere) {
    return Number.POSITIVE_INFINITY;
  }
}
