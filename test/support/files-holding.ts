// Which files of a folder hold a text: what must be kept nowhere is looked for everywhere.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Paths below the folder, by name. What a daemon that ends takes away meanwhile holds nothing. */
export function filesHolding(folder: string, text: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => bytesOf(join(folder, path)).includes(text))
    .toSorted();
}

function bytesOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "EISDIR" || code === "ENXIO") return Buffer.alloc(0);
    throw error;
  }
}
