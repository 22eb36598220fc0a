// A paste of several lines as one line to edit: its line ends are shown as ⏎ until it is entered.
// Rule: control characters in a paste are no keys: they are left out.

export interface PasteFilter {
  /** The same bytes as text, with what is between the marks of a paste made harmless. */
  push(bytes: Uint8Array): string;
}

const BEGIN = "\u001b[200~";
const END = "\u001b[201~";
const LINE_END = "⏎";

export function createPasteFilter(): PasteFilter {
  const decoder = new TextDecoder();
  let held = "";
  let isInside = false;

  return {
    push(bytes) {
      let rest = held + decoder.decode(bytes, { stream: true });
      held = "";
      let passed = "";
      for (;;) {
        const mark = isInside ? END : BEGIN;
        const at = rest.indexOf(mark);
        if (at < 0) break;
        passed += isInside ? harmless(rest.slice(0, at)) : rest.slice(0, at);
        rest = rest.slice(at + mark.length);
        isInside = !isInside;
      }
      held = cutMark(rest, isInside ? END : BEGIN);
      // The first half of a line end.
      if (isInside && rest.endsWith("\r")) held = "\r";
      const whole = rest.slice(0, rest.length - held.length);
      return passed + (isInside ? harmless(whole) : whole);
    },
  };
}

/** The beginning of a mark at the end of the text, whose rest has not come yet. Escape alone is no key here. */
function cutMark(text: string, mark: string): string {
  for (let length = mark.length - 1; length > 0; length -= 1) {
    if (text.endsWith(mark.slice(0, length))) return mark.slice(0, length);
  }
  return "";
}

const harmless = (text: string): string =>
  text.replace(/\r\n?|\n/g, LINE_END).replace(/[^\P{Cc}\t]/gu, "");

/** A line as it was meant. */
export const pastedLine = (line: string): string =>
  line.includes(LINE_END) ? line.replaceAll(LINE_END, "\n").replace(/\n+$/, "") : line;
