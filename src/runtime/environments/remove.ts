// Another name for an environment, and taking one away: into a bounded trash, from which it can be restored.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { EnvironmentInfo, RemovedEnvironment } from "../../protocol/environments.ts";
import type { FoundEnvironment } from "../environment/open.ts";
import { follow } from "./chosen.ts";
import { freePlace, holding, homeOf, namedPlace, type Variables } from "./hold.ts";
import { aboutEnvironment } from "./list.ts";

/** Removed environments that are kept; the oldest go first. */
export const MAX_TRASHED = 10;

export async function renameEnvironment(
  { from, to }: { from: string; to: string },
  variables: Variables,
): Promise<EnvironmentInfo> {
  const found = namedPlace(from, variables);
  const target = freePlace(to, variables);
  await holding(found, async () => {
    renameSync(found.places.folder, target.places.folder);
    forgetDoors(found);
    return await Promise.resolve();
  });
  follow(from, to, variables);
  return aboutEnvironment(to, variables);
}

export async function removeEnvironment(
  { name, purge }: { name: string; purge: boolean },
  variables: Variables,
): Promise<RemovedEnvironment> {
  const found = namedPlace(name, variables);
  const { trash } = homeOf(variables);
  const kept = join(trash, `${name}~${stamp()}`);
  await holding(found, async () => {
    mkdirSync(trash, { recursive: true, mode: 0o700 });
    renameSync(found.places.folder, kept);
    forgetDoors(found);
    if (purge) rmSync(kept, { recursive: true, force: true });
    return await Promise.resolve();
  });
  prune(trash);
  follow(name, null, variables);
  return { name, kept_in: purge ? null : kept };
}

/** The folder vanishes in one step; its files follow. */
export function discard({ places }: FoundEnvironment): void {
  const going = join(places.folder, "..", `.${crypto.randomUUID()}`);
  renameSync(places.folder, going);
  rmSync(going, { recursive: true, force: true });
}

/** What the last daemon has left: no client shall knock there. */
export function forgetDoors({ places }: FoundEnvironment): void {
  rmSync(places.socket, { force: true });
  rmSync(places.token, { force: true });
}

/** When, as part of a file's name; names of later ones sort later. */
export const stamp = (): string => new Date().toISOString().replaceAll(/[-:.]/g, "");

/** The newest one of this name that was removed. */
export function findTrashed(name: string, variables: Variables): string | undefined {
  const { trash } = homeOf(variables);
  const newest = trashed(trash).findLast((one) => one.startsWith(`${name}~`));
  return newest === undefined ? undefined : join(trash, newest);
}

/** Oldest first. */
const trashed = (trash: string): string[] =>
  (existsSync(trash) ? readdirSync(trash) : [])
    .filter((name) => name.includes("~"))
    .toSorted((one, other) => (timeOf(one) < timeOf(other) ? -1 : 1));

/** In one millisecond, the name decides. */
const timeOf = (name: string): string => `${name.slice(name.indexOf("~"))} ${name}`;

function prune(trash: string): void {
  for (const name of trashed(trash).slice(0, -MAX_TRASHED)) {
    rmSync(join(trash, name), { recursive: true, force: true });
  }
}
