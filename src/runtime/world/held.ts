// A file that a call's processes hold open from their start, and that nobody else has: it tells whose they are where
// they have left their group and cleared their environment. Linux alone has a place to look it up.
// Limit: who closes what it does not know, as Python and node do with what they start, is not told by it.
// Rule: it is gone from its folder before anything runs, and can only be read: nobody is given anything by it.
import { closeSync, constants, openSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Held {
  /** Where it was: what the system goes on calling it. */
  name: string;
  fd: number;
  /** Of this process; who was started with it keeps it. */
  close(): void;
}

/** undefined where there is none to be had: the marks in the environment then have to do. */
export function openHeld(): Held | undefined {
  if (process.platform !== "linux") return undefined;
  const name = join(tmpdir(), `jamey-call-${crypto.randomUUID()}`);
  try {
    const fd = openSync(name, constants.O_RDONLY | constants.O_CREAT | constants.O_EXCL, 0o400);
    unlinkSync(name);
    return { name, fd, close: () => closeSync(fd) };
  } catch (_full) {
    // A full disk keeps no tool from running.
    return undefined;
  }
}
