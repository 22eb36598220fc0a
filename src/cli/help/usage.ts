// How the flags and words of the table are written, for help, the manual and completion alike.
import type { Flag, Flags } from "../input/arguments.ts";
import { type Row, type Rows, rows, type Word } from "../table/table.ts";

/** `-p, --prompt <text>`; room is left where there is no letter, so that the names stand in a column. */
export function flagLabel(name: string, flag: Flag): string {
  const letter = flag.alias === undefined ? "    " : `-${flag.alias}, `;
  return `${letter}--${name}${valueLabel(flag)}`;
}

/** What follows a flag: ` <text>`, `[=<n>]` where it may be left out, or nothing. */
export function valueLabel(flag: Flag): string {
  if (flag.type === "boolean") return "";
  const hint = flag.valueHint ?? "value";
  return flag.optionalValue ? `[=<${hint}>]` : ` <${hint}>`;
}

/** `<SESSION>`, `[SESSION]`, `<QUERY...>`: as citty writes them. */
export function wordLabel({ name, isOptional, isRest }: Word): string {
  const whole = `${name.toUpperCase()}${isRest ? "..." : ""}`;
  return isOptional ? `[${whole}]` : `<${whole}>`;
}

/** Every command that can be run or asked for help, the groups before what is in them. */
export function allCommands(
  group: Rows = rows,
  path: readonly string[] = [],
): { path: readonly string[]; row: Row }[] {
  return Object.entries(group).flatMap(([name, row]) => {
    const here = [...path, name];
    return [{ path: here, row }, ...(row.rows ? allCommands(row.rows, here) : [])];
  });
}

/** The flag that a letter or a name stands for. */
export function findFlag(flags: Flags, shown: string): { name: string; flag: Flag } | undefined {
  const isLong = shown.startsWith("--");
  const wanted = shown.slice(isLong ? 2 : 1);
  const found = Object.entries(flags).find(([name, flag]) =>
    isLong ? name === wanted : flag.alias === wanted,
  );
  return found && { name: found[0], flag: found[1] };
}
