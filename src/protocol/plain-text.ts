// Text that others wrote, as it may stand in a title or a document: without control characters. Pure.

/** Escape sequences of terminals (CSI) begin so, after the control character itself. */
const SEQUENCE = /^\[[0-?]*[ -/]*[@-~]/;
const ESCAPE = String.fromCharCode(27);
/** Marks that change the direction of what stands beside them. */
const DIRECTION_MARKS = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/** Characters of a title. */
export const MAX_SHOWN_TITLE = 80;
/** Characters that a title is looked for in. */
const MAX_LOOKED_AT = 4_000;

/** Newlines and tabs stay. */
export function plainText(text: string): string {
  return text
    .split(ESCAPE)
    .map((piece, index) => (index === 0 ? piece : piece.replace(SEQUENCE, "")))
    .join("")
    .replace(/[^\P{Cc}\n\t]/gu, "");
}

/** The first words of a text on one line. */
export function titleOf(text: string): string {
  const line = plainText(text.trimStart().slice(0, MAX_LOOKED_AT).toWellFormed())
    .replace(DIRECTION_MARKS, "")
    .replace(/\s+/g, " ")
    .trim();
  const letters = [...line];
  if (letters.length <= MAX_SHOWN_TITLE) return line;
  const cut = letters.slice(0, MAX_SHOWN_TITLE - 1).join("");
  const words = cut.replace(/ [^ ]*$/, "");
  // A first word that fills the line is cut where the line ends.
  return `${words.length * 2 < cut.length ? cut : words}…`;
}
