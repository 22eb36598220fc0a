// Reads which modules a TypeScript file names: imports, re-exports, dynamic imports, requires.
import { posix } from "node:path";
import type { SourceFile } from "./files.ts";
import { lineAt, splitSource } from "./split-source.ts";

export type Import = {
  specifier: string;
  line: number;
  /** `import type` or `export type`: gone when the program runs. */
  isTypeOnly: boolean;
  isReexport: boolean;
};

const statement =
  /(?<![\w$.])(?:(?<keyword>import|export)\b\s*(?<type>type\b(?!\s*(?:,|from\b)))?[\w\s$*{},]*?\bfrom\s*|import\s*\(?\s*|require\s*\(\s*)(?<quote>["'`])/g;

export function readImports(file: SourceFile): Import[] {
  const { code } = splitSource(file.text);
  return [...code.matchAll(statement)].flatMap((match) => {
    const start = match.index + match[0].length;
    const end = code.indexOf(match.groups?.quote ?? '"', start);
    const specifier = file.text.slice(start, end);
    // A path that is put together at run time cannot be judged here.
    if (specifier.includes("${")) return [];
    return {
      specifier,
      line: lineAt(file.text, match.index),
      isTypeOnly: match.groups?.type !== undefined,
      isReexport: match.groups?.keyword === "export",
    };
  });
}

/** Imports that Bun's own parser sees in a file and `readImports` does not. Must be none. */
export function findUnreadImports(files: SourceFile[]): string[] {
  const transpiler = new Bun.Transpiler({ loader: "ts" });
  return files.flatMap((file) => {
    const read = new Set(readImports(file).map(({ specifier }) => specifier));
    return transpiler
      .scanImports(file.text)
      .filter(({ path }) => !read.has(path))
      .map(({ path }) => `${file.path} imports "${path}", which readImports does not see`);
  });
}

/** The file that a relative specifier means, or undefined for a package or a missing file. */
export function resolveImport(
  from: string,
  specifier: string,
  paths: ReadonlySet<string>,
): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  const path = posix.join(posix.dirname(from), specifier);
  return [path, `${path}.ts`, `${path}/index.ts`].find((candidate) => paths.has(candidate));
}
