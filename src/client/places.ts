// Where one environment of this user lies: the pure rules of the protocol with the real home, user and hash.
import { readFileSync, realpathSync, statSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { resolve } from "node:path";
import { JameyError, messageOf } from "../protocol/errors.ts";
import {
  chosenEnvironmentFile,
  type EnvironmentPlaces,
  environmentPlaces,
  placesOf,
} from "../protocol/places.ts";
import type { Variables } from "./variables.ts";

export interface Environment {
  /** The name, or the real path where a path was given: what the daemon is started with. */
  environment: string;
  places: EnvironmentPlaces;
  /** The folder of daemon.yml. */
  config: string;
}

/**
 * A name, or a path (whatever has a slash in it, or is `.` or `..`). Flag > JAMEY_ENV > what `jamey env default`
 * chose > `default`.
 */
export function findEnvironment(options: {
  flag: string | undefined;
  variables: Variables;
  directory: string;
}): Environment {
  const { flag, variables, directory } = options;
  const places = placesOf(variables, variables.HOME || homedir());
  for (const name of ROOTS) checkRoot(name, variables[name]);
  const asked = flag ?? (variables.JAMEY_ENV || chosenEnvironment(places.config) || "default");
  const isPath = asked.includes("/") || asked === "." || asked === "..";
  const environment = isPath ? realPath(resolve(directory, asked)) : asked;
  return {
    environment,
    config: places.config,
    places: environmentPlaces({
      places,
      environment,
      shortHash: (text) => new Bun.CryptoHasher("sha256").update(text).digest("hex"),
      temporary: { folder: tmpdir(), uid: process.getuid?.() ?? 0 },
    }),
  };
}

/** Read at every start: one small file, which nearly nobody has. */
function chosenEnvironment(config: string): string | undefined {
  try {
    return readFileSync(chosenEnvironmentFile(config), "utf8").trim() || undefined;
  } catch (_missing) {
    return undefined;
  }
}

/** The variables that say where everything lies. */
const ROOTS = ["JAMEY_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"];

/** A folder, or nothing yet: anything else would fail later, and in words that name no variable. */
function checkRoot(name: string, path: string | undefined): void {
  if (!path?.startsWith("/")) return;
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? true) return;
  } catch (cause) {
    const message = `${name} is no folder that can be used: ${messageOf(cause)}`;
    throw new JameyError("config_invalid", message, { cause });
  }
  throw new JameyError("config_invalid", `${name} must be a folder, and ${path} is none.`);
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (cause) {
    throw new JameyError(
      "environment_not_found",
      `There is no environment at ${path}: the folder does not exist.`,
      { cause },
    );
  }
}
