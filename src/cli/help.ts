// Help pages, drawn by citty from the table of commands. The first page shows examples before anything else.
import type { ArgsDef, CommandDef, SubCommandsDef } from "citty";
import { VERSION } from "../protocol/version.ts";
import { type Flags, usageError } from "./arguments.ts";
import { paint } from "./colour.ts";
import type { Context } from "./context.ts";
import { globalFlags, oneShotFlags } from "./flags.ts";
import { type Row, type Rows, rows } from "./table.ts";

const EXAMPLES = `  jamey                                   talk to the assistant
  jamey "what does this folder hold"      ask once; the answer is all that stdout gets
  git diff | jamey -p "review this"       a pipe is data for the prompt
  jamey -c "and the tests?"               go on with the latest session of this folder
  jamey -p "fix it" --allow 'shell(git *)' -o json
`;

const EXIT_CODES = `  0 answered   1 failed   2 usage   3 blocked   4 limit   5 refused   69 unavailable
  75 try again   77 key   78 configuration   124 timeout   (all: jamey exit-codes)
`;

export async function showHelp(context: Context, path: readonly string[]): Promise<number> {
  const { renderUsage } = await import("citty");
  const row = findRow(path);
  const parent =
    path.length > 0 ? { meta: { name: ["jamey", ...path.slice(0, -1)].join(" ") } } : undefined;
  const usage = await renderUsage(row ? commandOf(path.at(-1) ?? "", row) : rootCommand(), parent);
  const title = (text: string) => paint(context.out.hasColour, "bold", text);
  const page = row
    ? usage
    : `${title("EXAMPLES")}\n\n${EXAMPLES}\n${usage}\n\n${title("EXIT CODES")}\n\n${EXIT_CODES}`;
  // citty pads every column, and decides about colours otherwise than we do.
  const shown = context.out.hasColour ? page : Bun.stripANSI(page);
  await context.out.write(`${shown.replace(/ +$/gm, "").trimEnd()}
`);
  return 0;
}

function findRow(path: readonly string[]): Row | undefined {
  let group: Rows | undefined = rows;
  let row: Row | undefined;
  for (const name of path) {
    row = group && Object.hasOwn(group, name) ? group[name] : undefined;
    if (!row) throw usageError(`There is no command '${path.join(" ")}'. See 'jamey --help'.`);
    group = row.rows;
  }
  return row;
}

function rootCommand(): CommandDef {
  return {
    meta: {
      name: "jamey",
      version: VERSION,
      description: "A living environment of AI agents on your own machine",
    },
    args: argsOf({
      flags: { ...globalFlags, ...oneShotFlags },
      words: [{ name: "prompt", isOptional: true }],
    }),
    subCommands: subCommandsOf(rows),
  };
}

function commandOf(name: string, row: Row): CommandDef {
  return {
    meta: { name, description: row.description },
    args: argsOf({ words: row.words, flags: { ...row.flags, ...globalFlags } }),
    ...(row.rows && { subCommands: subCommandsOf(row.rows) }),
  };
}

function subCommandsOf(group: Rows): SubCommandsDef {
  return Object.fromEntries(
    Object.entries(group).map(([name, { description }]) => [name, { meta: { name, description } }]),
  );
}

function argsOf({ words, flags }: { words: Row["words"]; flags: Flags }): ArgsDef {
  const args: ArgsDef = {};
  for (const { name, isOptional, isRest } of words ?? []) {
    args[name] = {
      type: "positional",
      required: !isOptional,
      description: isRest ? "All words that follow" : "",
    };
  }
  for (const [name, { type, description, alias, valueHint }] of Object.entries(flags)) {
    const shared = { description, ...(alias !== undefined && { alias }) };
    args[name] =
      type === "boolean"
        ? { type, ...shared }
        : { type, ...shared, valueHint: valueHint ?? "value" };
  }
  return args;
}
