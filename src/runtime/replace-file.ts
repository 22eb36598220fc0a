// Replaces a file of ours whole: the new content is on the disk, mode 0600, before it takes the old one's place.
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { JameyError, messageOf } from "../protocol/errors.ts";
import { writeAll } from "./write-all.ts";

/** A link is followed, so that it stays one; the new content appears whole or not at all. */
export function replaceFile(file: string, content: string): void {
  let temporary: string | undefined;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const target = existsSync(file) ? realpathSync(file) : file;
    temporary = join(dirname(target), `.${basename(target)}.${crypto.randomUUID()}`);
    const descriptor = openSync(temporary, "wx", 0o600);
    try {
      writeAll(descriptor, content);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, target);
  } catch (cause) {
    if (temporary !== undefined) rmSync(temporary, { force: true });
    const message = `${file} could not be written (${messageOf(cause)}). It is as it was.`;
    throw new JameyError("storage_failed", message, { cause });
  }
}
