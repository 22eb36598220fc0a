// The folder `objects/` as files: listed and read, written whole or not at all, removed into a bounded
// trash, watched. Decides nothing about what they hold.
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { JameyError, messageOf } from "../../protocol/errors.ts";
import { MAX_OBJECT_BYTES } from "../../protocol/limits.ts";
import { linkTarget } from "../link-target.ts";
import { boundedRead } from "./bounded-read.ts";
import { type Watching, watchFolder } from "./watch.ts";

/** Removed files that are kept; the oldest go first. */
const MAX_TRASHED_FILES = 200;

/** A new text beside a file, not yet in its place. */
export interface Draft {
  /** Puts it in place if the file still has this stamp (undefined: is not there); else false. */
  commit(stamp: string | undefined): boolean;
  discard(): void;
}

export interface ObjectFiles {
  /** Paths of the markdown files, sorted, with a stamp that changes when the file does. */
  list(): { file: string; stamp: string }[];
  read(file: string): string;
  /** undefined where there is no such file. */
  stamp(file: string): string | undefined;
  /** The path of a file by its name in the folder. */
  place(name: string): string;
  /** Throws where the text could not be written. */
  prepare(file: string, text: string): Draft;
  /** Moves the file into the trash, under this name. */
  remove(file: string, kept_as: string): void;
  /** Copies the file into the trash: what replaces it was not made from it. */
  keep(file: string, kept_as: string): void;
  isKept(kept_as: string): boolean;
  /** Tells soon after something in the folder has changed. Returns how to stop. */
  watch(watching: Watching): () => void;
}

export function objectFilesIn(places: { folder: string; trash: string }): ObjectFiles {
  const { folder, trash } = places;
  function keep(file: string, kept_as: string): void {
    mkdirSync(trash, { recursive: true, mode: 0o700 });
    const kept = join(trash, kept_as);
    copyFileSync(file, kept, constants.COPYFILE_EXCL);
    sync(kept);
    prune(trash);
  }
  return {
    list: () =>
      // A folder that somebody moved away holds nothing.
      (existsSync(folder) ? readdirSync(folder) : [])
        .filter((file) => file.endsWith(".md") && !file.startsWith("."))
        .toSorted()
        .flatMap((name) => {
          const file = join(folder, name);
          const stamp = stampOf(file);
          return stamp === undefined ? [] : [{ file, stamp }];
        }),
    read: (file) => boundedRead(file, MAX_OBJECT_BYTES),
    stamp: stampOf,
    place: (name) => join(folder, name),
    prepare: prepareDraft,
    remove(file, kept_as) {
      if (!moveInto(trash, file, kept_as)) {
        keep(file, kept_as);
        rmSync(file, { force: true });
      }
      sync(folder);
      prune(trash);
    },
    keep,
    isKept: (kept_as) => existsSync(join(trash, kept_as)),
    watch: (watching) => watchFolder(folder, watching),
  };
}

/** A file that cannot be looked at is there none the less: reading it says what is wrong. */
function stampOf(file: string): string | undefined {
  try {
    const found = statSync(file, { throwIfNoEntry: false, bigint: true });
    return found?.isFile() ? `${found.mtimeNs} ${found.size} ${found.ino}` : undefined;
  } catch (thrown) {
    return `unreadable: ${messageOf(thrown)}`;
  }
}

/** A link is followed, so that it stays one. */
function prepareDraft(file: string, text: string): Draft {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const target = linkTarget(file);
    const mode = (statSync(target, { throwIfNoEntry: false })?.mode ?? 0o600) & 0o777;
    // Hidden, so that no list shows it; one that a crash left is replaced.
    const draft = join(dirname(target), `.${basename(target)}.new`);
    writeDurably(draft, text, mode);
    return {
      commit(stamp) {
        if (stampOf(file) !== stamp) return false;
        renameSync(draft, target);
        sync(dirname(target));
        return true;
      },
      discard: () => rmSync(draft, { force: true }),
    };
  } catch (cause) {
    const message = `${file} could not be written (${messageOf(cause)}). Nothing was changed.`;
    throw new JameyError("storage_failed", message, { cause });
  }
}

function writeDurably(file: string, text: string, mode: number): void {
  rmSync(file, { force: true });
  const descriptor = openSync(file, "wx", 0o600);
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  if (mode !== 0o600) chmodSync(file, mode);
}

/** Makes what was copied, renamed or removed last. */
function sync(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** In one step, so that it is never in both places; false where it is a link, or another disk's. */
function moveInto(trash: string, file: string, kept_as: string): boolean {
  if (lstatSync(file).isSymbolicLink()) return false;
  mkdirSync(trash, { recursive: true, mode: 0o700 });
  try {
    renameSync(file, join(trash, kept_as));
    return true;
  } catch (thrown) {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "EXDEV") return false;
    throw thrown;
  }
}

function prune(trash: string): void {
  const names = readdirSync(trash);
  if (names.length <= MAX_TRASHED_FILES) return;
  const aged = names
    .map((name) => join(trash, name))
    .map((file) => ({ file, at: statSync(file, { throwIfNoEntry: false })?.ctimeMs ?? 0 }))
    .toSorted((one, other) => one.at - other.at);
  for (const { file } of aged.slice(0, aged.length - MAX_TRASHED_FILES)) {
    rmSync(file, { force: true });
  }
}
