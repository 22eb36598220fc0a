// The file that says who the daemon is: for people and for messages. The lock decides, never this file.
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isObject } from "../protocol/json.ts";
import { VERSION } from "../protocol/version.ts";
import { replaceFile } from "./replace-file.ts";

const fileIn = (state: string): string => join(state, "daemon.json");

/** What clients may want to know of a daemon before they reach it. No secrets: others read it too. */
export interface AboutDaemon {
  socket: string;
  /** Of the TCP listener; null where there is none. */
  url: string | null;
  /** What its command line said, in the shape of a manifest: a restart says it again. */
  flags: Record<string, unknown>;
  /** Nobody said them this time: they are those of a daemon that did not end in order. */
  again: boolean;
  /** The settings that it goes by. */
  settings: Record<string, unknown>;
}

/** Written whole or not at all. Returns how to remove it, which leaves another daemon's alone. */
export function writePidFile(state: string, about: AboutDaemon): () => void {
  const file = fileIn(state);
  const content = JSON.stringify({ pid: process.pid, version: VERSION, ...about });
  replaceFile(file, `${content}\n`);
  return () => {
    if (readPid(state) === process.pid) rmSync(file, { force: true });
  };
}

/**
 * What a start counts as its command line. Whoever lost its daemon to a crash gets it back as it was, with its
 * listener; in the foreground a human said all that there is to say. Only for who holds the lock.
 */
export function startFlags(options: {
  state: string;
  given: Record<string, unknown>;
  foreground: boolean;
}): Pick<AboutDaemon, "flags" | "again"> {
  const { state, given, foreground } = options;
  const left = readAbout(state)?.flags;
  const isGiven = foreground || Object.keys(given).length > 0;
  if (isGiven || !isObject(left) || Object.keys(left).length === 0) {
    return { flags: given, again: false };
  }
  return { flags: left, again: true };
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
