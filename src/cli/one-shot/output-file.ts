// -O FILE: the final text of an answer as a file, beside stdout.
// Rules: 1. That it can be written is found out before anything is spent, and nothing is made then. 2. It is
//           replaced in one step, and only by an answer that is complete: after a failure it is what it was.
//        3. Links are followed, never replaced. What has no place that a file could take – a pipe, a device,
//           all that stands in /proc – is written to where it is.
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  fstatSync,
  lstatSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
} from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { JameyError, messageOf } from "../../protocol/errors.ts";
import { usageError } from "../input/arguments.ts";
import { createOutput, systemCode } from "../output/write-out.ts";

/** Links that lead to links; the system itself follows as many. */
const MAX_LINKS = 40;
/** A named pipe that nobody reads is waited for so long, and looked at so often. Milliseconds. */
const READER_TIMEOUT_MS = 5000;
const READER_INTERVAL_MS = 50;
const APPENDING = constants.O_WRONLY | constants.O_APPEND | constants.O_NOCTTY;

/** In words, without the name of a file that is ours. */
const reasons: Readonly<Record<string, string>> = {
  ENOENT: "its folder does not exist",
  ENOTDIR: "its folder is a file",
  EACCES: "you may not write there",
  EROFS: "the disk is read-only",
  ENOSPC: "the disk is full",
  ENXIO: "nobody reads it",
  ELOOP: "its links lead in a circle",
};

export interface OutputFile {
  /** As it was named, in full. */
  readonly path: string;
  /** Puts the text in the file's place. */
  commit(text: string): Promise<void>;
}

export function openOutputFile(named: string, directory: string): OutputFile {
  if (named === "" || named === "-") throw usageError("-O takes a file; stdout has the answer.");
  const path = resolve(directory, named);
  const { target, before, isInPlace } = attemptNow(named, () => check(path, named));
  return {
    path,
    commit: (text) =>
      attempt(named, () =>
        isInPlace ? writeInPlace(target, named, text) : replace(target, before, text),
      ),
  };
}

interface Checked {
  /** Where the last link leads. */
  target: string;
  before: Stats | undefined;
  isInPlace: boolean;
}

function check(path: string, named: string): Checked {
  const target = followLinks(path);
  const before = statSync(target, { throwIfNoEntry: false });
  if (before?.isDirectory()) throw usageError(`-O takes a file, and ${named} is a folder.`);
  if (before && isStdout(before)) {
    throw usageError(`-O takes a file, and ${named} is what stdout is written to.`);
  }
  const isInPlace = isOfProcesses(target) || (before !== undefined && !before.isFile());
  if (before) {
    accessSync(target, constants.W_OK);
    // The administrator may write anywhere; a file without that right still says that nobody should.
    if (!isInPlace && (before.mode & 0o222) === 0) {
      throw new JameyError("storage_failed", `Cannot write ${named}: it is read-only.`);
    }
  }
  if (!isInPlace) accessSync(dirname(target), constants.W_OK | constants.X_OK);
  return { target, before, isInPlace };
}

/** By hand, because what the last one leads to may not be there yet, and /proc has links that are none. */
function followLinks(path: string): string {
  let at = path;
  for (let links = 0; links < MAX_LINKS; links += 1) {
    const target = join(realpathSync(dirname(at)), basename(at));
    const isLink = lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink() === true;
    if (!isLink || isOfProcesses(target)) return target;
    at = resolve(dirname(target), readlinkSync(target));
  }
  throw Object.assign(new Error("too many links"), { code: "ELOOP" });
}

/** /dev/stdout and /dev/fd/3 lead there: an open file, which has no other name that is sure. */
const isOfProcesses = (path: string): boolean => /^\/(?:proc|dev\/fd)\//.test(path);

/** Both would be written into each other. */
function isStdout(stat: Stats): boolean {
  if (!stat.isFile()) return false;
  try {
    const { dev, ino } = fstatSync(1);
    return dev === stat.dev && ino === stat.ino;
  } catch (_closed) {
    return false;
  }
}

async function replace(target: string, before: Stats | undefined, text: string): Promise<void> {
  const partial = join(dirname(target), `.jamey-${crypto.randomUUID()}.part`);
  try {
    const file = await open(partial, "wx", before ? 0o600 : 0o666);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    if (before) keepRights(partial, before);
    renameSync(partial, target);
  } catch (thrown) {
    rmSync(partial, { force: true });
    throw thrown;
  }
}

/** Whose it is comes first: changing that may take rights away. Only an administrator can keep it. */
function keepRights(path: string, { mode, uid, gid }: Stats): void {
  const made = statSync(path);
  if (process.getuid?.() === 0 && (made.uid !== uid || made.gid !== gid)) chownSync(path, uid, gid);
  chmodSync(path, mode & 0o777);
}

/** Behind what is there already, as a shell's `3>` goes on where it stood. */
async function writeInPlace(target: string, named: string, text: string): Promise<void> {
  // Held until the end: were it closed, the reader would take that for the end of the text.
  const held = await openRead(target);
  const file = await open(target, APPENDING);
  try {
    const sink = { write: (piece: string) => file.writeFile(piece) };
    const output = createOutput({ sink, name: named, isTerminal: false, hasColour: false });
    await output.write(text);
    if (output.gone.aborted) {
      throw new JameyError("storage_failed", `Cannot write ${named}: its reader went away.`);
    }
  } finally {
    await file.close();
    await held.close();
  }
}

/** A pipe that nobody reads would hold up whoever opens it, for ever. */
async function openRead(target: string): Promise<FileHandle> {
  for (let waitedMs = 0; ; waitedMs += READER_INTERVAL_MS) {
    try {
      return await open(target, APPENDING | constants.O_NONBLOCK);
    } catch (thrown) {
      if (systemCode(thrown) !== "ENXIO" || waitedMs >= READER_TIMEOUT_MS) throw thrown;
    }
    await Bun.sleep(READER_INTERVAL_MS);
  }
}

function attemptNow<Value>(named: string, work: () => Value): Value {
  try {
    return work();
  } catch (cause) {
    throw described(named, cause);
  }
}

async function attempt<Value>(named: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (cause) {
    throw described(named, cause);
  }
}

function described(named: string, cause: unknown): JameyError {
  if (cause instanceof JameyError) return cause;
  const why = reasons[systemCode(cause) ?? ""] ?? messageOf(cause);
  return new JameyError("storage_failed", `Cannot write ${named}: ${why}.`, { cause });
}
