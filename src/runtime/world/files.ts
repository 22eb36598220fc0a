// Files of the real world: everything that agents read and write goes through `beneath.ts`, and
// only here.
// Rules: 1. Only regular files are opened.
//        2. A write is a new file, synced, renamed into place.
//        3. What makes other programs run code, and jamey's own state, is never written
//           (`guarded`, `protected.ts`).
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsync,
  mkdirSync,
  openSync,
  read,
  renameSync,
  unlinkSync,
  write,
} from "node:fs";
import { promisify } from "node:util";
import type {
  Attempt,
  FileReader,
  Files,
  FileWriter,
  Place,
  WriteOptions,
  Written,
} from "../../core/world.ts";
import {
  at,
  confirm,
  type Held,
  holdFolder,
  lastFolder,
  NO_FOLLOW,
  pathOf,
  reach,
  reasonOf,
  refusal,
  release,
  type Spot,
} from "./beneath.ts";
import { createGuards, folded, type Guard, type ProtectedPlaces } from "./protected.ts";
import { walk } from "./walk.ts";

const READ_CHUNK_BYTES = 64 * 1024;
const OWNER_ONLY = 0o600;
const PERMISSIONS = 0o777;

const readAsync = promisify(read);
const writeAsync = promisify(write);
const syncAsync = promisify(fsync);

export function createFiles(options: {
  newName(): string;
  protect: ProtectedPlaces | undefined;
}): Files {
  const guardsOf = createGuards(options.protect);
  const visit = createVisit(guardsOf);
  return {
    resolve: async (place, purpose) =>
      await visit(place, purpose, (spot) => {
        const path = pathOf(spot);
        const guard = purpose === "write" ? guarded(path) : undefined;
        if (guard !== undefined) return refusal(place, guard);
        return { ok: true, value: { path, kind: spot.kind } };
      }),
    open: async (place) =>
      await visit(place, "read", (spot) => {
        if (spot.kind === "missing") return refusal(place, "it does not exist");
        if (spot.kind === "directory") return refusal(place, "it is a folder");
        if (spot.kind === "other" || spot.name === undefined) {
          return refusal(place, "it is not a regular file");
        }
        return openFile(lastFolder(spot), spot.name, place, pathOf(spot));
      }),
    write: async (place, content, writeOptions) =>
      await visit(
        place,
        "write",
        async (spot) =>
          await replaceFile({
            place,
            spot,
            content,
            options: writeOptions ?? {},
            temporary: `.${options.newName()}.tmp`,
          }),
      ),
    create: async (place) => await visit(place, "write", (spot) => createFile(spot, place)),
    walk: async (place, walkOptions) =>
      await walk(place, walkOptions, { openFile, guard: guardsOf(place.root) }),
  };
}

/** Agents' file tools never write these; case and invisible characters do not help. */
export function guarded(path: string): string | undefined {
  const names = folded(path).split("/");
  if (names.includes(".git")) return "git's own files are not written by tools, hooks least of all";
  if (names.includes(".state")) return "jamey's own state is not written by tools";
  return undefined;
}

/** Reaches a place, uses it, lets go of it; whatever the file system throws becomes a refusal. */
function createVisit(guardsOf: (root: string) => Guard) {
  return async <Value>(
    place: Place,
    purpose: "read" | "write",
    use: (spot: Spot) => Attempt<Value> | Promise<Attempt<Value>>,
  ): Promise<Attempt<Value>> => {
    const spot = reach(place);
    if (!spot.ok) return spot;
    try {
      const problem = guardsOf(place.root)(pathOf(spot.value), purpose);
      return problem === undefined ? await use(spot.value) : refusal(place, problem);
    } catch (error) {
      return refusal(place, reasonOf(error));
    } finally {
      release(spot.value);
    }
  };
}

function openFile(folder: Held, name: string, place: Place, path: string): Attempt<FileReader> {
  // Not waiting for a writer: a pipe may have taken the file's place since it was looked at.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | NO_FOLLOW;
  let fd: number;
  try {
    fd = openSync(at(folder, name), flags);
  } catch (error) {
    return refusal(place, reasonOf(error));
  }
  const stats = fstatSync(fd, { bigint: true });
  if (!stats.isFile()) {
    closeSync(fd);
    return refusal(place, "it is not a regular file");
  }
  let isOpen = true;
  const close = () => {
    if (isOpen) closeSync(fd);
    isOpen = false;
  };
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let position = 0; isOpen; ) {
      const buffer = Buffer.allocUnsafe(READ_CHUNK_BYTES);
      const { bytesRead } = await readAsync(fd, buffer, 0, READ_CHUNK_BYTES, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }
  return {
    ok: true,
    value: { path, bytes: Number(stats.size), version: versionOf(stats), chunks, close },
  };
}

function versionOf(stats: { ino: bigint; size: bigint; mtimeNs: bigint; ctimeNs: bigint }): string {
  return `${stats.ino}-${stats.size}-${stats.mtimeNs}-${stats.ctimeNs}`;
}

interface Replacement {
  place: Place;
  spot: Spot;
  content: Uint8Array;
  options: WriteOptions;
  temporary: string;
}

async function replaceFile(replacement: Replacement): Promise<Attempt<Written>> {
  const { place, spot, content, options, temporary } = replacement;
  const path = pathOf(spot);
  const guard = guarded(path);
  if (guard !== undefined) return refusal(place, guard);
  if (spot.kind === "directory") return refusal(place, "it is a folder");
  if (spot.kind === "other") return refusal(place, "it is not a regular file");
  const name = makeFolders(spot);
  const folder = lastFolder(spot);
  const existing = spot.kind === "file" ? inspect(folder, name) : undefined;
  const isExpected = () =>
    options.replaces === undefined ||
    (existing !== undefined && inspect(folder, name).version === options.replaces);

  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | NO_FOLLOW;
  confirm(folder);
  const fd = openSync(at(folder, temporary), flags, existing === undefined ? 0o666 : OWNER_ONLY);
  try {
    try {
      if (existing !== undefined) fchmodSync(fd, existing.mode & PERMISSIONS);
      await writeAll(fd, content);
      await syncAsync(fd);
    } finally {
      closeSync(fd);
    }
    if (!isExpected()) throw new Error("it changed since it was read; read it again");
    confirm(folder);
    renameSync(at(folder, temporary), at(folder, name));
  } catch (error) {
    unlinkSync(at(folder, temporary));
    throw error;
  }
  await syncFolder(folder);
  return { ok: true, value: { path, is_new: existing === undefined } };
}

/** Makes the missing folders on the way, each held, and gives the file's own name. */
function makeFolders(spot: Spot): string {
  let name = spot.name ?? "";
  for (const next of spot.beyond) {
    const folder = lastFolder(spot);
    confirm(folder);
    try {
      mkdirSync(at(folder, name));
    } catch (error) {
      // Somebody else made it meanwhile; whether it is a folder, holding it will show.
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
    spot.folders.push(holdFolder(folder, name));
    name = next;
  }
  spot.name = name;
  spot.beyond = [];
  return name;
}

/** Mode and version of a file that we may write; a read-only file throws, as for anybody. */
function inspect(folder: Held, name: string): { mode: number; version: string } {
  const fd = openSync(at(folder, name), constants.O_WRONLY | constants.O_NONBLOCK | NO_FOLLOW);
  try {
    const stats = fstatSync(fd, { bigint: true });
    if (!stats.isFile()) throw new Error("it is not a regular file");
    return { mode: Number(stats.mode), version: versionOf(stats) };
  } finally {
    closeSync(fd);
  }
}

async function writeAll(fd: number, content: Uint8Array): Promise<void> {
  for (let offset = 0; offset < content.length; ) {
    const { bytesWritten } = await writeAsync(fd, content, offset, content.length - offset);
    offset += bytesWritten;
  }
}

/** Makes the rename itself last; a folder that we may not read is left to the system. */
async function syncFolder(folder: Held): Promise<void> {
  let fd: number;
  try {
    fd = openSync(at(folder, "."), constants.O_RDONLY | constants.O_DIRECTORY);
  } catch {
    return;
  }
  try {
    await syncAsync(fd);
  } finally {
    closeSync(fd);
  }
}

function createFile(spot: Spot, place: Place): Attempt<FileWriter> {
  if (spot.kind !== "missing" || spot.name === undefined || spot.beyond.length > 0) {
    return refusal(place, "a new file must be a new name in the folder itself");
  }
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | NO_FOLLOW;
  const fd = openSync(at(lastFolder(spot), spot.name), flags, OWNER_ONLY);
  let isOpen = true;
  return {
    ok: true,
    value: {
      path: `${place.root}/${pathOf(spot)}`,
      write: async (bytes) => await writeAll(fd, bytes),
      close: () => {
        if (isOpen) closeSync(fd);
        isOpen = false;
      },
    },
  };
}
