// Files of a human's own, read whole: never one without an end, and never one that somebody else has to fill first.
import { constants } from "node:fs";
import { open } from "node:fs/promises";

export type RegularFile =
  | { type: "text"; text: string; isCut: boolean }
  | { type: "none" }
  /** A folder, a pipe, a terminal: what is no file. */
  | { type: "other" };

/** What there is of it up to so many bytes. A pipe is not waited for, and a terminal not taken. */
export async function readRegularFile(path: string, maxBytes: number): Promise<RegularFile> {
  const { O_RDONLY, O_NONBLOCK, O_NOCTTY } = constants;
  try {
    await using file = await open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    const { size, isFile } = await kindOf(file);
    if (!isFile) return { type: "other" };
    const bytes = Buffer.alloc(Math.min(size, maxBytes));
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length, length);
      // It became shorter meanwhile.
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return { type: "text", text: bytes.toString("utf8", 0, length), isCut: size > maxBytes };
  } catch (_missing) {
    return { type: "none" };
  }
}

async function kindOf(file: Awaited<ReturnType<typeof open>>) {
  const found = await file.stat();
  return { size: found.size, isFile: found.isFile() };
}
