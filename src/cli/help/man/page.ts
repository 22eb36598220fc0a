// The manual page, made from the table of commands, the flags and the topics. Pure.
import type { Flags } from "../../input/arguments.ts";
import { globalFlags, oneShotFlags } from "../../table/flags.ts";
import type { Row } from "../../table/table.ts";
import { examples } from "../examples.ts";
import { groupFlags } from "../flag-groups.ts";
import type { Section } from "../topics/section.ts";
import { allCommands, flagLabel, wordLabel } from "../usage.ts";
import { commandLine, paragraphs, quoted, section, subsection, term, textLine } from "./roff.ts";

const DESCRIPTION = [
  "jamey runs AI agents on your own machine. A daemon owns the agents, which are markdown files, their conversations and a journal of everything that happened. The command line, pipes and every other interface are thin clients of it, and see the same live state.",
  "Without a command and with a prompt, jamey says it once and prints the answer; stdout carries nothing else. On a terminal and without a prompt it begins a conversation. The daemon starts by itself when it is needed.",
];

export interface Manual {
  version: string;
  topics: readonly { name: string; summary: string; sections: readonly Section[] }[];
}

export function manualPage({ version, topics }: Manual): string {
  const lines = [
    `.TH JAMEY 1 "" ${quoted(`jamey ${version}`)} "User Commands"`,
    section("Name"),
    "jamey \\- AI agents that live on your own machine",
    section("Synopsis"),
    ...synopsis(),
    section("Description"),
    ...paragraphs(DESCRIPTION),
    section("Examples"),
    ...(examples[""] ?? []).flatMap(([command, purpose]) => commandLine(command, purpose)),
    section("Options of a prompt"),
    ...groupFlags(oneShotFlags).flatMap(([title, flags]) => [
      subsection(`${title.charAt(0).toUpperCase()}${title.slice(1)}`),
      ...options(Object.fromEntries(flags)),
    ]),
    section("Options of every command"),
    ...options(globalFlags),
    section("Commands"),
    ...allCommands().flatMap(({ path, row }) => command(path, row)),
    ...topics.filter(({ name }) => name !== "options").flatMap(topicLines),
  ];
  return `${lines.join("\n")}\n`;
}

const synopsis = (): string[] => [
  ".B jamey",
  textLine("[options] [prompt]"),
  ".br",
  ".B jamey",
  textLine("command [options] [words]"),
  ".br",
  textLine("command | "),
  ".B jamey",
  textLine("[options] -p prompt"),
];

const options = (flags: Flags): string[] =>
  Object.entries(flags).flatMap(([name, flag]) =>
    term(flagLabel(name, flag).trim(), flag.description),
  );

/** A flag of a prompt is explained once, at the beginning. */
function command(path: readonly string[], row: Row): string[] {
  const words = (row.words ?? []).map(wordLabel).join(" ");
  const own = Object.entries(row.flags ?? {}).filter(
    ([name, flag]) =>
      !Object.entries(oneShotFlags).some(([known, one]) => known === name && one === flag),
  );
  const shared = Object.keys(row.flags ?? {}).length - own.length;
  return [
    subsection(`jamey ${path.join(" ")} ${words}`.trim()),
    textLine(`${row.description}.`),
    ...(shared > 0 ? [textLine("It takes options of a prompt as well.")] : []),
    ...options(Object.fromEntries(own)),
    ...(row.rows
      ? []
      : (examples[path.join(" ")] ?? []).flatMap(([one, why]) => commandLine(one, why))),
  ];
}

function topicLines({ name, summary, sections }: Manual["topics"][number]): string[] {
  return [
    section(name.replaceAll("-", " ")),
    textLine(`${summary}.`),
    ...sections.flatMap(({ title, text = [], entries = [] }) => [
      subsection(title),
      ...paragraphs(text),
      ...entries.flatMap(([label, meaning]) => term(label, meaning)),
    ]),
  ];
}
