// Separates a TypeScript file's code from its comments and its text, so that checkers do not
// mistake one for another. Rule: `code` has the length and the lines of the original.

export type Comment = { line: number; text: string };
export type SplitSource = {
  /** Comments, and what stands inside quotes and regular expressions, are spaces. */
  code: string;
  comments: Comment[];
};

const token =
  /(?<comment>\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(?<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|(?<regexp>\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*)|(?<word>[\w$]+)|(?<space>\s+)|./sy;
const templateText = /(?:\\.|\$(?!\{)|[^`\\$])*/sy;

/** After these a slash begins a regular expression; after anything else it divides. */
const beforeRegexp =
  /(?:^|[(,=:[!&|?{;+\-*%~^<>]|\b(?:return|typeof|case|in|of|void|throw|await|yield|else|do|new|delete))$/;

export function splitSource(text: string): SplitSource {
  const comments: Comment[] = [];
  // One entry for each template literal that is open at `${`: how many braces are open inside it.
  const templates: number[] = [];
  let code = "";
  let previous = "";

  const take = (pattern: RegExp): RegExpExecArray => {
    pattern.lastIndex = code.length;
    const match = pattern.exec(text);
    if (!match) throw new Error(`cannot read past character ${code.length}`);
    return match;
  };
  const takeTemplate = (): void => {
    code += blank(take(templateText)[0]);
    const isHole = text.startsWith("${", code.length);
    code += text.slice(code.length, code.length + (isHole ? 2 : 1));
    if (isHole) templates.push(0);
    previous = isHole ? "{" : "`";
  };

  while (code.length < text.length) {
    const { 0: found, groups = {} } = take(token);
    const open = templates.at(-1);
    if (groups.comment) {
      comments.push({ line: text.slice(0, code.length).split("\n").length, text: found });
      code += blank(found);
    } else if (groups.string || (groups.regexp && beforeRegexp.test(previous))) {
      code += found.charAt(0) + blank(found.slice(1, -1)) + found.at(-1);
      previous = '"';
    } else if (groups.space) {
      code += found;
    } else if (groups.word) {
      code += found;
      previous = found;
    } else {
      // A regular expression that is a division after all is read again from behind its slash.
      const sign = found.charAt(0);
      code += sign;
      previous = sign;
      if (open !== undefined && sign === "{") templates[templates.length - 1] = open + 1;
      if (open !== undefined && sign === "}") templates[templates.length - 1] = open - 1;
      if (sign === "`") takeTemplate();
      if (sign === "}" && open === 0) {
        templates.pop();
        takeTemplate();
      }
    }
  }
  return { code, comments };
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, " ");
}

export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}
