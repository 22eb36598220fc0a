// The file that says who the daemon is: for people and for messages. The lock decides, never this file.
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { VERSION } from "../protocol/version.ts";

const fileIn = (state: string): string => join(state, "daemon.json");

/** Written whole or not at all. Returns how to remove it, which leaves another daemon's alone. */
export function writePidFile(state: string, socket: string): () => void {
  const file = fileIn(state);
  const temporary = `${file}.${process.pid}`;
  rmSync(temporary, { force: true });
  const content = JSON.stringify({ pid: process.pid, socket, version: VERSION });
  writeFileSync(temporary, `${content}\n`, { mode: 0o600, flag: "wx" });
  renameSync(temporary, file);
  return () => {
    if (readPid(state) === process.pid) rmSync(file, { force: true });
  };
}

/** undefined where the file is missing or says nothing. */
export function readPid(state: string): number | undefined {
  try {
    const pid = /"pid":(\d+)/.exec(readFileSync(fileIn(state), "utf8"))?.[1];
    return pid === undefined ? undefined : Number(pid);
  } catch (_missing) {
    return undefined;
  }
}
