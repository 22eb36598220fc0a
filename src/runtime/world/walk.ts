// What lies beneath a folder, in the order of names, depth first, links named and never followed.
import { closeSync, type Dirent, lstatSync } from "node:fs";
import { readdir } from "node:fs/promises";
import type { Attempt, FileEntry, FileReader, Place, WalkOptions } from "../../core/world.ts";
import {
  at,
  type Held,
  holdFolder,
  lastFolder,
  pathOf,
  reach,
  reasonOf,
  refusal,
  release,
} from "./beneath.ts";
import type { Guard } from "./protected.ts";

type OpenFile = (folder: Held, name: string, place: Place, path: string) => Attempt<FileReader>;

export async function walk(
  place: Place,
  options: WalkOptions,
  { openFile, guard }: { openFile: OpenFile; guard: Guard },
): Promise<Attempt<AsyncIterable<FileEntry>>> {
  const reached = reach(place);
  if (!reached.ok) return reached;
  const spot = reached.value;
  const from = pathOf(spot);
  const problem = guard(from, "read");
  if (problem !== undefined) {
    release(spot);
    return refusal(place, problem);
  }
  if (spot.kind !== "directory") {
    release(spot);
    return refusal(place, spot.kind === "missing" ? "it does not exist" : "it is not a folder");
  }
  const top = lastFolder(spot);
  let names: Dirent[];
  try {
    names = await list(top);
  } catch (error) {
    release(spot);
    return refusal(place, reasonOf(error));
  }
  async function* entries(): AsyncGenerator<FileEntry> {
    const reader: Reader = {
      open: (folder, name, path) => openFile(folder, name, place, path),
      isHidden: (path) => guard(`${from}/${path}`, "read") !== undefined,
    };
    let given = 0;
    try {
      for await (const entry of descend(
        { folder: top, names, prefix: "", depth: 1 },
        options,
        reader,
      )) {
        if (options.signal.aborted) return;
        if (given === options.max_entries) {
          yield { ...entry, kind: "more" };
          return;
        }
        given += 1;
        yield entry;
      }
    } finally {
      release(spot);
    }
  }
  return { ok: true, value: entries() };
}

interface Level {
  folder: Held;
  names: Dirent[];
  /** Path of the folder relative to the top, with its final slash. */
  prefix: string;
  depth: number;
}

interface Reader {
  open(folder: Held, name: string, path: string): Attempt<FileReader>;
  /** A folder that is named but never entered. */
  isHidden(path: string): boolean;
}

async function* descend(
  level: Level,
  options: WalkOptions,
  reader: Reader,
): AsyncGenerator<FileEntry> {
  for (const dirent of level.names) {
    const { name } = dirent;
    const path = `${level.prefix}${name}`;
    const kind = kindOf(level.folder, dirent);
    yield { path, kind, open: async () => await reader.open(level.folder, name, path) };
    if (kind !== "directory" || level.depth >= options.max_depth) continue;
    if (options.skip.includes(name) || options.signal.aborted) continue;
    if (reader.isHidden(path)) continue;
    const inner = await enter(level.folder, name);
    if (inner === undefined) {
      yield {
        path,
        kind: "unreadable",
        open: async () => await reader.open(level.folder, name, path),
      };
      continue;
    }
    try {
      yield* descend({ ...inner, prefix: `${path}/`, depth: level.depth + 1 }, options, reader);
    } finally {
      closeSync(inner.folder.fd);
    }
  }
}

/** undefined where the folder may not be read, or became something else meanwhile. */
async function enter(
  parent: Held,
  name: string,
): Promise<{ folder: Held; names: Dirent[] } | undefined> {
  let folder: Held;
  try {
    folder = holdFolder(parent, name);
  } catch {
    return undefined;
  }
  try {
    return { folder, names: await list(folder) };
  } catch {
    closeSync(folder.fd);
    return undefined;
  }
}

async function list(folder: Held): Promise<Dirent[]> {
  const names = await readdir(at(folder, "."), { withFileTypes: true });
  return names.sort((one, other) => (one.name < other.name ? -1 : 1));
}

function kindOf(folder: Held, dirent: Dirent): "file" | "directory" | "link" | "other" {
  // Some file systems do not say the kind in the listing.
  const isTold = dirent.isFile() || dirent.isDirectory() || dirent.isSymbolicLink();
  const known = isTold ? dirent : lstatSync(at(folder, dirent.name), { throwIfNoEntry: false });
  if (known?.isFile()) return "file";
  if (known?.isDirectory()) return "directory";
  return known?.isSymbolicLink() ? "link" : "other";
}
