// Control sequences of a terminal, whole ones: what each means, or nothing where it means nothing here.
import { controlKey, type Decoded, keyNamed, letterKey } from "./decoded.ts";

const byLetter: Readonly<Record<string, string>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  F: "end",
  H: "home",
  P: "f1",
  Q: "f2",
  R: "f3",
  S: "f4",
};

const byNumber: Readonly<Record<number, string>> = {
  ...{ 1: "home", 2: "insert", 3: "delete", 4: "end", 5: "pageup", 6: "pagedown" },
  ...{ 7: "home", 8: "end", 11: "f1", 12: "f2", 13: "f3", 14: "f4", 15: "f5", 17: "f6" },
  ...{ 18: "f7", 19: "f8", 20: "f9", 21: "f10", 23: "f11", 24: "f12" },
};

/** Keys of the number pad, as the keyboard protocol of kitty counts them from here on. */
const FIRST_PAD_KEY = 57_399;
const padKeys = "0123456789./*-+\r=";
const padMotions = ["left", "right", "up", "down", "pageup", "pagedown", "home", "end"];
const firstPrivateKey = 57_344;
const lastPrivateKey = 63_743;

const numbers = (text: string): number[] =>
  text.split(";").map((part) => Number.parseInt(part, 10));
/** Spelt as one more than it is; absent it is none. */
const modifiersOf = (spelt: number | undefined): number => Math.max(0, (spelt || 1) - 1) & 7;
const one = (found: Decoded | undefined): readonly Decoded[] => (found ? [found] : []);

/** `body` is what stands between `ESC [` and the final byte. */
export function readControl(body: string, final: string): readonly Decoded[] {
  if (body.startsWith("<")) return one(readMouse(body.slice(1), final));
  if (body.startsWith("?")) return one(readAnswer(body.slice(1), final));
  // Sequences of the secondary kind, and those with bytes between, are answers that nobody asked for.
  if (/[^\d;:]/.test(body)) return [];
  if (final === "I" || final === "O") return [{ type: "focus", isFocused: final === "I" }];
  if (final === "Z") return [keyNamed("tab", 1)];
  if (final === "u") return one(readUnicodeKey(body));
  if (final === "~") return one(readNumbered(body));
  const name = byLetter[final];
  const [, modifiers] = body.split(";");
  return name === undefined || isRelease(modifiers)
    ? []
    : [keyNamed(name, modifiersOf(numbers(modifiers ?? "")[0]))];
}

/** `ESC O` and one letter. */
export function readShifted(final: string): readonly Decoded[] {
  if (final === "M") return [controlKey("\r")];
  const name = byLetter[final];
  if (name !== undefined) return [keyNamed(name, 0)];
  // The number pad, where it sends codes.
  const pad = final >= "j" && final <= "y" ? String.fromCharCode(final.charCodeAt(0) - 0x40) : "";
  return pad === "" ? [] : [letterKey(pad, 0)];
}

/** Keys that are let go of are told with a 3. */
const isRelease = (modifiers: string | undefined): boolean => modifiers?.split(":")[1] === "3";

function readUnicodeKey(body: string): Decoded | undefined {
  const [codes = "", modifiers] = body.split(";");
  if (isRelease(modifiers)) return undefined;
  const code = Number.parseInt(codes, 10);
  const spelt = Number.parseInt(modifiers ?? "", 10);
  // Super, Hyper and Meta belong to whoever draws the windows.
  if (((spelt || 1) - 1) & 0b11_1000) return undefined;
  return keyOfCode(code, modifiersOf(spelt));
}

function keyOfCode(code: number, held: number): Decoded | undefined {
  if (code >= firstPrivateKey && code <= lastPrivateKey) {
    const at = code - FIRST_PAD_KEY;
    const letter = at < 0 ? undefined : padKeys[at];
    if (letter !== undefined) return letterKey(letter, held);
    const motion = padMotions[at - padKeys.length - 1];
    return motion === undefined ? undefined : keyNamed(motion, held);
  }
  const isLetter = code >= 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return isLetter ? letterKey(String.fromCodePoint(code), held) : undefined;
}

function readNumbered(body: string): Decoded | undefined {
  const [number, modifiers, code] = numbers(body);
  if (isRelease(body.split(";")[1])) return undefined;
  if (number === 27 && code !== undefined) return keyOfCode(code, modifiersOf(modifiers));
  const name = byNumber[number ?? 0];
  return name === undefined ? undefined : keyNamed(name, modifiersOf(modifiers));
}

const WHEEL = 64;
const MOTION = 32;
const BUTTONS = 3;

function readMouse(body: string, final: string): Decoded | undefined {
  const [button, column, row] = numbers(body);
  if (button === undefined || !column || !row || (final !== "M" && final !== "m")) return undefined;
  const at = { column: column - 1, row: row - 1 };
  if (button & WHEEL) {
    const wheel = button & BUTTONS;
    if (wheel > 1) return undefined;
    return { type: "mouse", action: wheel === 0 ? "wheel_up" : "wheel_down", at };
  }
  if ((button & BUTTONS) !== 0) return undefined;
  if (button & MOTION) return { type: "mouse", action: "drag", at };
  return { type: "mouse", action: final === "M" ? "press" : "release", at };
}

function readAnswer(body: string, final: string): Decoded | undefined {
  if (final === "c") return { type: "answer", about: "attributes" };
  if (final === "u") return { type: "answer", about: "keyboard" };
  const mode = /^2026;(\d)\$$/.exec(body);
  if (final !== "y" || !mode) return undefined;
  // 0: it does not know the mode. 4: it is off for good.
  const isKnown = mode[1] !== "0" && mode[1] !== "4";
  return { type: "answer", about: "synchronised", isKnown };
}

/** `text` is what stands between `ESC ]` and its end. */
export function readString(text: string): readonly Decoded[] {
  const colour = /^11;rgba?:([\da-f]+)\/([\da-f]+)\/([\da-f]+)/i.exec(text);
  if (!colour) return [];
  const [red = 0, green = 0, blue = 0] = colour
    .slice(1)
    .map((hex) => Number.parseInt(hex, 16) / (16 ** hex.length - 1));
  // As bright as an eye sees it.
  const isDark = 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.5;
  return [{ type: "answer", about: "background", isDark }];
}
