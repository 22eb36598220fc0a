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

/** Signs of a script that stand beside their number: of format, and yet they are seen. */
const SEEN = "\\u0600-\\u0605\\u06dd\\u070f\\u0890\\u0891\\u08e2\\u{110bd}\\u{110cd}";
/**
 * What is there and cannot be seen: controls, zero width, direction, tags, fillers, selectors of variants; and what
 * is no letter yet, so that nobody knows how it is drawn.
 */
const HIDDEN = new RegExp(
  `(?![\\n\\t${SEEN}])[\\p{Cc}\\p{Cf}\\p{Cn}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}]`,
  "gu",
);

/** Where nothing is decided: what cannot be seen is not there. */
export const withoutHidden = (text: string): string => text.toWellFormed().replace(HIDDEN, "");

/** For what a human decides about: nothing is taken out, and what would hide is shown as <U+202E>. */
export const showHidden = (text: string): string =>
  text.toWellFormed().replace(HIDDEN, showCode).replace(LOOSE, showCode);

/** In prose, where nothing is decided: what makes a sign a picture stands as it is, behind that sign. */
export const showHiddenInProse = (text: string): string =>
  text
    .split(/((?<=\p{Extended_Pictographic})\ufe0f|(?<=[\d#*])\ufe0f(?=\u20e3))/u)
    .map((part, index) => (index % 2 === 0 ? showHidden(part) : part))
    .join("");

/** Letters that take no column by themselves: parts of Hangul syllables without their beginning, and three more. */
const LOOSE = new RegExp(
  [
    "[\\u0980\\u0c80\\u0d3a]",
    "(?<![\\u1100-\\u115e\\ua960-\\ua97c])[\\u1161-\\u11a7\\ud7b0-\\ud7c6]",
    "(?<![\\u1100-\\u115e\\ua960-\\ua97c][\\u1161-\\u11a7\\ud7b0-\\ud7c6]|[\\uac00-\\ud7a3])[\\u11a8-\\u11ff\\ud7cb-\\ud7fb]",
  ].join("|"),
  "gu",
);

/** `<U+202E>` */
export const showCode = (letter: string): string =>
  `<U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}>`;

/** One line, short enough to stand in a list. */
export function oneLine(text: string, maxLength: number): string {
  const line = stripControl(text).replace(/\s+/g, " ").trim();
  const letters = [...line];
  return letters.length <= maxLength ? line : `${letters.slice(0, maxLength - 1).join("")}…`;
}
