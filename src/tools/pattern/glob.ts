// Path patterns: * and ? within a name, ** over folders, [abc], {one,other}. Matched in linear
// time.
import type { Attempt } from "../../core/world.ts";
import { createMatcher } from "./match.ts";
import { parsePattern } from "./parse.ts";

/** Whether a relative path fits. A glob without "/" is about the last name only. */
export function globMatcher(glob: string): Attempt<(path: string) => boolean> {
  const translated = translate(glob);
  if (!translated.ok) return translated;
  const pattern = parsePattern(`^(?:${translated.value})$`, { ignore_case: false });
  if (!pattern.ok) return { ok: false, problem: `${JSON.stringify(glob)} is no valid glob` };
  const matcher = createMatcher(pattern.value);
  if (!matcher.ok) return matcher;
  const { begin, advance, endsInMatch } = matcher.value;
  const isAboutNames = !glob.includes("/");
  return {
    ok: true,
    value: (path) => {
      const text = isAboutNames ? path.slice(path.lastIndexOf("/") + 1) : path;
      return endsInMatch(advance(begin, text, 0, text.length));
    },
  };
}

/** The same as a regular expression. */
function translate(glob: string): Attempt<string> {
  let source = "";
  let braces = 0;
  const rest = glob.startsWith("./") ? glob.slice(2) : glob;
  for (let at = 0; at < rest.length; at += 1) {
    const character = rest.charAt(at);
    if (rest.startsWith("**/", at)) {
      source += "(?:.*/)?";
      at += 2;
    } else if (rest.startsWith("**", at)) {
      source += ".*";
      at += 1;
    } else if (character === "*") source += "[^/]*";
    else if (character === "?") source += "[^/]";
    else if (character === "{") {
      source += "(?:";
      braces += 1;
    } else if (character === "}" && braces > 0) {
      source += ")";
      braces -= 1;
    } else if (character === "," && braces > 0) source += "|";
    else if (character === "[") {
      const end = rest.indexOf("]", at + 2);
      if (end === -1) return { ok: false, problem: `${JSON.stringify(glob)}: a ']' is missing` };
      source += rest
        .slice(at, end + 1)
        .replace(/^\[!/, "[^")
        .replaceAll("\\", "\\\\");
      at = end;
    } else source += character.replace(/[\\^$.|+()}\]]/, "\\$&");
  }
  if (braces > 0) return { ok: false, problem: `${JSON.stringify(glob)}: a '}' is missing` };
  return { ok: true, value: source };
}
