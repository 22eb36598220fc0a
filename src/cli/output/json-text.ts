// JSON as it is printed: what a terminal would obey is written as an escape, wherever it stands.

/** JSON itself escapes only what is below a space; these stand in strings alone, so an escape changes nothing. */
export const escapeControls = (json: string): string =>
  json.replace(
    /[\u007f-\u009f]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

export const jsonText = (value: unknown, indent?: number): string =>
  escapeControls(JSON.stringify(value, null, indent));

/** One object to a line. */
export const jsonLine = (value: unknown): string => `${jsonText(value)}\n`;
