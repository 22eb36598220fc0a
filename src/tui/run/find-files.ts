// Files of the working directory for completion: names that fit what is typed, the best first. What git ignores,
// hidden files and links are left out, as with -f; so is what cannot be written as it is called.
// Rule: who types is not kept waiting: however many files there are, they are looked at a few at a time.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readRegularFile } from "../../client/regular-file.ts";
import {
  type IgnoreRule,
  isIgnored,
  isSkippedName,
  parseIgnoreRules,
} from "../../terminal/ignored-paths.ts";
import { isMentionable } from "../composer/index.ts";

/** Entries of folders that one walk looks at, and how long it takes at most. */
const MAX_WALKED_ENTRIES = 20_000;
const MAX_WALK_MS = 1000;
/** Names that are looked at before something else has its turn. */
const SLICE = 500;
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
  /** What the letters before left over: with one more it is searched there. */
  let last: { paths: readonly string[]; query: string; fitting: readonly string[] } | undefined;
  return {
    async find(query) {
      if (performance.now() - walkedAt > FRESH_MS) {
        walkedAt = performance.now();
        walked = walk(directory);
      }
      const paths = await walked;
      const isNarrower = last?.paths === paths && query.startsWith(last.query);
      const ranking = createRanking(query);
      await slowly(isNarrower && last ? last.fitting : paths, ranking.add);
      last = { paths, query, fitting: ranking.fitting };
      return ranking.best();
    },
  };
}

/** Every letter in order; what is together, and near the name of the file, comes first. */
export function bestPaths(paths: readonly string[], query: string): readonly string[] {
  const ranking = createRanking(query);
  for (const path of paths) ranking.add(path);
  return ranking.best();
}

interface Scored {
  path: string;
  score: number;
}

const compare = (left: Scored, right: Scored): number =>
  left.score - right.score || (left.path < right.path ? -1 : 1);

/** Only as many are put in order as are offered. */
function createRanking(query: string) {
  const wanted = query.toLowerCase();
  const fitting: string[] = [];
  const best: Scored[] = [];
  return {
    fitting,
    add(path: string) {
      const score = scoreOf(path.toLowerCase(), wanted);
      if (score === undefined) return;
      fitting.push(path);
      const one = { path, score };
      const worst = best.length < MAX_FOUND ? undefined : best.at(-1);
      if (worst && compare(worst, one) < 0) return;
      const at = best.findIndex((other) => compare(one, other) < 0);
      best.splice(at < 0 ? best.length : at, 0, one);
      if (best.length > MAX_FOUND) best.pop();
    },
    best: () => best.map(({ path }) => path),
  };
}

async function slowly<One>(all: readonly One[], look: (one: One) => void): Promise<void> {
  for (let at = 0; at < all.length; at += SLICE) {
    if (at > 0) await breath();
    for (const one of all.slice(at, at + SLICE)) look(one);
  }
}

/** Until what waits has had its turn. */
const breath = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

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
  let left = MAX_WALKED_ENTRIES;
  for (const folder of folders) {
    if (left <= 0 || performance.now() > deadline) break;
    const { path: inside } = folder;
    // All of one folder: opendir of this runtime reads no less, and takes longer.
    const entries = await readdir(join(directory, inside), { withFileTypes: true }).catch(() => []);
    const own = parseIgnoreRules(await readIgnore(join(directory, inside)), inside);
    const rules = own.length === 0 ? folder.rules : [...folder.rules, ...own];
    await slowly(entries.slice(0, left), (entry) => {
      if (isSkippedName(entry.name) || !isMentionable(entry.name)) return;
      const path = inside === "" ? entry.name : `${inside}/${entry.name}`;
      const isFolder = entry.isDirectory();
      if (performance.now() > deadline || isIgnored(rules, path, isFolder)) return;
      if (isFolder) folders.push({ path, rules });
      else if (entry.isFile()) found.push(path);
    });
    left -= entries.length;
  }
  return found;
}

async function readIgnore(folder: string): Promise<string> {
  const read = await readRegularFile(join(folder, ".gitignore"), MAX_IGNORE_BYTES);
  return read.type === "text" && !read.isCut ? read.text : "";
}
