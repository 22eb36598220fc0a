// Pages of help, made from the table of commands: examples before anything else, then what may be given.
// Rule: nothing here starts or asks a daemon.
import { suggest } from "../../protocol/suggest.ts";
import { paint } from "../../terminal/colour.ts";
import { type Context, printJson } from "../context.ts";
import { type Flags, usageError } from "../input/arguments.ts";
import { globalFlags, oneShotFlags } from "../table/flags.ts";
import { type Row, type Rows, rows } from "../table/table.ts";
import { isTerminal, terminalColumns } from "../terminal.ts";
import { type Example, examples } from "./examples.ts";
import { groupFlags } from "./flag-groups.ts";
import { type Entry, entryLines, heading, MAX_WIDTH, paragraph, type Style } from "./layout.ts";
import { shortCodes } from "./topics/exit-codes.ts";
import { drawTopic, findTopic, type Topic, topics } from "./topics/index.ts";
import { allCommands, flagLabel, wordLabel } from "./usage.ts";

/** The page of a command, of a topic, or of both where they have one name. */
export async function showHelp(context: Context, path: readonly string[]): Promise<number> {
  const topic = path.length === 1 ? findTopic(path[0] ?? "") : undefined;
  const row = findRow(path, topic !== undefined);
  if (context.isJson) {
    await printJson(context, describe(path, row, topic));
    return 0;
  }
  const style = pageStyle(context);
  const pages = [
    ...(path.length === 0 ? [rootPage(style)] : []),
    ...(row ? [await commandPage(path, row, style)] : []),
    ...(topic ? [await drawTopic(topic, context.host, style)] : []),
  ];
  const text = `${pages.join("\n").trimEnd()}\n`;
  if (!context.out.isTerminal) await context.out.write(text);
  else await (await import("../output/pager.ts")).withPager(context, text);
  return 0;
}

/** Everything there is to read, one page after the other. */
export async function allPages(context: Context): Promise<string> {
  const style = pageStyle(context);
  const pages = [rootPage(style)];
  for (const { path, row } of allCommands()) pages.push(await commandPage(path, row, style));
  for (const topic of Object.values(topics))
    pages.push(await drawTopic(topic, context.host, style));
  return pages.join("\n");
}

/** As wide as the terminal, as a pipe's reader would like it otherwise. */
export function pageStyle({ out, host }: Pick<Context, "out" | "host">): Style {
  const asked = Number(host.variables.COLUMNS);
  const given = Number.isSafeInteger(asked) && asked > 0 ? asked : undefined;
  const width = given ?? (out.isTerminal && isTerminal(1) ? terminalColumns() : MAX_WIDTH);
  return { width: Math.min(width, MAX_WIDTH), hasColour: out.hasColour };
}

function findRow(path: readonly string[], isTopic: boolean): Row | undefined {
  let group: Rows | undefined = rows;
  let row: Row | undefined;
  for (const [index, name] of path.entries()) {
    row = group && Object.hasOwn(group, name) ? group[name] : undefined;
    if (!row && isTopic) return undefined;
    if (!row) throw unknown(path, index, group);
    group = row.rows;
  }
  return row;
}

function unknown(path: readonly string[], index: number, group: Rows | undefined) {
  const names = [...Object.keys(group ?? {}), ...(index === 0 ? Object.keys(topics) : [])];
  const before = path.slice(0, index);
  const close = suggest(path[index] ?? "", names);
  const meant = close ? ` Did you mean 'jamey help ${[...before, close].join(" ")}'?` : "";
  const kind = index === 0 ? "command or topic" : "command";
  return usageError(`There is no ${kind} '${path.join(" ")}'.${meant} See 'jamey --help'.`);
}

function rootPage(style: Style): string {
  const commands = Object.entries(rows).map(([name, row]): Entry => [name, row.description]);
  return [
    `${heading("Examples", style)}${exampleLines(examples[""] ?? [], style)}`,
    `${heading("Usage", style)}  jamey [options] "a prompt"\n  jamey <command> [options]\n  other-command | jamey -p "a prompt"\n`,
    `${heading("Commands", style)}${entryLines(commands, style)}`,
    `${heading("Options of a prompt", style)}${foldedGroups(oneShotFlags, style)}${paragraph("What each does: jamey run --help", style)}`,
    `${heading("Everywhere", style)}${paragraph(`${folded(Object.entries(globalFlags))}: jamey help options`, style)}`,
    `${heading("Topics", style)}${paragraph(`jamey help ${Object.keys(topics).join(" | ")}`, style)}`,
    `${heading("Exit codes", style)}${paragraph(`${shortCodes}. All: jamey exit-codes`, style)}`,
  ].join("\n");
}

async function commandPage(path: readonly string[], row: Row, style: Style): Promise<string> {
  const shown = `jamey ${path.join(" ")}`;
  const sections = [`${paint(style.hasColour, "bold", shown)}: ${row.description}\n`];
  const found = examples[path.join(" ")] ?? [];
  if (found.length > 0) {
    sections.push(`${heading("Examples", style)}${exampleLines(found, style)}`);
  }
  sections.push(`${heading("Usage", style)}  ${await usageLine(path, row)}\n`);
  const words = (row.words ?? []).filter((word) => word.options);
  if (words.length > 0) {
    const entries = words.map((word): Entry => [wordLabel(word), word.options?.join(", ") ?? ""]);
    sections.push(`${heading("Arguments", style)}${entryLines(entries, style)}`);
  }
  if (row.rows) {
    const entries = Object.entries(row.rows).map(([name, one]): Entry => [name, one.description]);
    sections.push(`${heading("Commands", style)}${entryLines(entries, style)}`);
  }
  sections.push(...optionSections(row.flags ?? {}, style));
  const everywhere = `${folded(Object.entries(globalFlags))}: jamey help options. Exit codes: jamey exit-codes`;
  sections.push(`${heading("Everywhere", style)}${paragraph(everywhere, style)}`);
  return sections.join("\n");
}

/** One list where there are few flags, one for each group where there are many. */
function optionSections(flags: Flags, style: Style): string[] {
  const groups = groupFlags(flags);
  const count = Object.keys(flags).length;
  if (count === 0) return [];
  const entries = (some: Flags): string => entryLines(flagEntries(some), style);
  if (count <= MAX_UNGROUPED) return [`${heading("Options", style)}${entries(flags)}`];
  return groups.map(
    ([title, found]) =>
      `${heading(`Options: ${title}`, style)}${entries(Object.fromEntries(found))}`,
  );
}

/** Flags that are still seen at a glance. */
const MAX_UNGROUPED = 8;

export const flagEntries = (flags: Flags): Entry[] =>
  Object.entries(flags).map(([name, flag]) => [flagLabel(name, flag), flag.description]);

const folded = (flags: readonly (readonly [string, Flags[string]])[]): string =>
  flags
    .map(([name, { alias }]) => (alias === undefined ? `--${name}` : `-${alias}/--${name}`))
    .join("  ");

function foldedGroups(flags: Flags, style: Style): string {
  return entryLines(
    groupFlags(flags).map(([title, found]): Entry => [title, folded(found)]),
    style,
  );
}

function exampleLines(examples: readonly Example[], style: Style): string {
  return entryLines(examples, style, Math.floor(style.width / 2));
}

/** `jamey sessions show [OPTIONS] <SESSION>`: of all that citty writes of a row, its line of usage. */
async function usageLine(path: readonly string[], row: Row): Promise<string> {
  const { renderUsage } = await import("citty");
  const words = (row.words ?? []).map(
    ({ name, isOptional, isRest }) =>
      [
        isRest ? `${name}...` : name,
        { type: "positional" as const, required: !isOptional },
      ] as const,
  );
  const usage = await renderUsage({
    meta: { name: ["jamey", ...path].join(" ") },
    args: { ...globalFlags, ...row.flags, ...Object.fromEntries(words) },
    ...(row.rows ? { subCommands: subCommandsOf(row.rows) } : {}),
  });
  // It knows nothing of --color.
  const line = /^USAGE (.*\S)/m.exec(Bun.stripANSI(usage))?.[1] ?? "";
  // Nor of a group that is a command of its own too.
  return row.rows && row.load ? line.replace(/ (\S+)$/, " [$1]") : line;
}

const subCommandsOf = (group: Rows) =>
  Object.fromEntries(Object.keys(group).map((name) => [name, { meta: { name } }]));

/** The same page for a program. */
function describe(path: readonly string[], row: Row | undefined, topic: Topic | undefined) {
  const commands = path.length === 0 ? rows : (row?.rows ?? {});
  return {
    command: ["jamey", ...path].join(" "),
    description: row?.description ?? topic?.summary ?? "A living environment of AI agents",
    examples: (examples[path.join(" ")] ?? []).map(([command, purpose]) => ({
      command,
      purpose,
    })),
    words: (row?.words ?? []).map(({ name, isOptional, isRest, options }) => ({
      name,
      required: isOptional !== true,
      repeats: isRest === true,
      values: options ?? null,
    })),
    options: describeFlags(path.length === 0 ? oneShotFlags : (row?.flags ?? {})),
    global_options: describeFlags(globalFlags),
    commands: Object.entries(commands).map(([name, { description }]) => ({ name, description })),
    topics: path.length === 0 ? Object.keys(topics) : [],
  };
}

const describeFlags = (flags: Flags) =>
  Object.entries(flags).map(([name, flag]) => ({
    name: `--${name}`,
    letter: flag.alias === undefined ? null : `-${flag.alias}`,
    value: flag.type === "boolean" ? null : (flag.valueHint ?? "value"),
    values: flag.options ?? null,
    repeats: flag.isRepeatable === true,
    description: flag.description,
  }));
