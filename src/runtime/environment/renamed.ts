// An object's text under another name: the line of its front matter that says it, and nothing else.
import { JameyError } from "../../protocol/errors.ts";
import { parseYaml } from "./yaml.ts";

/** A key at the beginning of a line; what is nested stands further in. */
const NAME_LINE = /^(["']?)name\1[ \t]*:.*$/m;

export function renamed(text: string, name: string): string {
  // The front matter ends with the second line of dashes.
  const end = text.indexOf("\n---", 3);
  const head = text.slice(0, Math.max(0, end));
  if (!NAME_LINE.test(head)) {
    const message = "The text's front matter has no line 'name:': write the new name yourself.";
    throw new JameyError("config_invalid", message);
  }
  const plain = `name: ${name}`;
  const isText = parseYaml(plain, "name").name === name;
  const line = isText ? plain : `name: ${JSON.stringify(name)}`;
  return head.replace(NAME_LINE, () => line) + text.slice(end);
}
