// Replaces a file in a process whose files may grow to some bytes only: as on a disk that is nearly full.
import { replaceFile } from "../../src/runtime/replace-file.ts";

const [file = "", length = "0"] = process.argv.slice(2);
try {
  replaceFile(file, "y".repeat(Number(length)));
  process.stdout.write("written");
} catch (thrown) {
  process.stdout.write(thrown instanceof Error ? thrown.message : "thrown");
}
