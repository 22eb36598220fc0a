// The file that says who the daemon is: for people and for messages. The lock decides, never this file.
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { VERSION } from "../protocol/version.ts";

const fileIn = (state: string): string => join(state, "daemon.json");

/** What clients may want to know of a daemon before they reach it. No secrets: others read it too. */
export interface AboutDaemon {
  socket: string;
  /** Of the TCP listener; null where there is none. */
  url: string | null;
  /** What its command line said, in the shape of a manifest: a restart says it again. */
  flags: Record<string, unknown>;
  /** The settings in force that a command line can say. */
  settings: Record<string, unknown>;
}

/** Written whole or not at all. Returns how to remove it, which leaves another daemon's alone. */
export function writePidFile(state: string, about: AboutDaemon): () => void {
  const file = fileIn(state);
  const temporary = `${file}.${process.pid}`;
  rmSync(temporary, { force: true });
  const content = JSON.stringify({ pid: process.pid, version: VERSION, ...about });
  writeFileSync(temporary, `${content}\n`, { mode: 0o600, flag: "wx" });
  renameSync(temporary, file);
  return () => {
    if (readPid(state) === process.pid) rmSync(file, { force: true });
  };
}

/** undefined where the file is missing or says nothing. */
export function readPid(state: string): number | undefined {
  const pid = readAbout(state)?.pid;
  return typeof pid === "number" ? pid : undefined;
}

/** What the file says; of a daemon that was killed, what it said. */
export function readAbout(state: string): Record<string, unknown> | undefined {
  try {
    const about: unknown = JSON.parse(readFileSync(fileIn(state), "utf8"));
    return typeof about === "object" && about !== null ? { ...about } : undefined;
  } catch (_missing) {
    return undefined;
  }
}
