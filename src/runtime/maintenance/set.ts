// Changes one setting in its file. Comments and order stay; the whole file is checked as a daemon would
// check it before anything is written.
import { existsSync } from "node:fs";
import { isMap, parseDocument } from "yaml";
import type { Change, Upkeep } from "../../protocol/upkeep.ts";
import { findSetting, unknownSetting, valueAt } from "../config/keys.ts";
import { mergeConfig } from "../config/layers.ts";
import { readText } from "../config/variables.ts";
import { boundedRead } from "../environment/bounded-read.ts";
import { newManifest } from "../environment/defaults.ts";
import {
  DEFAULT_ENVIRONMENT,
  daemonFileIn,
  layerOf,
  locateEnvironment,
  manifestIn,
} from "../environment/open.ts";
import { MAX_YAML_BYTES } from "../environment/yaml.ts";
import { replaceFile } from "../replace-file.ts";
import { refuseAgents } from "./humans-only.ts";

type Variables = Record<string, string | undefined>;

export function setSetting(
  { environment, key, value: text, file: which }: Parameters<Upkeep["set"]>[0],
  variables: Variables,
): Change {
  refuseAgents(variables);
  const { path, value } = readChange(key, text);
  const found = locateEnvironment({ environment, variables });
  const file =
    which === "manifest" ? manifestIn(found.places.folder) : daemonFileIn(found.configFolder);
  const before = existsSync(file)
    ? boundedRead(file, MAX_YAML_BYTES)
    : firstText(which, environment);
  // It must hold as it is: what cannot be read cannot be changed without losing something.
  const old = layerOf(file, before);
  const after = edited(before, path, value);
  const layer = layerOf(file, after);
  mergeConfig([layer]);
  replaceFile(file, after);
  return {
    file,
    key,
    before: valueAt(old.values, path) ?? null,
    after: valueAt(layer.values, path),
  };
}

function readChange(key: string, text: string): { path: string[]; value: unknown } {
  const found = findSetting(key);
  if (!found) throw unknownSetting(key);
  const { setting, rest } = found;
  if (rest !== null) return { path: [...setting.path, rest], value: text };
  return { path: setting.path, value: readText(text, setting.schema) };
}

/** The manifest that a first start would make is not lost by being written to before. */
const firstText = (which: "daemon" | "manifest", environment: string): string =>
  which === "manifest" && environment === DEFAULT_ENVIRONMENT ? newManifest(environment) : "";

function edited(text: string, path: readonly string[], value: unknown): string {
  const document = parseDocument(text, { keepSourceTokens: true });
  // A group that is there but empty (`limits:`) holds nothing to be put into.
  for (let depth = 1; depth < path.length; depth += 1) {
    const group = path.slice(0, depth);
    if (document.hasIn(group) && !isMap(document.getIn(group))) {
      document.setIn(group, document.createNode({}));
    }
  }
  document.setIn(path, value);
  return document.toString({ lineWidth: 0 });
}
