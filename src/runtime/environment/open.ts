// An environment as a folder: made on first use, its files read, its state kept in `.state/`.
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { JameyError } from "../../protocol/errors.ts";
import { type EnvironmentPlaces, environmentPlaces, placesOf } from "../../protocol/places.ts";
import { type ConfigLayer, configFromVariables, mergeConfig } from "../config.ts";
import type { ObjectFiles } from "./catalog.ts";
import { defaultAssistant, defaultManifest } from "./defaults.ts";
import { MAX_OBJECT_BYTES } from "./object-file.ts";
import { MAX_YAML_BYTES, parseYaml } from "./yaml.ts";

type Variables = Record<string, string | undefined>;

/** The only environment that is made by itself. */
export const DEFAULT_ENVIRONMENT = "default";

export interface OpenEnvironment {
  name: string;
  places: EnvironmentPlaces;
  /** Folder of daemon.yml and the credentials. */
  configFolder: string;
  config: ReturnType<typeof mergeConfig>["config"];
  warnings: string[];
  objectFiles: ObjectFiles;
}

/** Finds the environment, makes the default one if need be, and reads its settings. */
export function openEnvironment(options: {
  environment: string;
  variables: Variables;
  hash: (text: string) => string;
}): OpenEnvironment {
  const { environment, variables } = options;
  const places = placesOf(variables, variables.HOME || homedir());
  const found = environmentPlaces({
    places,
    environment,
    shortHash: options.hash,
    temporary: { folder: tmpdir(), uid: process.getuid?.() ?? 0 },
  });
  if (environment === DEFAULT_ENVIRONMENT) makeDefault(found.folder);
  if (!existsSync(found.folder)) {
    const message = `There is no environment '${environment}' (looked in ${found.folder}).`;
    throw new JameyError("environment_not_found", message);
  }
  mkdirSync(join(found.folder, "objects"), { recursive: true });
  privateFolder(found.state);
  privateFolder(found.run);
  const { config, warnings } = mergeConfig([
    configFromVariables(variables),
    layer(join(found.folder, "manifest.yml")),
    layer(join(places.config, "daemon.yml")),
  ]);
  return {
    name: environment,
    places: found,
    configFolder: places.config,
    config,
    warnings,
    objectFiles: objectFilesIn(join(found.folder, "objects")),
  };
}

function makeDefault(folder: string): void {
  const objects = join(folder, "objects");
  if (existsSync(join(folder, "manifest.yml")) || existsSync(objects)) return;
  mkdirSync(objects, { recursive: true, mode: 0o700 });
  writeFileSync(join(objects, "assistant.md"), defaultAssistant, { flag: "wx" });
  writeFileSync(join(folder, ".gitignore"), ".state/\n", { flag: "wx" });
  writeFileSync(join(folder, "manifest.yml"), defaultManifest, { flag: "wx" });
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
  if (!existsSync(file)) return { from: file, values: {} };
  return { from: file, values: parseYaml(boundedRead(file, MAX_YAML_BYTES), file) };
}

function boundedRead(file: string, maxBytes: number): string {
  const { size } = statSync(file);
  if (size > maxBytes) {
    throw new JameyError("config_invalid", `${file}: larger than ${maxBytes} bytes.`);
  }
  return readFileSync(file, "utf8");
}

function objectFilesIn(folder: string): ObjectFiles {
  return {
    list: () =>
      readdirSync(folder)
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
