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

export type PaintStyle = keyof typeof styles;

/** What `paint` wrote, read back: pieces of text, each with the styles that are on. */
export function readPainted(text: string): { text: string; styles: readonly PaintStyle[] }[] {
  const pieces: { text: string; styles: readonly PaintStyle[] }[] = [];
  let on: readonly PaintStyle[] = [];
  for (const [index, part] of text.split(BEGIN).entries()) {
    const end = index === 0 ? -1 : part.indexOf("m");
    if (index > 0) on = switchStyle(on, Number(part.slice(0, end)));
    const said = part.slice(end + 1);
    if (said !== "") pieces.push({ text: said, styles: on });
  }
  return pieces;
}

/** What every code of `paint` begins with. */
const BEGIN = "\u001b[";

function switchStyle(on: readonly PaintStyle[], code: number): readonly PaintStyle[] {
  const begun = paintStyles.find((style) => styles[style][0] === code);
  if (begun) return on.includes(begun) ? on : [...on, begun];
  return on.filter((style) => styles[style][1] !== code);
}

// The keys of the table are its styles; Object.keys only forgets that.
const paintStyles = Object.keys(styles) as PaintStyle[];
