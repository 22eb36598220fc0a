// The credentials file: `NAME=value` lines that a human wrote, and the secrets that humans gave when asked.
// Mode 0600, replaced whole, read anew each time; nothing in it is ever logged or journaled.
import { existsSync, readFileSync } from "node:fs";
import { JameyError, messageOf } from "../protocol/errors.ts";
import { MAX_SECRET_LENGTH } from "../protocol/limits.ts";
import { replaceFile } from "./replace-file.ts";

export interface Credentials {
  read(): Record<string, string>;
  /** Durable when it returns. Throws `invalid_request` for what one line cannot hold. */
  keep(name: string, value: string): void;
  /** Takes the line of this name away. */
  remove(name: string): void;
}

export function createCredentials(file: string): Credentials {
  const text = () => {
    try {
      return existsSync(file) ? readFileSync(file, "utf8") : "";
    } catch (cause) {
      const message = `${file} cannot be read (${messageOf(cause)}).`;
      throw new JameyError("config_invalid", message, { cause });
    }
  };
  const without = (name: string) =>
    text()
      .split("\n")
      .filter((line) => line !== "" && nameOf(line) !== name);
  const write = (lines: string[]) => replaceFile(file, lines.map((line) => `${line}\n`).join(""));
  return {
    read: () => readCredentials(text()),
    keep(name, value) {
      checkSecret(value);
      write([...without(name), `${name}="${value}"`]);
    },
    remove: (name) => write(without(name)),
  };
}

function checkSecret(value: string): void {
  if (value === "") throw new JameyError("invalid_request", "The secret is empty.");
  if (/\p{Cc}/u.test(value)) {
    const message = "A secret is one line without control characters: give it in such a form.";
    throw new JameyError("invalid_request", message);
  }
  if (value.length > MAX_SECRET_LENGTH) {
    const message = `A secret has at most ${MAX_SECRET_LENGTH} characters.`;
    throw new JameyError("too_large", message);
  }
}

const LINE = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/;

const nameOf = (line: string): string | undefined => LINE.exec(line)?.[1];

/** `NAME=value` lines; `#` comments. What a human typed once, so nothing clever. */
export function readCredentials(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const line of text.split("\n")) {
    const [, name, value] = LINE.exec(line) ?? [];
    if (name !== undefined && value) found[name] = value.replace(/^(["'])(.*)\1$/, "$2");
  }
  return found;
}
