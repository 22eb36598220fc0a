// What lies in an environment's folder: walked, measured, and told apart into what is its own and what only
// its daemon needs.
import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { JameyError } from "../../protocol/errors.ts";

/** Files and folders of one environment. */
export const MAX_ENTRIES = 1_000_000;
const MAX_DEPTH = 64;

export interface Entry {
  /** Relative to the environment's folder, with slashes. */
  name: string;
  kind: "file" | "folder" | "other";
  bytes: number;
}

/** In order of their names, a folder before what is in it. What vanishes meanwhile is left out. */
export function* walk(folder: string): Generator<Entry> {
  const waiting = [{ name: "", depth: 0 }];
  let seen = 0;
  for (let here = waiting.pop(); here; here = waiting.pop()) {
    for (const child of namesIn(join(folder, here.name))) {
      seen += 1;
      if (seen > MAX_ENTRIES) throw tooMuch(folder, `more than ${MAX_ENTRIES} files`);
      const name = here.name === "" ? child : `${here.name}/${child}`;
      const found = lstatSync(join(folder, name), { throwIfNoEntry: false });
      if (!found) continue;
      const kind = found.isDirectory() ? "folder" : found.isFile() ? "file" : "other";
      yield { name, kind, bytes: found.size };
      if (kind !== "folder") continue;
      if (here.depth === MAX_DEPTH) throw tooMuch(folder, `folders deeper than ${MAX_DEPTH}`);
      waiting.push({ name, depth: here.depth + 1 });
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch (_gone) {
    return [];
  }
}

const tooMuch = (folder: string, what: string): JameyError =>
  new JameyError("too_large", `${folder} has ${what}: that is no environment to carry about.`);

/** Of all files; of more than can be walked, of those that were. */
export function bytesIn(folder: string): number {
  let sum = 0;
  try {
    for (const entry of walk(folder)) if (entry.kind === "file") sum += entry.bytes;
  } catch (thrown) {
    if (!(thrown instanceof JameyError)) throw thrown;
  }
  return sum;
}

/** The only files that an export takes and an import makes. */
const CARRIED = [
  /^manifest\.yml$/,
  /^objects\/[^/]+\.md$/,
  /^workflows\/[^/]+\.ya?ml$/,
  /^tools\/.+$/,
  /^tests\/.+$/,
];

/** Hidden files are somebody's business, never part of what is passed on. */
export const isCarried = (name: string): boolean =>
  CARRIED.some((pattern) => pattern.test(name)) &&
  !name.split("/").some((part) => part.startsWith("."));

/** A conversation in an export. */
export const SESSION_NAME = /^sessions\/[\w-]{1,64}\.json$/;

/** What of `.state` belongs to a daemon that is gone: its lock, its file, and the database's own files. */
const DAEMONS_OWN = /^\.state\/(?:lock\.db.*|daemon\.json.*|jamey\.db.*)$/;

export const isDaemonsOwn = (name: string): boolean => DAEMONS_OWN.test(name);
