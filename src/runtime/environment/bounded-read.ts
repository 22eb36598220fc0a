// Reading files that people write: regular ones, up to a size, as UTF-8.
import { readFileSync, type Stats, statSync } from "node:fs";
import { JameyError, messageOf } from "../../protocol/errors.ts";

/** A regular file's text. Anything else could block for ever, or never end. */
export function boundedRead(file: string, maxBytes: number): string {
  const found = look(file);
  if (!found.isFile()) throw new JameyError("config_invalid", `${file}: is no regular file.`);
  if (found.size > maxBytes) {
    throw new JameyError("config_invalid", `${file}: larger than ${maxBytes} bytes.`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file));
  } catch (cause) {
    throw new JameyError("config_invalid", `${file}: ${messageOf(cause)}`, { cause });
  }
}

function look(file: string): Stats {
  try {
    return statSync(file);
  } catch (cause) {
    // A link in a circle, a way through what is no folder: it is this file that is at fault.
    throw new JameyError("config_invalid", `${file}: ${messageOf(cause)}`, { cause });
  }
}
