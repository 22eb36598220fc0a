// The file of a human's own keys: read once, when the interface opens. What is wrong in it is said, and left out.
import { join } from "node:path";
import { readRegularFile } from "../../client/regular-file.ts";
import {
  BINDINGS_FILE,
  MAX_BINDINGS_BYTES,
  type ReadBindings,
  readBindings,
} from "../palette/bindings.ts";

export async function readBindingsFile(folder: string): Promise<ReadBindings> {
  // One byte more than it may have says that it is too long.
  const read = await readRegularFile(join(folder, BINDINGS_FILE), MAX_BINDINGS_BYTES + 1);
  if (read.type === "text") return readBindings(read.text);
  const problem = "this is no file: write one, or remove it";
  return { bindings: {}, problems: read.type === "other" ? [{ line: 1, problem }] : [] };
}
