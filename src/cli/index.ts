// The command line: which row of the table was meant, what it is given, and how its end becomes an exit code.
// Rule: an exit code is only ever set, never forced: returning naturally is what flushes stdout.
import { errorCodes, toErrorBody } from "../protocol/errors.ts";
import { suggest } from "../protocol/suggest.ts";
import { hasColour } from "../terminal/colour.ts";
import { type Context, createContext, type Host, type Run } from "./context.ts";
import {
  type Arguments,
  type Flags,
  findFirstWord,
  findFlags,
  readArguments,
  usageError,
} from "./input/arguments.ts";
import { checkChat, checkExtract, chooseMode, opensInterface } from "./mode.ts";
import { stdinUse } from "./one-shot/stdin.ts";
import { describeError, errorFields } from "./output/error-line.ts";
import { jsonLine } from "./output/json-text.ts";
import { createOutput, type Output, openSink, READER_GONE } from "./output/write-out.ts";
import { globalFlags, interfaceFlags, oneShotFlags } from "./table/flags.ts";
import { type Row, type Rows, rows } from "./table/table.ts";
import { isTerminal } from "./terminal.ts";

/** What was meant: a command with its arguments, a page of help, or an error that says why not. */
interface Plan {
  arguments: Arguments;
  run: Run;
}

/** Runs one command line; the number is the exit code. */
export async function runCli(raw: readonly string[], host: Host): Promise<number> {
  const { out, err } = openOutputs(raw, host);
  try {
    const { arguments: given, run } = await plan(raw);
    const context: Context = createContext({ host, arguments: given, out, err });
    const code = await run(context);
    return out.gone.aborted && code === 0 ? READER_GONE : code;
  } catch (thrown) {
    return await fail(thrown, { raw, out, err });
  }
}

/** Colours have to be known before the arguments are: an error in them is written in colour too. */
function openOutputs(raw: readonly string[], { variables }: Host): { out: Output; err: Output } {
  const before = raw.slice(0, raw.includes("--") ? raw.indexOf("--") : undefined);
  const at = before.indexOf("--color");
  const attached = before.find((argument) => argument.startsWith("--color="));
  const flag = attached?.slice("--color=".length) ?? (at < 0 ? undefined : before[at + 1]);
  const isOffByFlag = before.includes("--no-color");
  const open = (file: Bun.BunFile, name: string, isTerminal: boolean) =>
    createOutput({
      sink: openSink(file),
      name,
      isTerminal,
      isOptional: name === "stderr",
      hasColour: hasColour({ flag, isOffByFlag, variables, isTerminal }),
    });
  return {
    out: open(Bun.stdout, "stdout", isTerminal(1)),
    err: open(Bun.stderr, "stderr", isTerminal(2)),
  };
}

async function plan(raw: readonly string[]): Promise<Plan> {
  const rootFlags = { ...globalFlags, ...oneShotFlags };
  const index = findFirstWord(rootFlags, raw);
  const name = raw[index];
  const row = name !== undefined && Object.hasOwn(rows, name) ? rows[name] : undefined;
  if (row && name !== undefined) {
    return await planRow(row, [name], [...raw.slice(0, index), ...raw.slice(index + 1)], index);
  }
  // `jamey --theme light` is `jamey tui --theme light`.
  if (rows.tui && asksForInterface(raw)) return await planRow(rows.tui, ["tui"], raw, 0);
  const given = readArguments(rootFlags, raw);
  // One bare word was meant as a command, or as a topic: help says if it is neither.
  if (given.has("help")) return await helpPlan(given.words.filter(isBare).slice(0, 1), given);
  checkExtract(given, { isRun: false });
  const mode = chooseMode({
    words: given.words,
    raw,
    wordAt: index,
    hasPromptFlag: given.has("prompt") || given.has("prompt-file") || given.has("input-format"),
    isInteractive: given.has("interactive"),
    hasSession: given.has("continue") || given.has("resume"),
    isStdinExplicit: stdinUse(given) !== undefined,
    isStdinTerminal: isTerminal(0),
    isStdoutTerminal: isTerminal(1),
    commands: Object.keys(rows),
  });
  if (mode.type === "wrong") throw mode.error;
  if (mode.type === "one_shot") return { arguments: given, run: await loadRow(rows.run, "run") };
  checkChat(given);
  const conversation = opensInterface(given) ? rows.tui : rows.chat;
  return { arguments: given, run: await loadRow(conversation, "tui") };
}

/** A flag that only the interface has, and no word of a command or a prompt. */
function asksForInterface(raw: readonly string[]): boolean {
  const others: Flags = { ...globalFlags, ...oneShotFlags };
  const all: Flags = { ...others, ...interfaceFlags };
  if (findFirstWord(all, raw) >= 0) return false;
  const flags = [...findFlags(all, raw)].map(({ flag }) => flag);
  const isFree = flags.every(
    (flag) => Object.hasOwn(globalFlags, flag) || Object.hasOwn(interfaceFlags, flag),
  );
  return isFree && flags.some((flag) => !Object.hasOwn(others, flag));
}

const isBare = (word: string): boolean => /^[a-z][\w-]*$/i.test(word);

/** `from` is where the words of this row begin. */
async function planRow(
  row: Row,
  path: readonly string[],
  raw: readonly string[],
  from: number,
): Promise<Plan> {
  const flags: Flags = { ...globalFlags, ...row.needPrompt, ...row.flags };
  if (row.rows) return await planGroup({ ...row, rows: row.rows }, path, raw, from);
  const given = readArguments(flags, raw);
  if (row.isHelp) return await helpPlan(given.words, given);
  if (given.has("help")) return await helpPlan(path, given);
  if (row.needPrompt) checkChat(given);
  checkWords(row, path, given.words);
  if (row.isManual) return { arguments: given, run: (await import("./help/man/index.ts")).man };
  return { arguments: given, run: await loadRow(row, path.join(" ")) };
}

async function planGroup(
  { rows: group, ...own }: Row & { rows: Rows },
  path: readonly string[],
  raw: readonly string[],
  from: number,
): Promise<Plan> {
  const next = findFirstWord(globalFlags, raw.slice(from));
  const name = next < 0 ? undefined : raw[from + next];
  const shown = `jamey ${path.join(" ")}`;
  if (name === undefined) {
    const given = readArguments(globalFlags, raw);
    if (given.has("help")) return await helpPlan(path, given);
    // A command of its own too.
    if (own.load) return { arguments: given, run: await own.load() };
    throw usageError(`${shown} needs one of: ${Object.keys(group).join(", ")}.`);
  }
  const row = Object.hasOwn(group, name) ? group[name] : undefined;
  if (!row) {
    const close = suggest(name, Object.keys(group));
    const meant = close
      ? `Did you mean '${shown} ${close}'?`
      : `There are: ${Object.keys(group).join(", ")}.`;
    throw usageError(`Unknown command '${shown} ${name}'. ${meant}`);
  }
  const at = from + next;
  return await planRow(row, [...path, name], [...raw.slice(0, at), ...raw.slice(at + 1)], at);
}

function checkWords(row: Row, path: readonly string[], given: readonly string[]): void {
  const words = row.words ?? [];
  const missing = words.find((word, index) => !word.isOptional && given[index] === undefined);
  const shown = `jamey ${path.join(" ")}`;
  if (missing) throw usageError(`${shown} needs a <${missing.name}>. See '${shown} --help'.`);
  for (const [index, { options }] of words.entries()) {
    const word = given[index];
    if (!options || word === undefined || options.includes(word)) continue;
    const close = suggest(word, options);
    const meant = close ? ` Did you mean '${close}'?` : "";
    throw usageError(`${shown} takes ${options.join(", ")}; not '${word}'.${meant}`);
  }
  const takesAll = words.some((word) => word.isRest);
  if (!takesAll && given.length > words.length) {
    throw usageError(`${shown} does not take '${given[words.length]}'. See '${shown} --help'.`);
  }
}

async function loadRow(row: Row | undefined, name: string): Promise<Run> {
  if (!row?.load) throw usageError(`'${name}' cannot be run. See 'jamey --help'.`);
  return await row.load();
}

async function helpPlan(path: readonly string[], given: Arguments): Promise<Plan> {
  const { showHelp } = await import("./help/help.ts");
  return { arguments: given, run: (context) => showHelp(context, path) };
}

async function fail(
  thrown: unknown,
  { raw, out, err }: { raw: readonly string[]; out: Output; err: Output },
): Promise<number> {
  const error = toErrorBody(thrown);
  const { exit: exit_code } = errorCodes[error.code];
  if (wantsJson(raw)) {
    const { details } = error;
    const object = { type: "error", error: { ...errorFields(error), details }, exit_code };
    // Where stdout is what failed, stderr alone says so.
    await out.write(jsonLine(object)).catch(() => undefined);
  }
  await err.write(`${describeError(error, err.hasColour)}\n`);
  return exit_code;
}

/** By the line as it stands: it may be what is wrong. */
function wantsJson(raw: readonly string[]): boolean {
  const tokens = [...findFlags({ ...globalFlags, ...oneShotFlags }, raw)];
  return tokens.some(
    ({ flag, value }) =>
      flag === "json" || (flag === "output-format" && (value ?? "").endsWith("json")),
  );
}
