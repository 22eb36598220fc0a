// Whether a file descriptor is a terminal. The module that knows costs milliseconds at every start, so it
// is asked only where the answer may be yes.
import { fstatSync } from "node:fs";

export function isTerminal(descriptor: number): boolean {
  try {
    if (!fstatSync(descriptor).isCharacterDevice()) return false;
  } catch (_closed) {
    return false;
  }
  return process.getBuiltinModule("node:tty").isatty(descriptor);
}

/** What a line is wrapped to where nothing is known. Columns. */
const DEFAULT_COLUMNS = 80;

/** How wide the terminal at stdout is now. Only asked where stdout is one. */
export function terminalColumns(): number {
  const { columns } = process.stdout;
  return columns > 0 ? columns : DEFAULT_COLUMNS;
}
