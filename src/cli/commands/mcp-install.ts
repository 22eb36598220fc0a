// `jamey mcp install`: the entry that lets a host start the bridge, put into the host's own file of settings after
// a human has seen it. The file as it was is kept beside it.
import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { JameyError, messageOf } from "../../protocol/errors.ts";
import { isObject } from "../../protocol/json.ts";
import { differenceOf, paintDifference } from "../../terminal/difference.ts";
import { oneLine } from "../../terminal/strip.ts";
import { localOptions, urlFlag } from "../connect.ts";
import { type Context, columns, printJson } from "../context.ts";
import { usageError } from "../input/arguments.ts";
import { type HostName, type McpHost, mcpHosts } from "../mcp/hosts.ts";

const PRIVATE = 0o600;

export async function install(context: Context): Promise<number> {
  const [word] = context.arguments.words;
  if (word === undefined) return await list(context);
  // The table takes no other words.
  const host: McpHost = mcpHosts[word as HostName];
  const change = planChange(context, host);
  if (context.arguments.has("print")) return await show(context, change);
  if (change.after === change.before) {
    await context.note(`${host.title} knows jamey already: ${change.file}`);
    if (context.isJson) await printJson(context, said(change, { written: false, backup: null }));
    return 0;
  }
  if (!(await isWanted(context, host, change))) {
    await context.note("Nothing was written.");
    return 1;
  }
  const backup = write(change);
  if (context.isJson) await printJson(context, said(change, { written: true, backup }));
  else await context.out.write(`Written to ${change.file}. ${host.after}\n`);
  if (backup !== null) await context.note(`The file as it was: ${backup}`);
  return 0;
}

async function list(context: Context): Promise<number> {
  const places = placesOf(context);
  const hosts = Object.entries(mcpHosts).map(([name, host]) => {
    const file = host.file(places);
    return { name, title: host.title, file, found: existsSync(dirname(file)) };
  });
  if (context.isJson) await printJson(context, { hosts });
  else {
    const rows = hosts.map(({ name, title, file, found }) => [
      name,
      title,
      found ? file : "not found",
    ]);
    await context.out.write(columns(rows));
  }
  return 0;
}

const placesOf = ({ host }: Context) => ({
  home: host.variables.HOME ?? "/",
  platform: process.platform,
});

interface Change {
  file: string;
  name: string;
  entry: Record<string, unknown>;
  /** undefined: there is no file yet. */
  before: string | undefined;
  after: string;
}

function planChange(context: Context, host: McpHost): Change {
  if (urlFlag(context) !== undefined) {
    throw usageError(
      "A key has no place in a host's file: give the bridge --url and JAMEY_TOKEN there yourself.",
    );
  }
  const { environment } = localOptions(context);
  const isDefault = environment === "default";
  const plain = isDefault ? "jamey" : `jamey-${basename(environment)}`;
  const name = context.arguments.text("name") ?? plain;
  const [command = "jamey", ...program] = context.host.program;
  const home = context.host.variables.JAMEY_HOME;
  const args = [...program, "mcp", ...(isDefault ? [] : ["--env", environment])];
  const entry = {
    ...host.entry(command, args),
    ...(home === undefined ? {} : { env: { JAMEY_HOME: home } }),
  };
  const given = host.file(placesOf(context));
  const file = existsSync(given) ? realpathSync(given) : given;
  const before = existsSync(file) ? readFileSync(file, "utf8") : undefined;
  const settings = readSettings(before, { file, host, name, entry });
  const servers = settings[host.field];
  if (servers !== undefined && !isObject(servers))
    throw unreadable(file, "its servers are no object");
  const changed = { ...settings, [host.field]: { ...servers, [name]: entry } };
  const isSame = JSON.stringify(servers?.[name]) === JSON.stringify(entry);
  const after =
    isSame && before !== undefined
      ? before
      : `${JSON.stringify(changed, null, indentOf(before))}\n`;
  return { file, name, entry, before, after };
}

/** With comments in it a file is its owner's own work: what is to be added is shown, and not written. */
function readSettings(
  text: string | undefined,
  about: { file: string; host: McpHost; name: string; entry: Record<string, unknown> },
): Record<string, unknown> {
  if (text === undefined || text.trim() === "") return {};
  const { file, host, name, entry } = about;
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch (cause) {
    const snippet = JSON.stringify({ [host.field]: { [name]: entry } }, null, 2);
    throw new JameyError(
      "bad_data",
      `${file} is no plain JSON (${oneLine(messageOf(cause), 200)}); it may have comments. Nothing was changed. Add this to it:\n${snippet}`,
      { cause },
    );
  }
  throw unreadable(file, "it is no object");
}

const unreadable = (file: string, why: string) =>
  new JameyError("bad_data", `${file} is not what it should be: ${why}. Nothing was changed.`);

const indentOf = (text: string | undefined): string => /\n([ \t]+)"/.exec(text ?? "")?.[1] ?? "  ";

async function show(context: Context, change: Change): Promise<number> {
  if (context.isJson) await printJson(context, said(change, { written: false, backup: null }));
  else await context.out.write(await shown(context, change));
  return 0;
}

async function shown(context: Context, { file, before = "", after }: Change): Promise<string> {
  const patch = await differenceOf({ name: file, text: before }, { name: file, text: after });
  return paintDifference(context.out.hasColour, patch);
}

async function isWanted(context: Context, host: McpHost, change: Change): Promise<boolean> {
  if (context.arguments.has("yes")) return true;
  if (context.arguments.has("no-input") || !context.out.isTerminal) {
    throw usageError(
      `${host.title}'s settings are changed only after a yes: give --yes, or --print to look.`,
    );
  }
  await context.out.write(await shown(context, change));
  const { confirm, isCancel } = await import("@clack/prompts");
  const answer = await confirm({ message: `Write this to ${change.file}?` });
  return !isCancel(answer) && answer;
}

/** Beside it first, then in its place: nobody ever reads half of it. Returns where the old one is. */
function write({ file, before, after }: Change): string | null {
  mkdirSync(dirname(file), { recursive: true });
  const backup = before === undefined ? null : `${file}.before-jamey`;
  if (backup !== null) writeFileSync(backup, before ?? "", { mode: PRIVATE });
  // Who else may read it, its owner decided.
  const mode = before === undefined ? PRIVATE : statSync(file).mode & 0o777;
  const fresh = join(dirname(file), `.${basename(file)}.${crypto.randomUUID().slice(0, 8)}`);
  writeFileSync(fresh, after, { mode });
  renameSync(fresh, file);
  return backup;
}

const said = (
  { file, name, entry }: Change,
  done: { written: boolean; backup: string | null },
) => ({ file, name, entry, ...done });
