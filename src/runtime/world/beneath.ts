// Reaches a place beneath a root without ever leaving it, whatever names, links and races do.
// Rules: 1. One component at a time, from a folder that is held open; no component is followed by
//           the kernel.
//        2. Links are read and walked here, under the same rules, so that a link inside the root
//           works.
//        3. Whatever cannot be told for sure is refused.
//        4. On Linux a held folder is named by its descriptor (/proc/self/fd/N/name), which no
//           rename can redirect. Elsewhere it is named by its real path and opened with
//           O_NOFOLLOW_ANY; there a rename or a new folder goes by path after a check, so that only
//           opening is free of races.
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  type Stats,
  statSync,
} from "node:fs";
import type { Attempt, Place, Resolved } from "../../core/world.ts";

const MAX_PATH_BYTES = 4096;
const MAX_NAMES = 256;
/** As many as the kernel follows. */
const MAX_LINKS = 40;
const MAX_SHOWN_UNITS = 200;

const isLinux = process.platform === "linux";
/** Linux: only a handle on the name, nothing is opened. */
const O_PATH = 0o10000000;
/** macOS: fails if any component is a link. */
const O_NOFOLLOW_ANY = 0x20000000;

export const NO_FOLLOW = isLinux ? constants.O_NOFOLLOW : O_NOFOLLOW_ANY;
const FOLDER = constants.O_DIRECTORY | NO_FOLLOW | (isLinux ? O_PATH : constants.O_RDONLY);

/** A folder that is held open, so that it stays this folder whatever becomes of its path. */
export interface Held {
  fd: number;
  /** Real absolute path when it was opened. */
  real: string;
}

/** Where a path leads. The folders stay open until `release`. */
export interface Spot {
  root: string;
  /** From the root down to the folder that holds the place, or is it. */
  folders: [Held, ...Held[]];
  /** undefined: the place is the last of `folders`. */
  name: string | undefined;
  kind: Resolved["kind"];
  /** Names beneath a missing `name`. */
  beyond: string[];
}

/** The name of an entry of a held folder, for any file call. */
export function at(folder: Held, name: string): string {
  if (isLinux) return `/proc/self/fd/${folder.fd}/${name}`;
  return folder.real === "/" ? `/${name}` : `${folder.real}/${name}`;
}

/** The folder in which the place lies, or which it is. */
export function lastFolder(spot: Spot): Held {
  return spot.folders.at(-1) ?? spot.folders[0];
}

/** Throws if a folder that goes by its path is no longer there; on Linux it cannot happen. */
export function confirm(folder: Held): void {
  if (!isLinux && realpathSync(folder.real) !== folder.real) {
    throw new Error("a folder on the way was replaced");
  }
}

/** Holds a folder of a held folder; throws for anything else, links included. */
export function holdFolder(folder: Held, name: string): Held {
  const real = folder.real === "/" ? `/${name}` : `${folder.real}/${name}`;
  return { fd: openSync(at(folder, name), FOLDER), real };
}

export function release(spot: Spot): void {
  for (const folder of spot.folders.splice(1)) closeSync(folder.fd);
  closeSync(spot.folders[0].fd);
}

/** Relative to the root, without links. */
export function pathOf(spot: Spot): string {
  const folder = lastFolder(spot).real;
  const base = spot.root === "/" ? "/" : `${spot.root}/`;
  const names = folder === spot.root ? [] : [folder.slice(base.length)];
  if (spot.name !== undefined) names.push(spot.name, ...spot.beyond);
  return names.length === 0 ? "." : names.join("/");
}

export function refusal(place: Place, why: string): { ok: false; problem: string } {
  const shown = JSON.stringify(place.path.slice(0, MAX_SHOWN_UNITS));
  return { ok: false, problem: `${shown} is refused: ${why}. The workspace is ${place.root}` };
}

/** Why a file call failed, for a sentence: the code where there is one, never an inner path. */
export function reasonOf(thrown: unknown): string {
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
  return reasons[code] ?? (code || (thrown instanceof Error ? thrown.message : String(thrown)));
}

const reasons: Record<string, string> = {
  EACCES: "permission denied",
  EEXIST: "it already exists",
  EISDIR: "it is a folder",
  ELOOP: "it became a link while it was opened",
  ENAMETOOLONG: "a name is too long",
  ENOENT: "it does not exist",
  ENOSPC: "the disk is full",
  ENOTDIR: "a name on the way is not a folder",
  EROFS: "the disk is read-only",
  ETXTBSY: "it is a program that runs",
};

/** Follows a place from its root. The caller releases the spot. */
export function reach(place: Place): Attempt<Spot> {
  const names = namesBeneath(place.root, place.path);
  if (typeof names === "string") return refusal(place, names);
  let root: Held;
  try {
    root = holdRoot(place.root);
  } catch (error) {
    return refusal(place, `the workspace cannot be opened: ${reasonOf(error)}`);
  }
  const spot: Spot = {
    root: place.root,
    folders: [root],
    name: undefined,
    kind: "directory",
    beyond: [],
  };
  let problem: string | undefined;
  try {
    problem = follow(spot, names);
  } catch (error) {
    problem = reasonOf(error);
  }
  if (problem === undefined) return { ok: true, value: spot };
  release(spot);
  return refusal(place, problem);
}

function holdRoot(root: string): Held {
  const fd = openSync(root, constants.O_DIRECTORY | (isLinux ? O_PATH : constants.O_RDONLY));
  if (!isLinux) return { fd, real: root };
  // Without /proc every name would look missing: better to say so.
  const held = fstatSync(fd);
  const seen = statSync(`/proc/self/fd/${fd}/.`, { throwIfNoEntry: false });
  if (seen?.ino === held.ino && seen.dev === held.dev) return { fd, real: root };
  closeSync(fd);
  throw new Error("/proc is not mounted, so that paths cannot be confined");
}

/** The names to walk from the root, or why there are none. */
function namesBeneath(root: string, path: string): string[] | string {
  if (path.includes("\0")) return "it holds a NUL character";
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) return `it is longer than ${MAX_PATH_BYTES} bytes`;
  const base = root === "/" ? "/" : `${root}/`;
  if (path.startsWith("/") && path !== root && !path.startsWith(base)) {
    return "it lies outside the workspace";
  }
  const relative = path.startsWith("/") ? path.slice(base.length) : path;
  const names = relative.split("/").filter((name) => name !== "" && name !== ".");
  return names.length > MAX_NAMES ? `it has more than ${MAX_NAMES} names` : names;
}

/** Walks the spot along the names; a text says why it stopped. */
function follow(spot: Spot, names: string[]): string | undefined {
  let pending = names;
  let links = 0;
  for (let name = pending.shift(); name !== undefined; name = pending.shift()) {
    if (name === "..") {
      const folder = spot.folders.length > 1 ? spot.folders.pop() : undefined;
      if (folder === undefined) return "it leads outside the workspace";
      closeSync(folder.fd);
      continue;
    }
    const folder = lastFolder(spot);
    const stats = lookAt(at(folder, name));
    if (stats === undefined) {
      if (pending.includes("..")) return "it goes up from a folder that does not exist";
      Object.assign(spot, { name, kind: "missing", beyond: pending });
      return undefined;
    }
    if (stats.isSymbolicLink()) {
      links += 1;
      if (links > MAX_LINKS) return `it follows more than ${MAX_LINKS} links`;
      const onward = followLink(spot, readlinkSync(at(folder, name)));
      if (typeof onward === "string") return onward;
      pending = [...onward, ...pending];
      if (pending.length > MAX_NAMES) return `it has more than ${MAX_NAMES} names`;
    } else if (stats.isDirectory()) {
      spot.folders.push(holdFolder(folder, name));
    } else {
      if (pending.length > 0) return `${JSON.stringify(name)} is not a folder`;
      Object.assign(spot, { name, kind: stats.isFile() ? "file" : "other" });
      return undefined;
    }
  }
  return undefined;
}

/** The names that a link stands for. One that is absolute starts again at the root. */
function followLink(spot: Spot, target: string): string[] | string {
  const names = namesBeneath(spot.root, target);
  if (typeof names === "string") return `a link on the way leads to ${target}, and ${names}`;
  if (target.startsWith("/")) {
    for (const folder of spot.folders.splice(1)) closeSync(folder.fd);
  }
  return names;
}

function lookAt(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}
