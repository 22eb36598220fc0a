// Puts one message together: the instruction first, then the data, each part delimited and named.
// Rule: data cannot close its own delimiter, and nothing in it is expanded.

/** What stands for an instruction where only an image was given. */
export const IMAGE_ALONE = "(see the attachment)";

export interface TextPart {
  /** The path of the file; undefined for stdin. */
  path: string | undefined;
  text: string;
  /** Size as it was read, before decoding. */
  bytes: number;
}

export function composeMessage(instruction: string, parts: readonly TextPart[]): string {
  const [only] = parts;
  const isStdinAlone = instruction === "" && parts.length === 1 && only?.path === undefined;
  if (isStdinAlone) return (only?.text ?? "").trimEnd();
  return [instruction, ...parts.map(wrap)].filter((block) => block !== "").join("\n\n");
}

function wrap({ path, text, bytes }: TextPart): string {
  const tag = path === undefined ? "stdin" : "file";
  const name = (path ?? "stdin").replace(/[&"<>\n]/g, (letter) => `&#${letter.charCodeAt(0)};`);
  const body = text.replace(new RegExp(`</(?=${tag}\\b)`, "gi"), "<\\/");
  const newline = body.endsWith("\n") ? "" : "\n";
  return `<${tag} name="${name}" bytes="${bytes}">\n${body}${newline}</${tag}>`;
}
