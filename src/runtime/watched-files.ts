// What the files of a pattern are now, so that a change shows. They are looked at instead of being watched by
// the system: that holds on every disk, for folders that come later, and costs the same however much is written.
import { lstat } from "node:fs/promises";
import { join } from "node:path";

/** Files of one pattern that are looked at; the rest wakes nobody. */
export const MAX_WATCHED_FILES = 1_000;
/** Names that a message tells. */
const MAX_NAMED_FILES = 20;

export interface Looked {
  /** Path → what changes whenever the file does. */
  files: Map<string, string>;
  fingerprint: string;
}

/** Plain files only; links are not followed, hidden folders not entered. */
export async function lookAtFiles(folder: string, pattern: string): Promise<Looked> {
  const files = new Map<string, string>();
  const paths: string[] = [];
  const found = new Bun.Glob(pattern).scan({ cwd: folder, onlyFiles: true, dot: false });
  try {
    for await (const path of found) {
      paths.push(path);
      if (paths.length >= MAX_WATCHED_FILES) break;
    }
  } catch (thrown) {
    // A folder that is not there, or goes while it is looked at, holds nothing.
    if (!isGone(thrown)) throw thrown;
  }
  for (const path of paths.toSorted()) {
    const stat = await lstat(join(folder, path)).catch(() => undefined);
    if (stat?.isFile()) files.set(path, `${stat.ino} ${stat.size} ${stat.mtimeMs}`);
  }
  const hasher = new Bun.CryptoHasher("sha256");
  for (const [path, stamp] of files) hasher.update(`${path}\0${stamp}\0`);
  return { files, fingerprint: hasher.digest("hex") };
}

/** What is new, other or gone, as a human reads it. Names come from anybody: each is quoted. */
export function changesBetween(before: Map<string, string> | undefined, now: Looked): string {
  if (!before) return "files changed while nobody looked";
  const changed = [
    ...[...now.files].flatMap(([path, stamp]) => {
      const was = before.get(path);
      if (was === stamp) return [];
      return [`${was === undefined ? "new" : "changed"} ${JSON.stringify(path)}`];
    }),
    ...[...before.keys()].flatMap((path) =>
      now.files.has(path) ? [] : [`gone ${JSON.stringify(path)}`],
    ),
  ];
  const more = changed.length - MAX_NAMED_FILES;
  return `${changed.slice(0, MAX_NAMED_FILES).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

const isGone = (thrown: unknown): boolean =>
  thrown instanceof Error && "code" in thrown && ["ENOENT", "ENOTDIR"].includes(`${thrown.code}`);
