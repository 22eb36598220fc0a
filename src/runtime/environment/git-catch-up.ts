// What a repository lacks of the history of objects: versions whose commit a daemon that was killed had no
// time for. Decides only; nothing here runs git.

/** Versions of one object that are committed after the fact. */
export const MAX_CAUGHT_UP_VERSIONS = 100;

export interface Uncommitted {
  author: string;
  reason: string;
  text: string;
}

/** Names in the folder of objects → the id of what the newest commit holds, from `git ls-tree -z`. */
export function heldIn(listed: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of listed.split("\0")) {
    const [, id, name] = /^\d+ blob ([0-9a-f]+)\tobjects\/([^/]+)$/.exec(entry) ?? [];
    if (id !== undefined && name !== undefined) found.set(name, id);
  }
  return found;
}

/**
 * Oldest first. Of a file that the repository does not have it is the whole history; where it holds something
 * that is none of the versions, somebody else writes there as well, and it is the newest only.
 */
export function missingOf(
  held: string | undefined,
  newestFirst: Iterable<Uncommitted>,
): Uncommitted[] {
  const missing: Uncommitted[] = [];
  for (const version of newestFirst) {
    if (held !== undefined && blobId(version.text, held.length) === held) return missing.reverse();
    missing.push(version);
    if (missing.length === MAX_CAUGHT_UP_VERSIONS) break;
  }
  return held === undefined ? missing.reverse() : missing.slice(0, 1);
}

/** As git names a file's content: by SHA-1, or by SHA-256 in a repository made so. */
function blobId(text: string, length: number): string {
  const hasher = new Bun.CryptoHasher(length === 64 ? "sha256" : "sha1");
  return hasher.update(`blob ${Buffer.byteLength(text)}\0${text}`).digest("hex");
}
