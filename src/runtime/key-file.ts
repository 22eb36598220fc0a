// `keys.yml` as a file: ours, written by nobody else, replaced whole. The new file beside it is the lock of
// who replaces it.
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { JameyError, messageOf } from "../protocol/errors.ts";
import { MAX_YAML_BYTES } from "./environment/yaml.ts";

/** Whoever takes longer to replace the file has died in doing so. */
const STALE_LOCK_MS = 10_000;

/** Its text; empty where there is none. */
export function readKeyFile(file: string): string {
  if (!existsSync(file)) return "";
  try {
    const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      check(file, fstatSync(descriptor));
      return readFileSync(descriptor, "utf8");
    } finally {
      closeSync(descriptor);
    }
  } catch (cause) {
    if (cause instanceof JameyError) throw cause;
    const message = `${file} cannot be read (${messageOf(cause)}).`;
    throw new JameyError("config_invalid", message, { cause });
  }
}

function check(file: string, found: ReturnType<typeof fstatSync>): void {
  const refuse = (reason: string) => new JameyError("config_invalid", `${file}: ${reason}`);
  if (!found.isFile()) throw refuse("is no regular file.");
  if (found.size > MAX_YAML_BYTES) throw refuse(`larger than ${MAX_YAML_BYTES} bytes.`);
  const uid = process.getuid?.();
  if (uid !== undefined && found.uid !== uid) throw refuse("belongs to another user.");
  if ((Number(found.mode) & 0o022) !== 0) {
    throw refuse(`others may write it, and so make keys: chmod 600 ${file}`);
  }
}

/** Appears whole or not at all; a link is followed, so that it stays one. */
export function replaceKeyFile(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const target = existsSync(file) ? realpathSync(file) : file;
  const temporary = `${target}.new`;
  const descriptor = lock(temporary);
  try {
    try {
      writeSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, target);
  } catch (cause) {
    rmSync(temporary, { force: true });
    const message = `The keys could not be kept in ${file} (${messageOf(cause)}).`;
    throw new JameyError("storage_failed", message, { cause });
  }
}

function lock(temporary: string): number {
  const found = statSync(temporary, { throwIfNoEntry: false });
  if (found && Date.now() - found.mtimeMs > STALE_LOCK_MS) rmSync(temporary, { force: true });
  try {
    return openSync(temporary, "wx", 0o600);
  } catch (cause) {
    const isTaken = existsSync(temporary);
    const message = isTaken
      ? `Another jamey changes the keys right now (${temporary}): try again.`
      : `The keys could not be kept (${messageOf(cause)}).`;
    throw new JameyError(isTaken ? "conflict" : "storage_failed", message, { cause });
  }
}
