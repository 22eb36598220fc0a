// -O FILE: the final text of an answer as a file, beside stdout.
// Rules: 1. That it can be written is found out before anything is spent. 2. It is replaced in one step,
//        and only by an answer that is complete: after a failure the file is what it was.
import {
  closeSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { JameyError, messageOf } from "../protocol/errors.ts";
import { usageError } from "./arguments.ts";

/** In words, without the name of a file that is ours. */
const reasons: Readonly<Record<string, string>> = {
  ENOENT: "its folder does not exist",
  ENOTDIR: "its folder is a file",
  EACCES: "you may not write there",
  EROFS: "the disk is read-only",
  ENOSPC: "the disk is full",
};

export interface OutputFile {
  readonly path: string;
  /** Puts the text in the file's place. */
  commit(text: string): void;
  /** Leaves the file as it was. */
  discard(): void;
}

export function openOutputFile(named: string, directory: string): OutputFile {
  if (named === "" || named === "-") throw usageError("-O takes a file; stdout has the answer.");
  const path = resolve(directory, named);
  const before = statSync(path, { throwIfNoEntry: false });
  if (before?.isDirectory()) throw usageError(`-O takes a file, and ${named} is a folder.`);
  if (before && !before.isFile()) return openDevice(path, named);
  const partial = join(dirname(path), `.${basename(path)}.${process.pid}.part`);
  const file = attempt(named, () => openSync(partial, "wx", before ? before.mode & 0o777 : 0o666));
  return {
    path,
    commit(text) {
      attempt(named, () => {
        writeFileSync(file, text);
        fsyncSync(file);
        closeSync(file);
        renameSync(partial, path);
      });
    },
    discard() {
      closeSync(file);
      rmSync(partial, { force: true });
    },
  };
}

/** A named pipe or a device has no place that could be taken by another file. */
function openDevice(path: string, named: string): OutputFile {
  const file = attempt(named, () => openSync(path, "w"));
  return {
    path,
    commit(text) {
      attempt(named, () => writeFileSync(file, text));
      closeSync(file);
    },
    discard: () => closeSync(file),
  };
}

function attempt<Value>(named: string, work: () => Value): Value {
  try {
    return work();
  } catch (cause) {
    const why = reasons[codeOf(cause)] ?? messageOf(cause);
    throw new JameyError("storage_failed", `Cannot write ${named}: ${why}.`, { cause });
  }
}

const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
