// Takes terminal control out of text that others wrote: C0 and C1 characters, CSI, OSC and the like.
// Works on a stream: a sequence may be cut anywhere. Newline and tab stay.

/** A string sequence (OSC, DCS, …) without an end is given up after this many units. */
const MAX_STRING_SEQUENCE = 4096;

type Mode = "text" | "escape" | "csi" | "string" | "string_escape";

export interface Stripper {
  push(text: string): string;
}

export function createStripper(): Stripper {
  let mode: Mode = "text";
  let swallowed = 0;

  function take(unit: string, code: number): string {
    switch (mode) {
      case "escape":
        if (unit === "[") mode = "csi";
        else if ("]PX^_".includes(unit)) startString();
        // Intermediate bytes go on, a final byte ends it, anything else never was a sequence.
        else if (code < 0x20 || code > 0x2f) mode = "text";
        return code < 0x20 || code >= 0x7f ? take(unit, code) : "";
      case "csi":
        if (code >= 0x20 && code <= 0x3f) return "";
        mode = "text";
        return code >= 0x40 && code <= 0x7e ? "" : take(unit, code);
      case "string_escape":
        if (unit === "\\") {
          mode = "text";
          return "";
        }
        mode = "escape";
        return take(unit, code);
      case "string":
        swallowed += 1;
        if (code === 0x1b) mode = "string_escape";
        else if (code === 0x07 || code === 0x9c) mode = "text";
        else if (unit === "\n" || swallowed > MAX_STRING_SEQUENCE) {
          mode = "text";
          return take(unit, code);
        }
        return "";
      case "text":
        return takeText(unit, code);
    }
  }

  function takeText(unit: string, code: number): string {
    if (code === 0x1b) mode = "escape";
    else if (code === 0x9b) mode = "csi";
    else if (code === 0x90 || code === 0x98 || (code >= 0x9d && code <= 0x9f)) startString();
    else if (unit === "\n" || unit === "\t") return unit;
    else if (code >= 0x20 && (code < 0x7f || code > 0x9f)) return unit;
    return "";
  }

  function startString(): void {
    mode = "string";
    swallowed = 0;
  }

  return {
    push(text) {
      // The common case costs one search: no control character but tab and newline.
      if (mode === "text" && !/[^\P{Cc}\t\n]/u.test(text)) return text;
      let kept = "";
      for (let index = 0; index < text.length; index += 1) {
        kept += take(text.charAt(index), text.charCodeAt(index));
      }
      return kept;
    },
  };
}

export const stripControl = (text: string): string => createStripper().push(text);

/** What is there and cannot be seen: controls, zero width, direction, tags, selectors of variants. */
const HIDDEN =
  /[^\P{Cc}\n\t]|\u034f|[\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0]|[\u{e0000}-\u{e01ef}]/gu;

/** For what a human decides about: nothing is taken out, and what would hide is shown as <U+202E>. */
export const showHidden = (text: string): string =>
  text.toWellFormed().replace(HIDDEN, (letter) => {
    const code = letter.codePointAt(0) ?? 0;
    return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
  });

/** One line, short enough to stand in a list. */
export function oneLine(text: string, maxLength: number): string {
  const line = stripControl(text).replace(/\s+/g, " ").trim();
  const letters = [...line];
  return letters.length <= maxLength ? line : `${letters.slice(0, maxLength - 1).join("")}…`;
}
