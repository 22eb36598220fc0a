// Changes one setting in its file. Comments and order stay; the whole file is checked as a daemon would
// check it before anything is written. One at a time: the lock is held from before the file is read until it
// is replaced, so that no acknowledged change is lost.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { isMap, parseDocument } from "yaml";
import { JameyError } from "../../protocol/errors.ts";
import { issueWords } from "../../protocol/issue-words.ts";
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
import { takeLock } from "../lock.ts";
import { replaceFile } from "../replace-file.ts";
import { refuseAgents } from "./humans-only.ts";

type Variables = Record<string, string | undefined>;

/** A change takes milliseconds: whoever waits longer than this for others is told. */
const LOCK_WAIT_MS = 5_000;

export function setSetting(
  { environment, key, value: text, file: which }: Parameters<Upkeep["set"]>[0],
  variables: Variables,
): Change {
  refuseAgents(variables);
  const { path, value } = readChange(key, text);
  const found = locateEnvironment({ environment, variables });
  const file =
    which === "manifest" ? manifestIn(found.places.folder) : daemonFileIn(found.configFolder);
  const lockFile = join(found.configFolder, "settings.lock");
  const lock = takeLock(lockFile, { waitMs: LOCK_WAIT_MS });
  if (!lock) {
    const message = `Another jamey changes the settings right now (${lockFile}): try again.`;
    throw new JameyError("conflict", message);
  }
  try {
    const before = existsSync(file)
      ? boundedRead(file, MAX_YAML_BYTES)
      : firstText(which, environment);
    // It must hold as it is: what cannot be read cannot be changed without losing something.
    const old = layerOf(file, before);
    const after = edited(before, path, value);
    const layer = layerOf(file, after);
    mergeConfig([layer]);
    // Nothing is written for what was not there.
    if (after !== before) replaceFile(file, after);
    return {
      file,
      key,
      before: valueAt(old.values, path) ?? null,
      after: valueAt(layer.values, path) ?? null,
    };
  } finally {
    lock.release();
  }
}

/** `undefined` takes the setting out of the file: asked for as such, or null where it cannot be null. */
function readChange(key: string, text: string | null): { path: string[]; value: unknown } {
  const found = findSetting(key);
  if (!found) throw unknownSetting(key);
  const { setting, rest } = found;
  const isNone = text === null || (/^null$/i.test(text) && !setting.schema.safeParse(null).success);
  const path = rest === null ? setting.path : [...setting.path, rest];
  if (isNone) return { path, value: undefined };
  const value = rest === null ? readText(text, setting.schema) : text;
  const read = rest === null ? setting.schema.safeParse(value) : undefined;
  const [issue] = read?.error?.issues ?? [];
  if (issue) {
    const message = `${key}: '${text}' ${issueWords(issue)}.`;
    throw new JameyError("config_invalid", message);
  }
  // Every message would fail for it.
  if (setting.key === "model" && typeof value === "string" && !/^[^/\s]+\/\S+$/.test(value)) {
    const message = `'${value}' names no model: write vendor/model. 'jamey models' shows them.`;
    throw new JameyError("invalid_request", message);
  }
  return { path, value };
}

/** The manifest that a first start would make is not lost by being written to before. */
const firstText = (which: "daemon" | "manifest", environment: string): string =>
  which === "manifest" && environment === DEFAULT_ENVIRONMENT ? newManifest(environment) : "";

function edited(text: string, path: readonly string[], value: unknown): string {
  const document = parseDocument(text, { keepSourceTokens: true });
  if (value === undefined) {
    // What is not there needs no new file.
    if (!document.hasIn(path)) return text;
    document.deleteIn(path);
    return document.toString({ lineWidth: 0 });
  }
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
