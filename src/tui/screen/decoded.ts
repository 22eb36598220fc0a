// What the bytes of a terminal mean: keys, pastes and reports, and its answers to what it was asked.
import type { TerminalInput } from "../shapes.ts";

/** What a terminal answers; never shown to anybody as something typed. */
export type Answer =
  | { type: "answer"; about: "attributes" | "keyboard" }
  | { type: "answer"; about: "synchronised"; isKnown: boolean }
  | { type: "answer"; about: "background"; isDark: boolean };

export type Decoded = TerminalInput | Answer;

const CTRL = 4;
const ALT = 2;
const SHIFT = 1;

/** `modifiers` as terminals count them, less one. */
export function keyNamed(base: string, modifiers: number, text = ""): Decoded {
  const ctrl = modifiers & CTRL ? "ctrl+" : "";
  const alt = modifiers & ALT ? "alt+" : "";
  const shift = modifiers & SHIFT ? "shift+" : "";
  return { type: "key", key: { name: `${ctrl}${alt}${shift}${base}`, text } };
}

const named: Readonly<Record<string, string>> = {
  "\r": "enter",
  "\t": "tab",
  " ": "space",
  "\u001b": "escape",
  "\u007f": "backspace",
  "\b": "backspace",
};

/** A letter that came with its modifiers spelt out. */
export function letterKey(letter: string, modifiers: number): Decoded {
  const base = named[letter];
  if (base !== undefined) {
    return keyNamed(base, modifiers, letter === " " && modifiers <= SHIFT ? " " : "");
  }
  if (letter < " ") return controlKey(letter, modifiers);
  const isShifted = (modifiers & SHIFT) !== 0;
  const shown = isShifted ? letter.toUpperCase() : letter;
  const others = modifiers & (CTRL | ALT);
  if (others === 0) return keyNamed(shown, 0, shown);
  // Shells of old know no Ctrl with Shift: there the small letter is what was pressed.
  return keyNamed(others & CTRL ? letter.toLowerCase() : shown, others);
}

/** A byte below the blank, or the one above the letters. */
export function controlKey(byte: string, modifiers = 0): Decoded {
  if (byte === "\b") return keyNamed("h", modifiers | CTRL);
  const base = named[byte];
  if (base !== undefined) return keyNamed(base, modifiers);
  if (byte === "\0") return keyNamed("space", modifiers | CTRL);
  const letter = String.fromCharCode(byte.charCodeAt(0) + 0x40).toLowerCase();
  return keyNamed(letter, modifiers | CTRL);
}

/** Longest paste that is taken. UTF-16 units; the rest of a longer one is dropped. */
export const MAX_PASTE_LENGTH = 8 * 1024 * 1024;

/** Line ends as one newline each, without the control characters that a terminal would obey. */
export function pastedText(bytes: Uint8Array): Decoded {
  const text = new TextDecoder().decode(bytes).slice(0, MAX_PASTE_LENGTH);
  return { type: "paste", text: text.replace(/\r\n?/g, "\n").replace(/[^\P{Cc}\n\t]/gu, "") };
}
