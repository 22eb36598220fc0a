// Every command, started in every kind of hostile folder: no trap springs, nobody calls the attacker, and jamey's
// own files stay where they are. The commands come from the table, so that a new one is judged at once.
// JAMEY_ZOO=whole starts every command in each folder; else each folder gets its share of them, and the
// one with all the tricks gets all.
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Row, type Rows, rows } from "../../src/cli/table/table.ts";
import { startFakeVendor } from "../support/fake-vendors/server.ts";
import { type Home, openHome } from "../support/home.ts";
import { layTrap } from "../support/hostile-folder.ts";
import { tricks } from "../support/hostile-tricks.ts";

/** They would end the daemon that the others use, or never end themselves. */
const APART = ["serve", "daemon stop", "daemon restart"];
/** Processes at once: starting one is most of the work. */
const AT_ONCE = 4;
const ZOO_TIMEOUT_MS = 600_000;
/** One command in so many, in a folder with one trick. */
const SHARE = process.env.JAMEY_ZOO === "whole" ? 1 : 8;

/** Every command with a word for each that it wants. */
function commandLines(table: Rows, path: string[] = []): string[][] {
  return Object.entries(table).flatMap(([name, row]: [string, Row]) => {
    const here = [...path, name];
    if (row.rows) return commandLines(row.rows, here);
    if (APART.includes(here.join(" "))) return [];
    return [[...here, ...(row.words ?? []).map(({ name: word }) => word)]];
  });
}

/** What users type there most. */
const prompts = [
  ["-q", "who are you there"],
  [
    "-n",
    "-q",
    "--allow",
    "shell",
    '/file_list {}\n/file_search pattern=evil\n/shell {"command":"pwd"}',
  ],
  ["-n", "-q", "-f", ".", "what is this"],
  ["--help"],
  ["daemon", "restart"],
];

async function runAll(home: Home, directory: string, lines: string[][]): Promise<void> {
  const left = lines.map((line) => [...line]);
  const worker = async () => {
    for (let line = left.shift(); line; line = left.shift()) {
      const options = { directory, variables: { JAMEY_HOME: undefined, TERM: "dumb" } };
      await home.run([...line, "--no-input"], options);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

test(
  `no command springs a trap in any of ${Object.keys(tricks).length} hostile folders`,
  async () => {
    await using attacker = await startFakeVendor(() => ({ type: "hang_up" }));
    await using home = await openHome();
    const lines = commandLines(rows);
    expect(Object.keys(tricks).length).toBeGreaterThanOrEqual(40);
    for (const [index, trick] of [undefined, ...Object.keys(tricks)].entries()) {
      const trap = layTrap(home.folder, attacker.origin, trick);
      const some = lines.filter((_, at) => trick === undefined || at % SHARE === index % SHARE);
      await runAll(home, trap.folder, [...prompts, ...some]);
      expect({ trick, sprung: trap.sprung() }).toEqual({ trick, sprung: [] });
      expect(existsSync(trap.stolen)).toBe(false);
    }
    expect(attacker.asked).toEqual([]);
    const own = join(home.folder, "user/.local/state/jamey/run/default.sock");
    expect(existsSync(own)).toBe(true);
  },
  ZOO_TIMEOUT_MS,
);
