// Holds files to what can be seen in their text: length, header, names, words that do not belong.
import { posix } from "node:path";
import type { SourceFile } from "./files.ts";
import { lineAt, splitSource } from "./split-source.ts";

export const MAX_LINES = 400;
export const MIN_HEADER_CHARACTERS = 20;

const topLevel = [
  ...["package.json", "bunfig.toml", "tsconfig.json", "README.md", "LICENSE", "bun.lock"],
  ...["src", "bin", "test", "scripts"],
];

export function checkLength(files: SourceFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const lines = text.trimEnd().split("\n").length;
    return lines > MAX_LINES ? [`${path} has ${lines} lines`] : [];
  });
}

export function checkHeader(files: SourceFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const header = /^(?:\/\/|\/\*\*)(.*)/.exec(text)?.[1] ?? "";
    const isTelling = header.replace("*/", "").trim().length >= MIN_HEADER_CHARACTERS;
    return isTelling ? [] : [`${path} does not begin with a comment that says what it owns`];
  });
}

/** Notes to come back later, and rulers drawn in comments. */
export function checkComments(files: SourceFile[]): string[] {
  const note = /\b(?:TODO|FIXME|XXX)\b/;
  const ruler = /^[\s/*]*?[-=#*~_─━]{4,}/m;
  return files.flatMap((file) =>
    splitSource(file.text).comments.flatMap(({ line, text }) => [
      ...(note.test(text) ? [`${file.path}:${line} leaves a note for later`] : []),
      ...(ruler.test(text) ? [`${file.path}:${line} draws a ruler`] : []),
    ]),
  );
}

export function checkTypeEscapes(files: SourceFile[]): string[] {
  const directive = /@ts-(?:ignore|expect-error|nocheck)|biome-ignore/;
  return files.flatMap((file) => {
    const { code, comments } = splitSource(file.text);
    return [
      ...findAll(file.path, code, /(?<![\w$.])any\b(?!\s*[:(])|\bz\s*\.\s*any\b/g),
      ...comments
        .filter(({ text }) => directive.test(text))
        .map(({ line, text }) => `${file.path}:${line} ${directive.exec(text)?.[0]}`),
    ];
  });
}

export function checkConsole(files: SourceFile[]): string[] {
  return files.flatMap(({ path, text }) =>
    findAll(path, splitSource(text).code, /\bconsole\s*\.\s*log\b/g),
  );
}

/** Tests that may not run, or that keep others from running. */
export function checkTestsRun(files: SourceFile[]): string[] {
  const chosen =
    /(?<![\w$.])(?:(?:test|it|describe)(?:\s*\.\s*\w+)*?\s*\.\s*(?:only|skip|todo|if|skipIf|todoIf)\b|x(?:test|it|describe)\b)/g;
  return files.flatMap(({ path, text }) => findAll(path, splitSource(text).code, chosen));
}

/** README.md, Dockerfiles, folders that Bun names itself, and recorded material keep their own names. */
export function checkNames(paths: string[]): string[] {
  const kebab = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)*$/;
  return paths
    .filter((path) => !/^test\/(?:fixtures|snapshots)\/|\/__snapshots__\//.test(path))
    .filter((path) => posix.basename(path) !== "README.md")
    .filter((path) => !/^scripts\/deploy\/[a-z]+\.Dockerfile(?:\.dockerignore)?$/.test(path))
    .filter((path) => path.split("/").some((part) => !kebab.test(part)));
}

export function checkTopLevel(paths: string[]): string[] {
  const entries = new Set(paths.map((path) => path.split("/", 1)[0] ?? path));
  return [...entries].filter((entry) => !entry.startsWith(".") && !topLevel.includes(entry));
}

function findAll(path: string, code: string, pattern: RegExp): string[] {
  return [...code.matchAll(pattern)].map(
    ({ 0: found, index }) => `${path}:${lineAt(code, index)} ${found}`,
  );
}
