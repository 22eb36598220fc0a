// `keys.yml` as a file: ours, written by nobody else, replaced whole. Whoever changes it holds the lock beside
// it from before it is read until it is replaced, so that no change is lost.
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  realpathSync,
} from "node:fs";
import { JameyError, messageOf } from "../protocol/errors.ts";
import { MAX_YAML_BYTES } from "./environment/yaml.ts";
import { takeLock } from "./lock.ts";
import { replaceFile } from "./replace-file.ts";

/** A change takes milliseconds: whoever waits longer than this for others is told. */
const LOCK_WAIT_MS = 500;

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

/** Replaces its text by what `change` makes of it; where that throws, nothing is changed. */
export function changeKeyFile(file: string, change: (text: string) => string): void {
  const target = existsSync(file) ? realpathSync(file) : file;
  const lock = takeLock(`${target}.lock`, { waitMs: LOCK_WAIT_MS });
  if (!lock) {
    const message = `Another jamey changes the keys right now (${target}.lock): try again.`;
    throw new JameyError("conflict", message);
  }
  try {
    const text = change(readKeyFile(target));
    // What could not be read again would let nobody in.
    if (Buffer.byteLength(text) > MAX_YAML_BYTES) {
      throw new JameyError("overloaded", `${file} is full: revoke a key first.`);
    }
    replaceFile(target, text);
  } finally {
    lock.release();
  }
}
