// Colours for code, by families of languages: keywords, strings, numbers, comments, and nothing cleverer.
// A language that is not named here stays plain.
import type { Line, Span, Style } from "../shapes.ts";

/** A longer line of code is left plain. UTF-16 units. */
const MAX_LINE_LENGTH = 2000;

interface Family {
  keywords: ReadonlySet<string>;
  /** How a comment to the end of the line begins. */
  comments: readonly string[];
  /** /* … *\/ over several lines. */
  hasBlockComments: boolean;
  quotes: string;
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

const script: Family = {
  keywords: words(
    "abstract as async await break case catch class const continue debugger default delete do else enum export extends false finally for from function if implements import in infer instanceof interface is keyof let new null of package private protected public readonly return satisfies static super switch this throw true try type typeof undefined var void while with yield",
  ),
  comments: ["//"],
  hasBlockComments: true,
  quotes: "\"'`",
};
const compiled: Family = {
  keywords: words(
    "as async auto await bool boolean break byte case catch chan char class const continue crate default defer do double else enum extends extern false final float fn for func go goto guard if impl import in inline int interface let long loop map match mod module mut namespace new nil null package private protected public pub range return self short signed static string struct super switch template this throw trait true try type union unsafe unsigned use using val var void volatile where while yield",
  ),
  comments: ["//"],
  hasBlockComments: true,
  quotes: "\"'`",
};
const python: Family = {
  keywords: words(
    "and as assert async await begin break case class continue def del do elif else elsif end except False finally for from global if import in is lambda match module nil None nonlocal not or pass puts raise require rescue return self then True true false try unless until when while with yield",
  ),
  comments: ["#"],
  hasBlockComments: false,
  quotes: "\"'",
};
const shell: Family = {
  keywords: words(
    "case cd do done echo elif else esac exit export fi for function if in local read return select set shift source then unset until while",
  ),
  comments: ["#"],
  hasBlockComments: false,
  quotes: "\"'",
};
const data: Family = {
  keywords: words("true false null yes no on off"),
  comments: ["#", "//"],
  hasBlockComments: false,
  quotes: "\"'",
};
const query: Family = {
  keywords: words(
    "add all alter and as asc begin by case check column commit create cross default delete desc distinct drop else end exists foreign from full group having if in index inner insert into is join key left like limit not null on or order outer primary references returning right rollback select set table then transaction union unique update using values view when where with",
  ),
  comments: ["--"],
  hasBlockComments: true,
  quotes: "\"'",
};

const families: ReadonlyMap<string, Family> = new Map([
  ...names("js jsx ts tsx mjs cjs mts cts javascript typescript", script),
  ...names(
    "c h cc cpp hpp c++ cs csharp java kt kotlin go rust rs swift scala dart php zig",
    compiled,
  ),
  ...names("py python rb ruby", python),
  ...names("sh bash zsh shell console fish dockerfile makefile", shell),
  ...names("json jsonc json5 yaml yml toml ini", data),
  ...names("sql sqlite postgres", query),
]);

function names(list: string, family: Family): [string, Family][] {
  return list.split(" ").map((name) => [name, family]);
}

export interface Highlighter {
  /** Lines come in order: a comment may go on from one to the next. */
  line(text: string): Line;
}

export function createHighlighter(language: string): Highlighter {
  const name = language.split(/[\s,{]/, 1)[0]?.toLowerCase() ?? "";
  if (name === "diff" || name === "patch") return { line: differenceLine };
  const family = families.get(name);
  let isInComment = false;
  return {
    line(text) {
      if (!family || text.length > MAX_LINE_LENGTH) return [{ text, style: "code" }];
      const read = readLine(text, family, isInComment);
      isInComment = read.isInComment;
      return read.line;
    },
  };
}

function differenceLine(text: string): Line {
  const style = { "+": "added", "-": "removed", "@": "rule" } as const;
  const found = Object.entries(style).find(([mark]) => text.startsWith(mark));
  return [{ text, style: found?.[1] ?? "code" }];
}

function readLine(text: string, family: Family, startsInComment: boolean) {
  const spans: Span[] = [];
  let at = 0;
  let isInComment = startsInComment;
  const take = (end: number, style: Style): void => {
    const last = spans.at(-1);
    const piece = text.slice(at, end);
    if (last?.style === style) last.text += piece;
    else if (piece !== "") spans.push({ text: piece, style });
    at = end;
  };
  while (at < text.length) {
    if (isInComment || (family.hasBlockComments && text.startsWith("/*", at))) {
      const end = text.indexOf("*/", isInComment ? at : at + 2);
      isInComment = end < 0;
      take(end < 0 ? text.length : end + 2, "comment");
      continue;
    }
    const [end, style] = readToken(text, at, family);
    take(end, style);
  }
  return { line: spans, isInComment };
}

const WORD = /[\p{L}_$][\p{L}\p{N}_$]*/uy;
const NUMBER = /\d[\w.]*/y;

function readToken(text: string, at: number, family: Family): [end: number, Style] {
  const letter = text.charAt(at);
  const before = text.charAt(at - 1);
  // `http://…` is no comment, `a#b` neither.
  const isFree = at === 0 || /[\s;(){}[\],]/.test(before);
  if (isFree && family.comments.some((mark) => text.startsWith(mark, at))) {
    return [text.length, "comment"];
  }
  if (family.quotes.includes(letter)) return [endOfString(text, at), "string"];
  const word = matchAt(WORD, text, at);
  if (word) return [at + word.length, isKeyword(word, family) ? "keyword" : "code"];
  const number = matchAt(NUMBER, text, at);
  if (number) return [at + number.length, "number"];
  return [at + 1, "code"];
}

const isKeyword = (word: string, { keywords }: Family): boolean =>
  keywords.has(word) || (keywords === query.keywords && keywords.has(word.toLowerCase()));

function endOfString(text: string, at: number): number {
  const quote = text.charAt(at);
  for (let index = at + 1; index < text.length; index += 1) {
    if (text.charAt(index) === "\\") index += 1;
    else if (text.charAt(index) === quote) return index + 1;
  }
  return text.length;
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  // A copy: the position that a sticky pattern keeps is nobody else's.
  const sticky = new RegExp(pattern);
  sticky.lastIndex = at;
  return sticky.exec(text)?.[0];
}
