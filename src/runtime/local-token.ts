// The token of this user's own clients over TCP: a file that only this user can read, made anew for each
// daemon and gone with it.
import { randomBytes } from "node:crypto";
import { closeSync, constants, fstatSync, lstatSync, openSync, unlinkSync } from "node:fs";
import { JameyError } from "../protocol/errors.ts";
import { writeAll } from "./write-all.ts";

const TOKEN_BYTES = 32;

export const createToken = (): string => randomBytes(TOKEN_BYTES).toString("base64url");

/** Replaces what a killed daemon left; anything else is refused. Returns how to remove it. */
export function writeToken(file: string, token: string): () => void {
  removeStale(file);
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const descriptor = openSync(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  let ino: number;
  try {
    ({ ino } = fstatSync(descriptor));
    writeAll(descriptor, `${token}\n`);
  } catch (thrown) {
    // Half a token lets nobody in.
    unlinkSync(file);
    throw thrown;
  } finally {
    closeSync(descriptor);
  }
  return () => {
    if (lstatSync(file, { throwIfNoEntry: false })?.ino === ino) unlinkSync(file);
  };
}

function removeStale(file: string): void {
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (!found) return;
  const uid = process.getuid?.();
  if (!found.isFile() || (uid !== undefined && found.uid !== uid)) {
    const message = `${file} is in the way and no token of ours: move it, then start again.`;
    throw new JameyError("config_invalid", message);
  }
  unlinkSync(file);
}
