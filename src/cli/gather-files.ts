// The files that -f names: a file, a folder, a pattern, or an address → what is to be read, in order.
// Rules: 1. Nothing is left out in silence but what a folder leaves out by its nature (ignored-paths.ts) and
//           what is no text; beyond a limit it is an error.
//        2. A folder or pattern follows no symbolic links: what others wrote cannot point out of it.
import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { JameyError, messageOf } from "../protocol/errors.ts";
import { isAddress, parseAddress } from "./fetch-file.ts";
import { type IgnoreRule, isIgnored, isSkippedName, parseIgnoreRules } from "./ignored-paths.ts";

export type Gathered =
  /** Named by itself: it must be text. */
  | { type: "file"; path: string }
  /** Found in a folder or by a pattern: left out unless it is text. */
  | { type: "found"; path: string; under: string }
  | { type: "address"; url: URL };

/** Entries of folders that one walk looks at. */
const MAX_WALKED_ENTRIES = 20_000;
/** A .gitignore beyond this is not one. Bytes. */
const MAX_IGNORE_BYTES = 1024 * 1024;

export async function gatherFiles(names: readonly string[]): Promise<Gathered[]> {
  const gathered: Gathered[] = [];
  for (const name of names) {
    if (isAddress(name)) gathered.push({ type: "address", url: parseAddress(name) });
    else gathered.push(...(await gatherPath(name)));
  }
  const seen = new Set<string>();
  return gathered.filter((one) => {
    const key = one.type === "address" ? one.url.href : one.path;
    return seen.size < seen.add(key).size;
  });
}

async function gatherPath(name: string): Promise<Gathered[]> {
  const stat = await statOf(name);
  if (!stat && /[*?[{]/.test(name)) return await gatherPattern(name);
  if (!stat) throw new JameyError("input_missing", `Cannot read ${name}: there is no such file.`);
  if (stat.isFile() || stat.isFIFO()) return [{ type: "file", path: name }];
  if (stat.isDirectory()) return await gatherFolder(name);
  // A device may never end.
  throw new JameyError("input_missing", `${name} is neither a file nor a folder.`);
}

/** undefined where there is nothing of this name. */
export async function statOf(name: string) {
  try {
    return await Bun.file(name).stat();
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw new JameyError("input_missing", `Cannot read ${name}: ${messageOf(cause)}`, { cause });
  }
}

const isMissing = (cause: unknown): boolean =>
  cause instanceof Error &&
  "code" in cause &&
  (cause.code === "ENOENT" || cause.code === "ENOTDIR");

async function gatherFolder(name: string): Promise<Gathered[]> {
  const root = name.replace(/(?<=.)\/+$/, "");
  const paths = await walk(root, name);
  if (paths.length === 0) throw noText(name);
  return paths.map((path) => ({ type: "found", path: under(root, path), under: name }));
}

export const noText = (name: string): JameyError =>
  new JameyError("input_missing", `${name} has no text file.`);

async function gatherPattern(pattern: string): Promise<Gathered[]> {
  const segments = pattern.split("/");
  const fixed = segments.findIndex((segment) => /[*?[{]/.test(segment));
  const root = segments.slice(0, fixed).join("/") || (pattern.startsWith("/") ? "/" : "");
  const glob = new Bun.Glob(pattern);
  const isThere = root === "" || (await statOf(root))?.isDirectory() === true;
  const paths = isThere ? await walk(root || ".", pattern) : [];
  const fitting = paths.map((path) => under(root, path)).filter((path) => glob.match(path));
  if (fitting.length > 0) {
    return fitting.map((path) => ({ type: "found", path, under: pattern }));
  }
  throw new JameyError("input_missing", `No file fits ${pattern}.`);
}

/** A path as the human would write it. */
const under = (root: string, path: string): string =>
  root === "" || root.endsWith("/") ? root + path : `${root}/${path}`;

/** Regular files below a folder, relative to it, in the order of their names. */
async function walk(root: string, name: string): Promise<string[]> {
  const found: string[] = [];
  let walked = 0;

  async function enter(folder: string, before: readonly IgnoreRule[]): Promise<void> {
    const entries = await entriesOf(under(root, folder));
    walked += entries.length;
    if (walked > MAX_WALKED_ENTRIES) {
      throw new JameyError(
        "too_large",
        `${name} has more than ${MAX_WALKED_ENTRIES} entries. Name a smaller folder, or a pattern.`,
      );
    }
    const rules = [...before, ...(await ignoreRules(root, folder, entries))];
    for (const entry of entries) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (isSkippedName(entry.name) || isIgnored(rules, path, entry.isDirectory())) continue;
      if (entry.isDirectory()) await enter(path, rules);
      else if (entry.isFile()) found.push(path);
    }
  }

  await enter("", []);
  return found;
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort((one, other) => (one.name < other.name ? -1 : 1));
  } catch (cause) {
    throw new JameyError("input_missing", `Cannot read ${folder}: ${messageOf(cause)}`, { cause });
  }
}

async function ignoreRules(
  root: string,
  folder: string,
  entries: readonly Dirent[],
): Promise<IgnoreRule[]> {
  if (!entries.some((entry) => entry.name === ".gitignore" && entry.isFile())) return [];
  const file = Bun.file(under(under(root, folder), ".gitignore"));
  return file.size > MAX_IGNORE_BYTES ? [] : parseIgnoreRules(await file.text(), folder);
}
