// What is written to a terminal beside letters: modes in the order that works, titles, notices, the clipboard.
import type { Variables } from "../../client/variables.ts";
import { withoutHidden } from "../../terminal/strip.ts";

const ESC = "\u001b";
const BEL = "\u0007";
/** Clicks, drags with a button held and the wheel, in numbers; not every motion. */
export const MOUSE_ON = `${ESC}[?1002h${ESC}[?1006h`;
export const MOUSE_OFF = `${ESC}[?1002l${ESC}[?1006l`;
/** The old title is put on the terminal's own stack. */
const [TITLE_PUSH, TITLE_POP] = [`${ESC}[22;2t`, `${ESC}[23;2t`];
const [PASTE_ON, PASTE_OFF] = [`${ESC}[?2004h`, `${ESC}[?2004l`];
const [FOCUS_ON, FOCUS_OFF] = [`${ESC}[?1004h`, `${ESC}[?1004l`];

export const SYNC_BEGIN = `${ESC}[?2026h`;
export const SYNC_END = `${ESC}[?2026l`;
export const CURSOR_HIDE = `${ESC}[?25l`;
export const CURSOR_SHOW = `${ESC}[?25h`;

/** Once more, where the old title is on the stack already. */
export const RE_ENTER = `${ESC}[?1049h${CURSOR_HIDE}${PASTE_ON}${FOCUS_ON}`;
export const ENTER = `${TITLE_PUSH}${RE_ENTER}`;
/** The keyboard protocol of kitty, synchronised output, the background; the last one every terminal answers. */
export const QUESTIONS = `${ESC}[?u${ESC}[?2026$p${ESC}]11;?${ESC}\\${ESC}[c`;
export const FENCE = `${ESC}[c`;
export const KITTY_ON = `${ESC}[>1u`;
export const MODIFY_ON = `${ESC}[>4;1m`;
const KEYBOARD_OFF: Readonly<Record<Keyboard, string>> = {
  plain: "",
  kitty: `${ESC}[<u`,
  modified: `${ESC}[>4m`,
};

/** How keys are told that have no byte of their own. */
export type Keyboard = "plain" | "kitty" | "modified";

/** First, so that nothing more is reported; then stdin is drained; then `LEAVE`. */
export const quieten = (keyboard: Keyboard): string =>
  `${KEYBOARD_OFF[keyboard]}${MOUSE_OFF}${FOCUS_OFF}${PASTE_OFF}`;
export const LEAVE = `${ESC}[?1049l${TITLE_POP}${CURSOR_SHOW}${ESC}[m${ESC}[?1l${ESC}>`;

export const placeCursor = (column: number, row: number): string =>
  `${ESC}[${row + 1};${column + 1}H${CURSOR_SHOW}`;

/** Longest title or notice, in code points. */
const MAX_SHOWN_LENGTH = 200;
const clean = (text: string): string =>
  [...withoutHidden(text.replace(/[\p{Cc}\u2028\u2029]+/gu, " "))]
    .slice(0, MAX_SHOWN_LENGTH)
    .join("");

export const titleOf = (text: string): string => `${ESC}]2;${clean(text)}${BEL}`;

/** Terminals cut or refuse more. Bytes before base64. */
const MAX_COPIED_BYTES = 75_000;

/** undefined where it is too long for the terminal's clipboard. */
export function copyOf(text: string, variables: Variables): string | undefined {
  const bytes = Buffer.from(text);
  if (bytes.length > MAX_COPIED_BYTES) return undefined;
  return passThrough(`${ESC}]52;c;${bytes.toString("base64")}${BEL}`, variables);
}

/** JAMEY_NOTIFY: auto, osc, bell or off. */
export function noticeOf(title: string, body: string, variables: Variables): string {
  const { JAMEY_NOTIFY: asked = "auto" } = variables;
  if (asked === "off") return "";
  if (asked === "bell") return BEL;
  const dialect = dialectOf(variables) ?? (asked === "osc" ? "9" : undefined);
  if (dialect === undefined) return BEL;
  const [head, rest] = [clean(title).replaceAll(";", ","), clean(body).replaceAll(";", ",")];
  const notice =
    dialect === "9" ? `${ESC}]9;${head}: ${rest}${BEL}` : `${ESC}]777;notify;${head};${rest}${BEL}`;
  return `${passThrough(notice, variables)}${BEL}`;
}

function dialectOf(variables: Variables): "9" | "777" | undefined {
  const { TERM_PROGRAM = "", TERM = "", VTE_VERSION } = variables;
  if (/iterm|wezterm|ghostty|rio/i.test(TERM_PROGRAM) || /kitty|ghostty/.test(TERM)) return "9";
  return VTE_VERSION || /foot|rxvt/.test(TERM) ? "777" : undefined;
}

/** tmux hands on only what is wrapped for it, where `allow-passthrough` is on. */
function passThrough(sequence: string, { TMUX }: Variables): string {
  if (!TMUX) return sequence;
  return `${ESC}Ptmux;${sequence.replaceAll(ESC, ESC + ESC)}${ESC}\\`;
}
