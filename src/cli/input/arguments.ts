// Reads flags and words by a table of flags. Strict: what the table does not name is an error.
// Rules: 1. A flag's value is the next argument whatever it looks like, unless that is itself a flag of
//           the table. 2. Everything after `--` is words. 3. `-` is a word.
import { JameyError } from "../../protocol/errors.ts";
import { suggest } from "../../protocol/suggest.ts";

export interface Flag {
  type: "string" | "boolean";
  description: string;
  alias?: string;
  valueHint?: string;
  /** The only values it takes. */
  options?: readonly string[];
  /** Values that a shell offers, beside others that it takes too. */
  offered?: readonly string[];
  isRepeatable?: true;
  /**
   * It may stand without a value, and then has this one. The next argument is its value only where it
   * fits the pattern; what is attached (`--flag=value`, `-fvalue`) always is.
   */
  optionalValue?: { default: string; pattern?: RegExp };
}

export type Flags = Readonly<Record<string, Flag>>;

export interface Arguments {
  words: readonly string[];
  has(name: string): boolean;
  /** How often a flag without a value stands there: 2 for -vv. */
  times(name: string): number;
  text(name: string): string | undefined;
  list(name: string): readonly string[];
  /** What stands behind a flag that was given without the value that it may have. */
  after(name: string): string | undefined;
}

export const usageError = (message: string): JameyError =>
  new JameyError("invalid_request", message);

interface Token {
  flag: string;
  /** Undefined for a flag without a value. */
  value: string | undefined;
  /** How many arguments it took. */
  length: number;
}

export function readArguments(flags: Flags, raw: readonly string[]): Arguments {
  const words: string[] = [];
  const values = new Map<string, string[]>();
  const times = new Map<string, number>();
  const after = new Map<string, string>();
  for (let index = 0; index < raw.length; ) {
    const argument = raw[index] ?? "";
    if (argument === "--") {
      words.push(...raw.slice(index + 1));
      break;
    }
    if (!isFlag(argument)) {
      words.push(argument);
      index += 1;
      continue;
    }
    const tokens = readFlag(flags, raw, index);
    for (const token of tokens) {
      addValue(flags, values, token);
      times.set(token.flag, (times.get(token.flag) ?? 0) + 1);
    }
    const last = tokens.at(-1);
    index += Math.max(...tokens.map((token) => token.length));
    const next = raw[index];
    if (last && isBareOptional(flags, last) && next !== undefined) after.set(last.flag, next);
  }
  return {
    words,
    has: (name) => values.has(name),
    times: (name) => times.get(name) ?? 0,
    text: (name) => values.get(name)?.at(-1),
    list: (name) => values.get(name) ?? [],
    after: (name) => after.get(name),
  };
}

const isBareOptional = (flags: Flags, { flag, value, length }: Token): boolean =>
  length === 1 && value !== undefined && value === flags[flag]?.optionalValue?.default;

/** Where the first word stands, flags and their values left aside; -1 where there is none. */
export function findFirstWord(flags: Flags, raw: readonly string[]): number {
  for (let index = 0; index < raw.length; ) {
    const argument = raw[index] ?? "";
    if (argument === "--") return -1;
    if (!isFlag(argument)) return index;
    index += lengthOf(flags, raw, index);
  }
  return -1;
}

const isFlag = (argument: string): boolean => argument.startsWith("-") && argument !== "-";

/** The flags that are there, as far as the table knows them: what is wrong with the line does not matter. */
export function* findFlags(flags: Flags, raw: readonly string[]): Generator<Token> {
  for (let index = 0; index < raw.length; ) {
    const argument = raw[index] ?? "";
    if (argument === "--") return;
    const tokens = isFlag(argument) ? tryFlag(flags, raw, index) : [];
    yield* tokens;
    index += Math.max(1, ...tokens.map((token) => token.length));
  }
}

function tryFlag(flags: Flags, raw: readonly string[], index: number): Token[] {
  try {
    return readFlag(flags, raw, index);
  } catch {
    return [];
  }
}

/** A flag that the table does not know may belong to the command that is looked for: it counts as one argument. */
function lengthOf(flags: Flags, raw: readonly string[], index: number): number {
  return Math.max(1, ...tryFlag(flags, raw, index).map((token) => token.length));
}

function addValue(flags: Flags, values: Map<string, string[]>, token: Token): void {
  const { flag, value } = token;
  const options = flags[flag]?.options;
  if (value !== undefined && options && !options.includes(value)) {
    throw usageError(`--${flag} takes ${options.join(", ")}; not '${value}'.`);
  }
  const before = values.get(flag) ?? [];
  if (before.length > 0 && value !== undefined && !flags[flag]?.isRepeatable) {
    throw usageError(`--${flag} is given twice.`);
  }
  values.set(flag, value === undefined ? before : [...before, value]);
}

function readFlag(flags: Flags, raw: readonly string[], index: number): Token[] {
  const argument = raw[index] ?? "";
  return argument.startsWith("--")
    ? [readLong(flags, raw, index, argument)]
    : readShorts(flags, raw, index, argument);
}

function readLong(flags: Flags, raw: readonly string[], index: number, argument: string): Token {
  const equals = argument.indexOf("=");
  const flag = equals < 0 ? argument.slice(2) : argument.slice(2, equals);
  const row = Object.hasOwn(flags, flag) ? flags[flag] : undefined;
  if (!row) throw unknownFlag(`--${flag}`, flags);
  if (row.type === "boolean") {
    if (equals >= 0) throw usageError(`--${flag} takes no value.`);
    return { flag, value: undefined, length: 1 };
  }
  if (equals >= 0) return { flag, value: argument.slice(equals + 1), length: 1 };
  return readValue(flags, raw, index, { flag, shown: `--${flag}` });
}

/** The value of a flag that has none attached. */
function readValue(
  flags: Flags,
  raw: readonly string[],
  index: number,
  { flag, shown }: { flag: string; shown: string },
): Token {
  const optional = flags[flag]?.optionalValue;
  if (optional && !optional.pattern?.test(raw[index + 1] ?? "")) {
    return { flag, value: optional.default, length: 1 };
  }
  return { flag, value: nextValue(flags, raw, index, shown), length: 2 };
}

/** `-qv`, `-p TEXT`, `-pTEXT`. */
function readShorts(
  flags: Flags,
  raw: readonly string[],
  index: number,
  argument: string,
): Token[] {
  const tokens: Token[] = [];
  for (let at = 1; at < argument.length; at += 1) {
    const letter = argument.charAt(at);
    const found = Object.entries(flags).find(([, row]) => row.alias === letter);
    if (!found) throw unknownFlag(`-${letter}`, flags);
    const [flag, row] = found;
    if (row.type === "boolean") {
      tokens.push({ flag, value: undefined, length: 1 });
      continue;
    }
    const rest = argument.slice(at + 1).replace(/^=/, "");
    const isAttached = at + 1 < argument.length;
    tokens.push(
      isAttached
        ? { flag, value: rest, length: 1 }
        : readValue(flags, raw, index, { flag, shown: `-${letter}` }),
    );
    break;
  }
  return tokens;
}

function nextValue(flags: Flags, raw: readonly string[], index: number, shown: string): string {
  const value = raw[index + 1];
  if (value === undefined) throw usageError(`${shown} needs a value.`);
  const name = value.replace(/=.*$/s, "");
  const isKnownFlag = Object.entries(flags).some(
    ([flag, row]) => name === `--${flag}` || (row.alias !== undefined && value === `-${row.alias}`),
  );
  if (isKnownFlag) {
    throw usageError(
      `${shown} needs a value, and '${value}' is a flag. Write ${shown}=${value} if you mean it.`,
    );
  }
  return value;
}

function unknownFlag(shown: string, flags: Flags): JameyError {
  const known = Object.entries(flags).flatMap(([flag, row]) =>
    row.alias === undefined ? [`--${flag}`] : [`--${flag}`, `-${row.alias}`],
  );
  const close = shown.startsWith("--") ? suggest(shown, known) : undefined;
  return usageError(
    `Unknown option ${shown}.${close ? ` Did you mean ${close}?` : ""} See 'jamey --help'.`,
  );
}
