// Text as roff: what groff and mandoc turn into a manual page. Pure.

/** Letters that roff would read as its own. */
export function escapeText(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll("'", "\\(aq")
    .replaceAll("`", "\\(ga")
    .replaceAll("^", "\\(ha")
    .replaceAll("~", "\\(ti")
    .replaceAll("…", "...");
}

/** One line of text: at its beginning a dot would be a request. */
export function textLine(text: string): string {
  const line = escapeText(text.replace(/\s+/g, " ").trim());
  return line.startsWith(".") ? `\\&${line}` : line;
}

/** An argument of a macro. */
export const quoted = (text: string): string => `"${escapeText(text).replaceAll('"', "\\(dq")}"`;

export const section = (title: string): string => `.SH ${quoted(title.toUpperCase())}`;
export const subsection = (title: string): string => `.SS ${quoted(title)}`;
export const paragraphs = (texts: readonly string[]): string[] =>
  texts.flatMap((text, index) => (index === 0 ? [textLine(text)] : [".PP", textLine(text)]));

/** A term in bold, and under it what it means. */
export const term = (label: string, text: string): string[] => [
  ".TP",
  `.B ${quoted(label)}`,
  // A term must have a text.
  textLine(text) === "" ? "\\&" : textLine(text),
];

/** A command line as it is typed. */
export const commandLine = (command: string, purpose: string): string[] => [
  ".TP",
  `.B ${quoted(command)}`,
  textLine(purpose),
];
