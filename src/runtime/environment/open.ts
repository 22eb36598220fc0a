// An environment as a folder: made on first use, its files read, its state kept in `.state/`.
import { chmodSync, existsSync, lstatSync, mkdirSync, renameSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { JameyError } from "../../protocol/errors.ts";
import { isObject } from "../../protocol/json.ts";
import { type EnvironmentPlaces, environmentPlaces, placesOf } from "../../protocol/places.ts";
import { valueAt } from "../config/keys.ts";
import { type ConfigLayer, mergeConfig } from "../config/layers.ts";
import { configFromVariables, unknownVariables } from "../config/variables.ts";
import type { Config } from "../config.ts";
import { replaceFile } from "../replace-file.ts";
import { ownParts, type ProtectedPlaces, TESTS } from "../world/protected.ts";
import { boundedRead } from "./bounded-read.ts";
import { defaultAssistant, newManifest } from "./defaults.ts";
import { type ObjectFiles, objectFilesIn } from "./object-files.ts";
import { isTrusted, narrowed, warningsOf } from "./untrusted.ts";
import { lineOfPath, MAX_YAML_BYTES, parseYaml } from "./yaml.ts";

type Variables = Record<string, string | undefined>;

/** The only environment that is made by itself; others when their daemon is started by name. */
export const DEFAULT_ENVIRONMENT = "default";

/** Where an environment lies. Its folders are there and private; nothing in them was read. */
export interface FoundEnvironment {
  name: string;
  places: EnvironmentPlaces;
  /** Folder of daemon.yml and the credentials. */
  configFolder: string;
  /** What all environments share that no tool may reach: keys, and the folder of sockets and tokens. */
  privateFolders: string[];
  /** Folder of all environments that have a name. */
  environments: string;
}

export interface OpenEnvironment extends FoundEnvironment {
  config: Config;
  warnings: string[];
  objectFiles: ObjectFiles;
  /** False for an import that no human has trusted yet: nothing in it starts anything by itself. */
  isTrusted: boolean;
}

/** Finds the environment and makes its private folders; one with a name is made whole by `open`. */
export function findEnvironment(options: {
  environment: string;
  variables: Variables;
  mayMake: boolean;
}): FoundEnvironment {
  const found = locateEnvironment(options);
  privateFolder(found.places.state);
  privateFolder(found.places.run);
  return found;
}

/** Where an environment lies, or would: of the default one nothing need be there yet. Makes nothing. */
export function locateEnvironment(options: {
  environment: string;
  variables: Variables;
  /** A human started its daemon by name: it need not be there yet either. */
  mayMake?: boolean;
}): FoundEnvironment {
  const { environment, variables, mayMake = false } = options;
  const places = placesOf(variables, variables.HOME || homedir());
  const found = environmentPlaces({
    places,
    environment,
    shortHash: (text) => new Bun.CryptoHasher("sha256").update(text).digest("hex"),
    temporary: { folder: tmpdir(), uid: process.getuid?.() ?? 0 },
  });
  const isMakeable = environment === DEFAULT_ENVIRONMENT || (mayMake && hasName(environment));
  if (!isMakeable && !existsSync(found.folder)) {
    const advice = hasName(environment) ? ` To make it: jamey env create ${environment}` : "";
    const message = `There is no environment '${environment}' (looked in ${found.folder}).${advice}`;
    throw new JameyError("environment_not_found", message);
  }
  return {
    name: environment,
    places: found,
    configFolder: places.config,
    privateFolders: [
      places.config,
      places.state,
      // Whole environments, conversations and all.
      join(places.data, "archives"),
      join(places.data, "trash"),
    ],
    environments: join(places.data, "environments"),
  };
}

/** Others are folders of people's own, in which nothing is made but `.state`. */
const hasName = (environment: string): boolean => !environment.startsWith("/");

/** Makes an environment that has a name if need be, and reads settings. Only for who holds the lock. */
export function openEnvironment(
  found: FoundEnvironment,
  given: { variables: Variables; flags: Record<string, unknown> },
): OpenEnvironment {
  const { folder, state } = found.places;
  makeFile(join(state, ".gitignore"), "*\n");
  if (hasName(found.name)) makeWhole(folder, found.name);
  const objects = join(folder, "objects");
  mkdirSync(objects, { recursive: true, mode: 0o700 });
  const { config, warnings } = mergeConfig(
    settingsLayers({ ...found, ...given }).map((read) => read()),
  );
  checkFlags(given.flags, config);
  warnings.push(...unknownVariables(given.variables));
  const objectFiles = objectFilesIn({ folder: objects, trash: trashIn(state) });
  const isOurs = isTrusted(state);
  if (!isOurs) warnings.push(...warningsOf(found.name, manifestIn(folder), heldBack(folder)));
  return { ...found, config, warnings, objectFiles, isTrusted: isOurs };
}

/** What an untrusted manifest says in vain. */
const heldBack = (folder: string): string[] => narrowed(layer(manifestIn(folder))).held;
/** What was typed for a setting of the listener. */
const FLAGS: Readonly<Record<string, string>> = {
  host: "--host",
  static_dir: "--static",
  tls: "--tls-cert",
  allowed_hosts: "--allow-host",
};

/** Nothing that a human asked for is passed over in silence. */
function checkFlags(flags: Record<string, unknown>, config: Config): void {
  const asked = valueAt(flags, ["connectors", "http"]);
  if (!isObject(asked) || config.connectors.http.enabled) return;
  const names = Object.keys(asked)
    .map((name) => FLAGS[name] ?? name)
    .join(", ");
  throw new JameyError(
    "config_invalid",
    `The command line says ${names}, but nothing listens on TCP: add --http.`,
  );
}

/** Where the files of removed objects are kept for a while. */
export const trashIn = (state: string): string => join(state, "trash");
/** Where its workflows lie. */
export const workflowsIn = (folder: string): string => join(folder, "workflows");
/** Where the manifests of its own tools lie. */
export const toolsIn = (folder: string): string => join(folder, "tools");
export const manifestIn = (folder: string): string => join(folder, "manifest.yml");
export const daemonFileIn = (configFolder: string): string => join(configFolder, "daemon.yml");

/** Where settings come from, the weightiest first, each to be read. Makes nothing. */
export function settingsLayers(options: {
  places: Pick<EnvironmentPlaces, "folder" | "state">;
  configFolder: string;
  variables: Variables;
  /** In the shape of a manifest. */
  flags: Record<string, unknown>;
}): (() => ConfigLayer)[] {
  const { places, configFolder, variables, flags } = options;
  return [
    () => ({ from: "the command line", values: flags, placeOf: () => "the command line" }),
    () => configFromVariables(variables),
    () => {
      const manifest = layer(manifestIn(places.folder));
      return isTrusted(places.state) ? manifest : narrowed(manifest).layer;
    },
    () => layer(daemonFileIn(configFolder)),
  ];
}

/** What of an environment no tool may reach, and what none may change. */
export function protectedPlaces(found: FoundEnvironment): ProtectedPlaces {
  const { places, privateFolders, environments } = found;
  return {
    hidden: [...privateFolders, places.state, places.run],
    environments,
    outputs: join(places.state, "outputs"),
    fixed: ownParts.map((part) => join(places.folder, part)),
    tests: join(places.folder, TESTS),
  };
}

/** The objects appear last and whole: a start that was interrupted is made good by the next. */
function makeWhole(folder: string, name: string): void {
  const objects = join(folder, "objects");
  if (existsSync(objects)) return;
  const making = join(folder, ".objects.new");
  mkdirSync(making, { recursive: true, mode: 0o700 });
  makeFile(manifestIn(folder), newManifest(name));
  makeFile(join(folder, ".gitignore"), ".state/\n");
  makeFile(join(making, "assistant.md"), defaultAssistant);
  renameSync(making, objects);
}

function makeFile(file: string, text: string): void {
  if (!existsSync(file)) replaceFile(file, text);
}

/** A folder that is ours and only ours; somebody else's, or a link, is refused and left alone. */
export function privateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  const uid = process.getuid?.();
  if (!found.isDirectory() || (uid !== undefined && found.uid !== uid)) {
    throw new JameyError("config_invalid", `${folder} must be a folder of your own; it is not.`);
  }
  if ((found.mode & 0o077) !== 0) chmodSync(folder, 0o700);
}

function layer(file: string): ConfigLayer {
  if (!existsSync(file)) return { from: file, values: {}, placeOf: () => file };
  return layerOf(file, boundedRead(file, MAX_YAML_BYTES));
}

/** The settings that a file with this text gives. */
export function layerOf(file: string, text: string): ConfigLayer {
  const placeOf = (path: string[]) => `${file}:${lineOfPath(text, path)}`;
  return { from: file, values: parseYaml(text, file), placeOf };
}
