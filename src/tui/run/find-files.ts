// Files of the working directory for completion: names that fit what is typed, the best first. What git ignores,
// hidden files and links are left out, as with -f.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import {
  type IgnoreRule,
  isIgnored,
  isSkippedName,
  parseIgnoreRules,
} from "../../terminal/ignored-paths.ts";

/** Entries of folders that one walk looks at, and how long it takes at most. */
const MAX_WALKED_ENTRIES = 20_000;
const MAX_WALK_MS = 1000;
/** A .gitignore beyond this is not one. Bytes. */
const MAX_IGNORE_BYTES = 1024 * 1024;
/** Names that are offered. */
const MAX_FOUND = 50;
/** How long a walk is good for. Milliseconds. */
const FRESH_MS = 5000;

export interface FileFinder {
  find(query: string): Promise<readonly string[]>;
}

export function createFileFinder(directory: string): FileFinder {
  let walkedAt = Number.NEGATIVE_INFINITY;
  let walked: Promise<readonly string[]> = Promise.resolve([]);
  return {
    async find(query) {
      if (performance.now() - walkedAt > FRESH_MS) {
        walkedAt = performance.now();
        walked = walk(directory);
      }
      return bestPaths(await walked, query);
    },
  };
}

/** Every letter in order; what is together, and near the name of the file, comes first. */
export function bestPaths(paths: readonly string[], query: string): readonly string[] {
  const wanted = query.toLowerCase();
  return paths
    .flatMap((path) => {
      const score = scoreOf(path.toLowerCase(), wanted);
      return score === undefined ? [] : [{ path, score }];
    })
    .sort((left, right) => left.score - right.score || (left.path < right.path ? -1 : 1))
    .slice(0, MAX_FOUND)
    .map(({ path }) => path);
}

function scoreOf(path: string, wanted: string): number | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (name.startsWith(wanted)) return path.length;
  const [inName, inPath] = [name.indexOf(wanted), path.indexOf(wanted)];
  if (inName >= 0) return 1000 + path.length;
  if (inPath >= 0) return 2000 + path.length;
  let at = 0;
  for (const letter of wanted) {
    at = path.indexOf(letter, at) + 1;
    if (at === 0) return undefined;
  }
  return 3000 + path.length;
}

async function walk(directory: string): Promise<readonly string[]> {
  const found: string[] = [];
  const deadline = performance.now() + MAX_WALK_MS;
  const folders: { path: string; rules: readonly IgnoreRule[] }[] = [{ path: "", rules: [] }];
  let looked = 0;
  for (const folder of folders) {
    if (looked > MAX_WALKED_ENTRIES || performance.now() > deadline) break;
    const { path: inside } = folder;
    const entries = await readdir(join(directory, inside), { withFileTypes: true }).catch(() => []);
    looked += entries.length;
    const own = parseIgnoreRules(await readIgnore(join(directory, inside)), inside);
    const rules = own.length === 0 ? folder.rules : [...folder.rules, ...own];
    for (const entry of entries) {
      const path = inside === "" ? entry.name : `${inside}/${entry.name}`;
      const isFolder = entry.isDirectory();
      if (isSkippedName(entry.name) || isIgnored(rules, path, isFolder)) continue;
      if (isFolder) folders.push({ path, rules });
      else if (entry.isFile()) found.push(path);
    }
  }
  return found;
}

async function readIgnore(folder: string): Promise<string> {
  try {
    const file = Bun.file(join(folder, ".gitignore"));
    return file.size > MAX_IGNORE_BYTES ? "" : await file.text();
  } catch (_missing) {
    return "";
  }
}
