// The files that -f names: a file, a folder, a pattern, or an address → what is to be read, in order.
// Rules: 1. Nothing is left out in silence: what a folder leaves out by its nature (ignored-paths.ts) and what
//           is no text is counted; beyond a limit it is an error.
//        2. A folder or pattern follows no symbolic links: what others wrote cannot point out of it.
import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { JameyError, messageOf } from "../../protocol/errors.ts";
import {
  type IgnoreRule,
  isIgnored,
  isSkippedName,
  parseIgnoreRules,
} from "../../terminal/ignored-paths.ts";
import { isAddress, parseAddress } from "./fetch-file.ts";

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

/** Why something was found and not taken. */
type Why = "binary" | "not UTF-8" | "ignored" | "hidden" | "link" | "unreadable";
/** How often. */
export type LeftOut = Map<Why, number>;

export function leaveOut(left: LeftOut, why: Why): void {
  left.set(why, (left.get(why) ?? 0) + 1);
}

export async function gatherFiles(names: readonly string[], left: LeftOut): Promise<Gathered[]> {
  const gathered: Gathered[] = [];
  for (const name of names) {
    if (isAddress(name)) gathered.push({ type: "address", url: parseAddress(name) });
    else gathered.push(...(await gatherPath(name, left)));
  }
  const seen = new Set<string>();
  return gathered.filter((one) => {
    const key = one.type === "address" ? one.url.href : one.path;
    return seen.size < seen.add(key).size;
  });
}

async function gatherPath(name: string, left: LeftOut): Promise<Gathered[]> {
  const stat = await statOf(name);
  if (!stat && /[*?[{]/.test(name)) return await gatherPattern(name, left);
  if (!stat) throw new JameyError("input_missing", `Cannot read ${name}: there is no such file.`);
  if (stat.isFile() || stat.isFIFO()) return [{ type: "file", path: name }];
  if (stat.isDirectory()) return await gatherFolder(name, left);
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

async function gatherFolder(name: string, left: LeftOut): Promise<Gathered[]> {
  const root = name.replace(/(?<=.)\/+$/, "");
  const paths = await walk(root, { name, left, fits: () => true, takesIgnored: false });
  if (paths.length === 0) throw noText(name);
  return paths.map((path) => ({ type: "found", path: under(root, path), under: name }));
}

export const noText = (name: string): JameyError =>
  new JameyError("input_missing", `${name} has no text file.`);

async function gatherPattern(pattern: string, left: LeftOut): Promise<Gathered[]> {
  const segments = pattern.split("/");
  const fixed = segments.findIndex((segment) => /[*?[{]/.test(segment));
  const root = segments.slice(0, fixed).join("/") || (pattern.startsWith("/") ? "/" : "");
  const glob = new Bun.Glob(pattern);
  const isThere = root === "" || (await statOf(root))?.isDirectory() === true;
  const fits = (path: string) => glob.match(under(root, path));
  // Without a `**` a pattern names files as a list would: then what git ignores was meant.
  const takesIgnored = !pattern.includes("**");
  const options = { name: pattern, left, fits, takesIgnored };
  const paths = isThere ? await walk(root || ".", options) : [];
  if (paths.length > 0) {
    return paths.map((path) => ({ type: "found", path: under(root, path), under: pattern }));
  }
  throw new JameyError("input_missing", `No file fits ${pattern}.`);
}

/** A path as the human would write it. */
const under = (root: string, path: string): string =>
  root === "" || root.endsWith("/") ? root + path : `${root}/${path}`;

interface Walk {
  /** As the human wrote it. */
  name: string;
  left: LeftOut;
  /** Whether a path, relative to the root, is asked for. */
  fits(path: string): boolean;
  takesIgnored: boolean;
}

/** Regular files below a folder, relative to it, in the order of their names. */
async function walk(root: string, options: Walk): Promise<string[]> {
  const { name, left, fits, takesIgnored } = options;
  const found: string[] = [];
  let walked = 0;

  async function enter(folder: string, before: readonly IgnoreRule[]): Promise<void> {
    const entries = await entriesOf(under(root, folder), folder === "" ? undefined : left);
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
      const why = whyLeftOut(entry, !takesIgnored && isIgnored(rules, path, entry.isDirectory()));
      if (why === undefined && entry.isDirectory()) await enter(path, rules);
      else if (fits(path)) {
        if (why === undefined) found.push(path);
        else if (entry.name !== GIT_FOLDER) leaveOut(left, why);
      }
    }
  }

  await enter("", []);
  return found;
}

/** Git's own, which nobody misses. */
const GIT_FOLDER = ".git";

function whyLeftOut(entry: Dirent, isIgnoredByGit: boolean): Why | undefined {
  if (entry.name.startsWith(".")) return "hidden";
  if (isSkippedName(entry.name) || isIgnoredByGit) return "ignored";
  if (entry.isDirectory() || entry.isFile()) return undefined;
  return entry.isSymbolicLink() ? "link" : "unreadable";
}

/** `left`: where a folder that may not be read counts; without it, it is an error. */
async function entriesOf(folder: string, left: LeftOut | undefined): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort((one, other) => (one.name < other.name ? -1 : 1));
  } catch (cause) {
    if (left) {
      leaveOut(left, "unreadable");
      return [];
    }
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
