// Holds the core and the protocol to plain values: no clock, no randomness, no I/O, no async.
// It judges what is left once the types are gone, so that a port may promise what it likes.
import type { SourceFile } from "./files.ts";
import { splitSource } from "./split-source.ts";

const bannedGlobals = [
  ...["Bun", "process", "fetch", "crypto", "console", "performance", "globalThis"],
  ...["setTimeout", "setInterval", "setImmediate", "queueMicrotask"],
];
const asyncWords = ["async", "await", "Promise"];
const bannedCalls: [name: string, pattern: RegExp][] = [
  ["Date.now", /\bDate\s*\.\s*now\b/],
  ["new Date()", /\bnew\s+Date\b\s*(?:\(\s*\)|(?!\s*\())/],
  ["Date()", /(?<!\bnew\s+|[\w$.])Date\s*\(/],
  ["Math.random", /\bMath\s*\.\s*random\b/],
];

export function checkGlobals(files: SourceFile[]): string[] {
  return files.flatMap((file) => {
    const code = eraseTypes(file);
    const names = bannedGlobals.filter((name) => isNamed(code, name));
    const calls = bannedCalls.filter(([, pattern]) => pattern.test(code)).map(([name]) => name);
    return [...names, ...calls].map((name) => `${file.path} uses ${name}`);
  });
}

export function checkAsync(files: SourceFile[]): string[] {
  return files.flatMap((file) =>
    asyncWords
      .filter((word) => isNamed(eraseTypes(file), word))
      .map((word) => `${file.path} uses ${word}`),
  );
}

function eraseTypes(file: SourceFile): string {
  const transpiler = new Bun.Transpiler({ loader: "ts", deadCodeElimination: false });
  return splitSource(transpiler.transformSync(file.text)).code;
}

/** Whether the word stands for itself: not as a property (`world.fetch`), not as a key (`fetch:`). */
function isNamed(code: string, word: string): boolean {
  const pattern = new RegExp(
    String.raw`(?<![\w$])(?<!(?<!\.\.)\.\s*)${word}(?![\w$])(?<!(?<=[{,]\s*)${word}(?=\s*:))`,
  );
  return pattern.test(code);
}
