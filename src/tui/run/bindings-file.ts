// The file of a human's own keys: read once, when the interface opens. What is wrong in it is said, and left out.
import { join } from "node:path";
import {
  BINDINGS_FILE,
  MAX_BINDINGS_BYTES,
  type ReadBindings,
  readBindings,
} from "../palette/bindings.ts";

export async function readBindingsFile(folder: string): Promise<ReadBindings> {
  const file = Bun.file(join(folder, BINDINGS_FILE));
  // One byte more than it may have says that it is too long.
  const text = await file
    .slice(0, MAX_BINDINGS_BYTES + 1)
    .text()
    .catch(() => "");
  return readBindings(text);
}
