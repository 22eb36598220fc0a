// Environments by name, and the right to change one: its lock, held while no daemon has it.
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { JameyError } from "../../protocol/errors.ts";
import { environmentName, placesOf } from "../../protocol/places.ts";
import { type FoundEnvironment, locateEnvironment } from "../environment/open.ts";
import { takeLock } from "../lock.ts";
import { readAbout, readPid } from "../pid-file.ts";

export type Variables = Record<string, string | undefined>;

/** The folders of all environments of this user. */
export function homeOf(variables: Variables) {
  const { config, data } = placesOf(variables, variables.HOME || homedir());
  return {
    config,
    environments: join(data, "environments"),
    archives: join(data, "archives"),
    trash: join(data, "trash"),
  };
}

/** Where an environment would lie that is not there yet. Refuses a path, and a name that is taken. */
export function freePlace(name: string, variables: Variables): FoundEnvironment {
  requireName(name);
  const found = locateEnvironment({ environment: name, variables, mayMake: true });
  if (!existsSync(found.places.folder)) return found;
  const message = `There is an environment '${name}' already (${found.places.folder}): choose another name.`;
  throw new JameyError("already_exists", message, { details: { name } });
}

/** One that lies among the others under its own name; a folder of somebody's own is theirs to move. */
export function namedPlace(name: string, variables: Variables): FoundEnvironment {
  requireName(name);
  return existingPlace(name, variables);
}

export function existingPlace(environment: string, variables: Variables): FoundEnvironment {
  const isName = environmentName.test(environment);
  const found = locateEnvironment({ environment, variables, mayMake: isName });
  if (existsSync(found.places.folder)) return found;
  const known = namesOf(variables);
  const message = `There is no environment '${environment}' (known: ${known.join(", ") || "none yet"}). To make it: jamey env create ${environment}`;
  throw new JameyError("environment_not_found", message, { details: { known } });
}

/** More are not looked at. */
const MAX_LISTED = 10_000;

/** Of those that have a name; what begins with a dot is being made or taken away. */
export function namesOf(variables: Variables): string[] {
  const { environments } = homeOf(variables);
  if (!existsSync(environments)) return [];
  return readdirSync(environments, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && environmentName.test(entry.name))
    .map((entry) => entry.name)
    .toSorted()
    .slice(0, MAX_LISTED);
}

function requireName(name: string): void {
  if (environmentName.test(name)) return;
  const message = `'${name}' is no name of an environment: letters, digits, '_', '-' and '.', up to 64, a letter or digit first.`;
  throw new JameyError("invalid_request", message);
}

/** The daemon that has it; its own file says who it is. Taken for a moment where it is free. */
export function runningDaemon(state: string): { pid: number | null; url: string | null } | null {
  const file = join(state, "lock.db");
  if (!existsSync(file)) return null;
  const lock = takeLock(file);
  lock?.release();
  if (lock) return null;
  const url = readAbout(state)?.url;
  return { pid: readPid(state) ?? null, url: typeof url === "string" ? url : null };
}

/** Does something while no daemon has the environment, and none can take it. */
export async function holding<Out>(
  { name, places }: FoundEnvironment,
  work: () => Promise<Out>,
): Promise<Out> {
  const lock = takeLock(join(places.state, "lock.db"));
  if (!lock) throw isRunning(name, places.state);
  try {
    return await work();
  } finally {
    lock.release();
  }
}

function isRunning(name: string, state: string): JameyError {
  const pid = readPid(state);
  const who = pid === undefined ? "" : ` (pid ${pid})`;
  const message = `The daemon of '${name}' runs${who}. Stop it first: jamey daemon stop --env ${name}`;
  return new JameyError("conflict", message, { details: { name, pid: pid ?? null } });
}
