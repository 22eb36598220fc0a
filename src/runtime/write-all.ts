// Writes a text whole. A disk that has little room left takes a part, and says so only by the count.
import { writeSync } from "node:fs";

/** Throws what the disk says when not all of it fits. */
export function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length; ) {
    const count = writeSync(descriptor, bytes, written);
    if (count === 0) throw new Error(`only ${written} of ${bytes.length} bytes could be written`);
    written += count;
  }
}
