// What a style looks like: its attributes in the cells of blessed, for a dark, a light and a plain terminal.
// Rule: meaning is never in a colour alone; without colours bold, dim, underline and inverse are left.
import type { ThemeName } from "../../terminal/interface.ts";
import type { Style } from "../shapes.ts";

export type Attributes = Readonly<Record<Style, number>>;

const OWN = 0x1ff;
const [BOLD, UNDERLINE, DIM, INVERSE, ITALIC] = [1, 2, 4, 8, 16];

/** Foreground and flags; the background stays the terminal's own. */
const look = (colour: number = OWN, flags = 0): number => (flags << 18) | (colour << 9) | OWN;

/** The first sixteen are the terminal's own, and suit its background. */
const [RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN] = [1, 2, 3, 4, 5, 6];

const mono: Attributes = {
  plain: look(),
  dim: look(OWN, DIM),
  bold: look(OWN, BOLD),
  italic: look(OWN, ITALIC),
  heading: look(OWN, BOLD),
  code: look(),
  link: look(OWN, UNDERLINE),
  quote: look(OWN, DIM),
  accent: look(OWN, BOLD),
  good: look(OWN, BOLD),
  bad: look(OWN, BOLD),
  added: look(OWN, BOLD),
  removed: look(OWN, DIM),
  changed: look(OWN, INVERSE),
  selected: look(OWN, INVERSE),
  rule: look(OWN, DIM),
  keyword: look(OWN, BOLD),
  string: look(),
  number: look(),
  comment: look(OWN, DIM),
  added_word: look(OWN, BOLD | INVERSE),
  removed_word: look(OWN, INVERSE),
  caret: look(),
};

const dark: Attributes = {
  ...mono,
  accent: look(YELLOW, BOLD),
  good: look(GREEN),
  bad: look(RED),
  added: look(GREEN),
  removed: look(RED),
  added_word: look(GREEN, BOLD | INVERSE),
  removed_word: look(RED, INVERSE),
  code: look(CYAN),
  link: look(BLUE, UNDERLINE),
  keyword: look(MAGENTA),
  string: look(GREEN),
  number: look(CYAN),
};

/** Yellow and cyan are hard to read on white. */
const light: Attributes = {
  ...dark,
  accent: look(MAGENTA, BOLD),
  code: look(BLUE),
  number: look(BLUE),
};

/** Of the 256, the same on every terminal. */
const vivid: Attributes = {
  ...mono,
  accent: look(214, BOLD),
  good: look(114),
  bad: look(203),
  added: look(114),
  removed: look(203),
  added_word: look(114, BOLD | INVERSE),
  removed_word: look(203, INVERSE),
  code: look(180),
  link: look(75, UNDERLINE),
  keyword: look(176),
  string: look(150),
  number: look(173),
  comment: look(245, ITALIC),
};

const themes = { dark, light, vivid, mono } satisfies Record<string, Attributes>;

/** `isDark` is what the terminal answered; undefined where it did not. */
export function attributesOf(options: {
  theme: ThemeName;
  hasColour: boolean;
  isDark: boolean | undefined;
}): Attributes {
  if (!options.hasColour) return mono;
  if (options.theme !== "auto") return themes[options.theme];
  return options.isDark === false ? light : dark;
}

/** A sequence of colours that begins with flags, and these flags. */
const FLAGS = new RegExp(`${String.fromCharCode(27)}\\[((?:[14578];)*[14578]?)(;?[\\d;]*m)`, "g");

/**
 * blessed knows no dim and no italic. Their places are those of blink and hidden, which nobody wants: what it
 * writes for these two becomes what is meant.
 */
export function withDimAndItalic(written: string): string {
  return written.replace(FLAGS, (_, flags: string, colours: string) => {
    const meant = flags.replace("5", "2").replace("8", "3");
    return `\u001b[${meant}${colours}`;
  });
}
