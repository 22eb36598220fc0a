// Whether a stream gets colours, and the few styles that are used.
import type { Variables } from "../client/variables.ts";

export interface ColourQuestion {
  /** --color */
  flag: string | undefined;
  /** --no-color */
  isOffByFlag: boolean;
  variables: Variables;
  isTerminal: boolean;
}

/** --color > --no-color > JAMEY_NO_COLOR > NO_COLOR > FORCE_COLOR, CLICOLOR_FORCE > TERM=dumb > terminal. */
export function hasColour({ flag, isOffByFlag, variables, isTerminal }: ColourQuestion): boolean {
  if (flag === "always") return true;
  if (flag === "never") return false;
  if (isOffByFlag) return false;
  if (variables.JAMEY_NO_COLOR || variables.NO_COLOR) return false;
  if (isForced(variables.FORCE_COLOR) || isForced(variables.CLICOLOR_FORCE)) return true;
  if (variables.TERM === "dumb") return false;
  return isTerminal;
}

const isForced = (value: string | undefined): boolean => Boolean(value) && value !== "0";

const styles = {
  dim: [2, 22],
  bold: [1, 22],
  italic: [3, 23],
  underline: [4, 24],
  strike: [9, 29],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

/** Plain text, or styled where colours are on. */
export function paint(isOn: boolean, style: keyof typeof styles, text: string): string {
  const [on, off] = styles[style];
  return isOn ? `\u001b[${on}m${text}\u001b[${off}m` : text;
}
