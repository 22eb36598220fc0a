// The daemon's log: one line per entry, levels, rotation by size. Control characters are escaped, so
// that nothing from outside can forge a line or reach a terminal.
import { appendFileSync, renameSync, statSync } from "node:fs";

export type LogLevel = "debug" | "info" | "warn" | "error";
export const logLevels = ["debug", "info", "warn", "error"] as const satisfies LogLevel[];

type Fields = Record<string, string | number | boolean | null>;

export interface Log {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
}

/** A log file grows to this, then becomes `.1`, then `.2`. */
const MAX_LOG_BYTES = 5 * 1024 * 1024;
const KEPT_LOGS = 3;
/** A field's value is cut here. */
const MAX_FIELD_LENGTH = 2_000;

export function createLog(options: {
  level: LogLevel;
  now(): string;
  write(line: string): void;
}): Log {
  const threshold = logLevels.indexOf(options.level);
  const entry =
    (level: LogLevel) =>
    (message: string, fields: Fields = {}) => {
      if (logLevels.indexOf(level) < threshold) return;
      const pairs = Object.entries(fields).map(([key, value]) => ` ${key}=${encodeField(value)}`);
      options.write(`${options.now()} ${level.padEnd(5)} ${escaped(message)}${pairs.join("")}\n`);
    };
  return {
    debug: entry("debug"),
    info: entry("info"),
    warn: entry("warn"),
    error: entry("error"),
  };
}

/**
 * Appends to a file of mode 0600 and rotates it. Never throws: a full disk must not end what the log is
 * about. Lines that were lost are counted by the next that is not.
 */
export function openLogFile(
  file: string,
  maxBytes: number = MAX_LOG_BYTES,
): (line: string) => void {
  let lost = 0;
  return (line) => {
    const note = lost === 0 ? "" : `(${lost} lines could not be written)\n`;
    try {
      // Looked at each time: clients write into the same file what a daemon that starts says.
      if (sizeOf(file) > maxBytes) rotate(file);
      appendFileSync(file, note + line, { mode: 0o600 });
      lost = 0;
    } catch (_full) {
      lost += 1;
    }
  };
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function rotate(file: string): void {
  for (let index = KEPT_LOGS - 1; index >= 1; index -= 1) {
    const from = index === 1 ? file : `${file}.${index - 1}`;
    if (statSync(from, { throwIfNoEntry: false })) renameSync(from, `${file}.${index}`);
  }
}

function encodeField(value: string | number | boolean | null): string {
  if (typeof value !== "string") return String(value);
  const short = value.length > MAX_FIELD_LENGTH ? `${value.slice(0, MAX_FIELD_LENGTH)}…` : value;
  return /^[\w./:@+-]+$/.test(short) ? short : `"${escaped(short.replace(/["\\]/g, "\\$&"))}"`;
}

/** Control characters, line ends and direction marks as escapes. */
function escaped(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
}
