// Archives: a whole environment in one compressed tar file of our own, and back. The folder goes only after the
// archive was read back and every byte found in it.
import { existsSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { CarriedFile, Imported } from "../../protocol/environments.ts";
import { JameyError } from "../../protocol/errors.ts";
import { environmentName } from "../../protocol/places.ts";
import type { FoundEnvironment } from "../environment/open.ts";
import { isTrusted } from "../environment/untrusted.ts";
import { copyDatabase, countSessions } from "../store/copy.ts";
import { follow } from "./chosen.ts";
import { isDaemonsOwn, MAX_ENTRIES, walk } from "./contents.ts";
import { makeFresh } from "./fresh.ts";
import { freePlace, holding, homeOf, namedPlace, type Variables } from "./hold.ts";
import { discard, findTrashed, forgetDoors, stamp } from "./remove.ts";
import { type ReadLimits, readTar } from "./tar-read.ts";
import { type Source, writeTar } from "./tar-write.ts";

const SUFFIX = ".tar.gz";
const DATABASE = ".state/jamey.db";

/** What we wrote ourselves may be as large as the disk. */
const OWN_LIMITS: ReadLimits = {
  members: 2 * MAX_ENTRIES,
  memberBytes: 2 ** 46,
  totalBytes: 2 ** 46,
  ratio: 2_000,
};

export async function archiveEnvironment(name: string, variables: Variables): Promise<CarriedFile> {
  const found = namedPlace(name, variables);
  const file = join(homeOf(variables).archives, `${name}~${stamp()}${SUFFIX}`);
  return await holding(found, async () => {
    const sessions = countSessions(found.places.state) ?? 0;
    const copy = join(found.places.state, `.copy-${crypto.randomUUID()}`);
    try {
      const sources = sourcesOf(found, copyDatabase(found.places.state, copy) ? copy : undefined);
      await compareWith(file, await writeTar(file, sources));
      discard(found);
      forgetDoors(found);
      follow(name, null, variables);
      return { name, file, bytes: statSync(file).size, members: sources.length, sessions };
    } finally {
      rmSync(copy, { force: true });
    }
  });
}

function sourcesOf({ places }: FoundEnvironment, database: string | undefined): Source[] {
  const sources: Source[] = database ? [{ name: DATABASE, from: { file: database } }] : [];
  for (const { name, kind } of walk(places.folder)) {
    const file = join(places.folder, name);
    if (isDaemonsOwn(name) || file === database) continue;
    if (kind === "other") {
      const message = `${file} is a link or no file, which an archive does not keep: take it away first. Nothing was changed.`;
      throw new JameyError("conflict", message);
    }
    sources.push({ name, from: kind === "folder" ? "folder" : { file } });
  }
  return sources;
}

/** What is on the disk, against what was read from the folder. A bad archive takes nothing along. */
async function compareWith(file: string, hashes: ReadonlyMap<string, string>): Promise<void> {
  try {
    const members = await readTar(file, { limits: OWN_LIMITS, place: () => undefined });
    const read = members.filter((one) => one.type === "file");
    const isSame = read.every(({ name, hash }) => hashes.get(name) === hash);
    if (isSame && read.length === hashes.size) return;
    throw new JameyError("storage_failed", `${file} does not hold what was written.`);
  } catch (cause) {
    rmSync(file, { force: true });
    if (!(cause instanceof JameyError)) throw cause;
    const message = `The archive could not be read back, and the environment stays. ${cause.message}`;
    throw new JameyError(cause.code, message, { cause });
  }
}

/** By name from the archives, else from the trash; a file only where we keep our own. */
export async function restoreEnvironment(
  options: { source: string; directory: string; name: string | null },
  variables: Variables,
): Promise<Imported> {
  const source = findSource(options, variables);
  const name = options.name ?? source.name;
  const target = freePlace(name, variables);
  const members = source.isTrash
    ? putBack(source.path, target)
    : await makeFresh(target, async (folder) => await unpack(source.path, folder));
  const { folder, state } = target.places;
  const about = { is_trusted: isTrusted(state), sessions: countSessions(state) ?? 0 };
  return { name, folder, members, ...about, ignored: [] };
}

/** In one step: it is either still in the trash or in its place. */
function putBack(trashed: string, { places }: FoundEnvironment): number {
  renameSync(trashed, places.folder);
  return [...walk(places.folder)].length;
}

interface Stored {
  name: string;
  path: string;
  isTrash: boolean;
}

function findSource(
  { source, directory }: { source: string; directory: string },
  variables: Variables,
): Stored {
  const { archives } = homeOf(variables);
  if (!source.includes("/") && !source.endsWith(SUFFIX)) {
    const archive = newestArchive(source, archives);
    if (archive) return { name: source, path: archive, isTrash: false };
    const trashed = findTrashed(source, variables);
    if (trashed) return { name: source, path: trashed, isTrash: true };
    const known = [...new Set(archivesIn(archives).map(nameOf))];
    const message = `There is no archive of '${source}' in ${archives}, and none was deleted lately. Archives: ${known.join(", ") || "none"}.`;
    throw new JameyError("not_found", message, { details: { known } });
  }
  const path = resolve(directory, source);
  if (dirname(path) !== resolve(archives)) throw notOurs(path);
  return { name: nameOf(path), path, isTrash: false };
}

/** Its database would be opened and its code taken for trusted: that is for what we wrote alone. */
function notOurs(path: string): JameyError {
  const message = `${path} does not lie among the archives of this jamey. Take what is safe in it: jamey env import ${path}`;
  return new JameyError("forbidden", message);
}

async function unpack(path: string, folder: string): Promise<number> {
  const members = await readTar(path, {
    limits: OWN_LIMITS,
    place: ({ name }) => (isDaemonsOwn(name) && name !== DATABASE ? undefined : join(folder, name)),
  });
  return members.length;
}

const archivesIn = (folder: string): string[] =>
  (existsSync(folder) ? readdirSync(folder) : [])
    .filter((name) => name.endsWith(SUFFIX))
    .toSorted();

function newestArchive(name: string, folder: string): string | undefined {
  const newest = archivesIn(folder).findLast((one) => one.startsWith(`${name}~`));
  return newest === undefined ? undefined : join(folder, newest);
}

/** The name that a file's name says; of one that says none, its own. */
export function nameOf(file: string): string {
  const plain = basename(file).replace(/(?:\.jamey)?(?:\.tar\.gz|\.tgz)$/, "");
  const name = plain.split("~")[0] ?? plain;
  return environmentName.test(name) ? name : "imported";
}
