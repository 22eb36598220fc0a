// For terminals that are not said to understand UTF-8: every letter as ASCII, in as many columns as before.
import type { Variables } from "../../client/variables.ts";

/** Nothing said is taken for UTF-8: that is what terminals are, where somebody forgot to say so. */
export function isAsciiOnly({ LC_ALL, LC_CTYPE, LANG }: Variables): boolean {
  const locale = LC_ALL || LC_CTYPE || LANG || "";
  return locale !== "" && !/utf-?8/i.test(locale);
}

const signs: Readonly<Record<string, string>> = {
  ...{ "─": "-", "│": "|", "├": "+", "└": "+", "┌": "+", "┐": "+", "┘": "+", "┼": "+" },
  ...{ "▸": ">", "▶": ">", "›": ">", "❯": ">", "▾": "v", "→": ">", "←": "<", "↑": "^", "↓": "v" },
  ...{ "⇄": "=", "●": "*", "○": "o", "◆": "*", "■": "#", "▌": "|", "█": "#", "░": ".", "•": "*" },
  ...{ "✓": "+", "✗": "x", "✋": "!", "☑": "x", "☐": "_", "⏎": "<", "×": "x", "−": "-" },
  ...{ "…": "~", "⋯": "~", "·": "-", "–": "-", "—": "-", "‹": "<" },
  ...{ "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "«": '"', "»": '"', "\u00a0": " " },
};

/** A letter without its marks, or a sign that means the same; else a question mark. */
export function asciiOf(cluster: string): string {
  const [first = ""] = cluster;
  const sign = signs[first];
  if (sign !== undefined) return sign;
  const [plain = ""] = cluster.normalize("NFKD");
  return /[\x20-\x7e]/.test(plain) ? plain : "?";
}

/** A whole text that is said beside the picture. */
export function asciiText(text: string): string {
  const segments = new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text);
  return Array.from(segments, ({ segment }) =>
    /^[\x20-\x7e]$/.test(segment) ? segment : asciiOf(segment),
  ).join("");
}
