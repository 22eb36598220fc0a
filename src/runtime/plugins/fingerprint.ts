// What of a plugin runs, exactly: its manifest, and each file of it that is code, by content. Its hash is what an
// approval is about; its text is what a human is shown.
// Rule: a program that PATH finds is the system's own: it is held by its place, everything else by its bytes.
import { realpathSync, type Stats, statSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import type { Attempt } from "../../core/world.ts";
import type { PluginFile } from "./plugin-files.ts";

/** Of one file that is hashed. */
const MAX_CODE_BYTES = 512 * 1024 * 1024;
/** More than a tick of any file system's clock. Milliseconds. */
const RESTED_MS = 2_500;

export interface Fingerprint {
  hash: string;
  shown: string;
  /** The command with absolute paths; null where there is none. */
  argv: [string, ...string[]] | null;
}

/**
 * File → its hash, for as long as nothing about the file changes. Only of files that have rested: what changes twice
 * within one tick of the file system's clock looks as if it had changed once.
 */
export type KnownHashes = Map<string, { stamp: string; hash: string }>;

export async function fingerprintOf(
  plugin: PluginFile,
  options: { folder: string; path: string; known: KnownHashes },
): Promise<Attempt<Fingerprint>> {
  const { manifest, file, text } = plugin;
  if (!manifest) return { ok: false, problem: plugin.problem ?? `${file} cannot be used.` };
  const { folder, path } = options;
  const [first, ...rest] = manifest.command ?? [];
  const lines: string[] = [`manifest ${file}:`, text.trimEnd()];
  let argv: [string, ...string[]] | null = null;
  if (first !== undefined) {
    const program = programOf(first, folder, path);
    if (!program.ok) return program;
    argv = [program.value, ...rest.map((word) => fileIn(folder, word) ?? word)];
    if (!first.includes("/")) lines.push(`program ${realPath(program.value)}`);
  }
  const code = codeOf({ argv, first, files: manifest.files, folder });
  for (const one of code) {
    const hashed = await hashOf(one, options.known);
    if (!hashed.ok) return hashed;
    lines.push(`file ${one} (sha256 ${hashed.value})`);
  }
  const shown = `${lines.join("\n")}\n`;
  const hash = new Bun.CryptoHasher("sha256").update(shown).digest("hex");
  return { ok: true, value: { hash, shown, argv } };
}

/** Elsewhere these are code; what else a command names there, such as a database, changes all the time. */
const CODE_FILE = /\.(?:[cm]?[jt]s|py|rb|pl|php|sh|lua|jar|wasm)$/;

/**
 * The program itself unless PATH found it, the words of the command that are files in the folder of the tools or
 * code elsewhere, and what the manifest names.
 */
function codeOf(given: {
  argv: readonly string[] | null;
  first: string | undefined;
  files: readonly string[];
  folder: string;
}): string[] {
  const { argv, first, files, folder } = given;
  const [program, ...rest] = argv ?? [];
  const own = program !== undefined && first?.includes("/") ? [program] : [];
  const isOurs = (word: string) => word.startsWith(`${folder}/`) || CODE_FILE.test(word);
  const words = rest.filter((word) => isAbsolute(word) && isFile(word) && isOurs(word));
  return [...new Set([...own, ...words, ...files.map((file) => resolve(folder, file))])];
}

function programOf(word: string, folder: string, path: string): Attempt<string> {
  if (word.includes("/")) {
    const file = resolve(folder, word);
    if (isFile(file)) return { ok: true, value: file };
    return { ok: false, problem: `${word}: there is no such program (${file}).` };
  }
  const found = Bun.which(word, { PATH: path });
  if (found !== null) return { ok: true, value: found };
  return { ok: false, problem: `${word}: there is no such program in ${path}.` };
}

/** A word of the command that names a file in the folder of the tools. */
function fileIn(folder: string, word: string): string | undefined {
  if (word === "" || word.startsWith("-")) return undefined;
  const file = isAbsolute(word) ? word : join(folder, word);
  return isFile(file) ? file : undefined;
}

const isFile = (path: string): boolean => statOf(path)?.isFile() ?? false;

/** undefined where nothing can be found, for whatever reason. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (_unreachable) {
    return undefined;
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (_gone) {
    return path;
  }
}

async function hashOf(file: string, known: KnownHashes): Promise<Attempt<string>> {
  const stat = statOf(file);
  if (!stat?.isFile()) return { ok: false, problem: `${file}: there is no such file.` };
  if (stat.size > MAX_CODE_BYTES) {
    return { ok: false, problem: `${file}: larger than ${MAX_CODE_BYTES} bytes.` };
  }
  // The time of change is the kernel's own: nobody sets it back.
  const stamp = `${stat.dev} ${stat.ino} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs}`;
  const found = known.get(file);
  if (found?.stamp === stamp) return { ok: true, value: found.hash };
  const begunAt = Date.now();
  try {
    const hasher = new Bun.CryptoHasher("sha256");
    for await (const chunk of Bun.file(file).stream()) hasher.update(chunk);
    const hash = hasher.digest("hex");
    if (begunAt - stat.ctimeMs > RESTED_MS) known.set(file, { stamp, hash });
    else known.delete(file);
    return { ok: true, value: hash };
  } catch (thrown) {
    return { ok: false, problem: `${file}: ${thrown instanceof Error ? thrown.message : thrown}` };
  }
}
