// An environment as a folder: made on first use, its files read, its state kept in `.state/`.
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { JameyError, messageOf } from "../../protocol/errors.ts";
import { type EnvironmentPlaces, environmentPlaces, placesOf } from "../../protocol/places.ts";
import { type ConfigLayer, configFromVariables, mergeConfig } from "../config.ts";
import type { ProtectedPlaces } from "../world/protected.ts";
import type { ObjectFiles } from "./catalog.ts";
import { defaultAssistant, defaultManifest } from "./defaults.ts";
import { MAX_OBJECT_BYTES } from "./object-file.ts";
import { lineOfPath, MAX_YAML_BYTES, parseYaml } from "./yaml.ts";

type Variables = Record<string, string | undefined>;

/** The only environment that is made by itself. */
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
  config: ReturnType<typeof mergeConfig>["config"];
  warnings: string[];
  objectFiles: ObjectFiles;
}

/** Finds the environment and makes its private folders; the default one is made whole by `open`. */
export function findEnvironment(options: {
  environment: string;
  variables: Variables;
  hash: (text: string) => string;
}): FoundEnvironment {
  const { environment, variables } = options;
  const places = placesOf(variables, variables.HOME || homedir());
  const found = environmentPlaces({
    places,
    environment,
    shortHash: options.hash,
    temporary: { folder: tmpdir(), uid: process.getuid?.() ?? 0 },
  });
  if (environment !== DEFAULT_ENVIRONMENT && !existsSync(found.folder)) {
    const message = `There is no environment '${environment}' (looked in ${found.folder}).`;
    throw new JameyError("environment_not_found", message);
  }
  privateFolder(found.state);
  privateFolder(found.run);
  return {
    name: environment,
    places: found,
    configFolder: places.config,
    privateFolders: [places.config, places.state],
    environments: join(places.data, "environments"),
  };
}

/** Makes the default environment if need be, and reads settings. Only for who holds the lock. */
export function openEnvironment(found: FoundEnvironment, variables: Variables): OpenEnvironment {
  const { folder, state } = found.places;
  makeFile(join(state, ".gitignore"), "*\n");
  if (found.name === DEFAULT_ENVIRONMENT) makeDefault(folder);
  const objects = join(folder, "objects");
  mkdirSync(objects, { recursive: true, mode: 0o700 });
  const { config, warnings } = mergeConfig([
    configFromVariables(variables),
    layer(join(folder, "manifest.yml")),
    layer(join(found.configFolder, "daemon.yml")),
  ]);
  return { ...found, config, warnings, objectFiles: objectFilesIn(objects) };
}

/** What of an environment no tool may reach, and what none may change. */
export function protectedPlaces(found: FoundEnvironment): ProtectedPlaces {
  const { places, privateFolders, environments } = found;
  return {
    hidden: [...privateFolders, places.state, places.run],
    environments,
    outputs: join(places.state, "outputs"),
    fixed: [join(places.folder, "manifest.yml"), join(places.folder, "objects")],
  };
}

/** The objects appear last and whole: a start that was interrupted is made good by the next. */
function makeDefault(folder: string): void {
  const objects = join(folder, "objects");
  if (existsSync(objects)) return;
  const making = join(folder, ".objects.new");
  mkdirSync(making, { recursive: true, mode: 0o700 });
  makeFile(join(folder, "manifest.yml"), defaultManifest);
  makeFile(join(folder, ".gitignore"), ".state/\n");
  makeFile(join(making, "assistant.md"), defaultAssistant);
  renameSync(making, objects);
}

function makeFile(file: string, text: string): void {
  if (!existsSync(file)) writeFileSync(file, text, { mode: 0o600 });
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
  const text = boundedRead(file, MAX_YAML_BYTES);
  const placeOf = (path: string[]) => `${file}:${lineOfPath(text, path)}`;
  return { from: file, values: parseYaml(text, file), placeOf };
}

/** A regular file's text. Anything else could block for ever, or never end. */
function boundedRead(file: string, maxBytes: number): string {
  const found = statSync(file);
  if (!found.isFile()) throw new JameyError("config_invalid", `${file}: is no regular file.`);
  if (found.size > maxBytes) {
    throw new JameyError("config_invalid", `${file}: larger than ${maxBytes} bytes.`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file));
  } catch (cause) {
    throw new JameyError("config_invalid", `${file}: ${messageOf(cause)}`, { cause });
  }
}

export function objectFilesIn(folder: string): ObjectFiles {
  return {
    list: () =>
      // A folder that somebody moved away holds nothing.
      (existsSync(folder) ? readdirSync(folder) : [])
        .filter((file) => file.endsWith(".md") && !file.startsWith("."))
        .toSorted()
        .flatMap((file) => {
          const path = join(folder, file);
          const found = statSync(path, { throwIfNoEntry: false, bigint: true });
          if (!found?.isFile()) return [];
          return [{ file: path, stamp: `${found.mtimeNs} ${found.size} ${found.ino}` }];
        }),
    read: (file) => boundedRead(file, MAX_OBJECT_BYTES),
  };
}
