// Trust in an imported environment: what would become active, shown from the files as they are, and given for
// exactly what was shown.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Activation } from "../../protocol/environments.ts";
import { JameyError, messageOf } from "../../protocol/errors.ts";
import { isObject } from "../../protocol/json.ts";
import { boundedRead } from "../environment/bounded-read.ts";
import { parseObject } from "../environment/object-file.ts";
import { objectFilesIn } from "../environment/object-files.ts";
import { type FoundEnvironment, layerOf, manifestIn, trashIn } from "../environment/open.ts";
import { isTrusted, narrowed, originOf, removeMark } from "../environment/untrusted.ts";
import { schedulesOf } from "../environment/wakes.ts";
import { MAX_YAML_BYTES } from "../environment/yaml.ts";
import { isCarried, walk } from "./contents.ts";
import { existingPlace, runningDaemon, type Variables } from "./hold.ts";

/** A file that is hashed is no larger. */
const MAX_LOOKED_BYTES = 512 * 1024 * 1024;

export async function activationOf(environment: string, variables: Variables): Promise<Activation> {
  const found = existingPlace(environment, variables);
  const { folder, state } = found.places;
  return {
    name: environment,
    is_trusted: isTrusted(state),
    from: originOf(state),
    ...inertIn(found),
    hash: await hashOf(folder),
  };
}

/** What would become active, from the files as they are. */
export function inertIn(
  found: FoundEnvironment,
): Pick<Activation, "on_start" | "wakes" | "settings" | "files"> {
  const { folder } = found.places;
  return {
    ...unasked(found),
    settings: heldSettings(folder),
    files: [...walk(folder)].filter(isCode).map(({ name }) => name),
  };
}

/** The mark goes only while everything is what was shown. */
export async function trustEnvironment(
  { environment, hash }: { environment: string; hash: string },
  variables: Variables,
): Promise<{ name: string; restart: boolean }> {
  const { folder, state } = existingPlace(environment, variables).places;
  if ((await hashOf(folder)) !== hash) {
    const message = `The files of '${environment}' have changed since they were shown: look again with 'jamey env trust ${environment}'.`;
    throw new JameyError("stale_hash", message);
  }
  removeMark(state);
  return { name: environment, restart: runningDaemon(state) !== null };
}

const isCode = ({ name, kind }: { name: string; kind: string }): boolean =>
  kind !== "folder" && (name.startsWith("tools/") || name.startsWith("workflows/"));

/** What is said to objects without anybody who says it. */
function unasked({ places }: FoundEnvironment): Pick<Activation, "on_start" | "wakes"> {
  const files = objectFilesIn({
    folder: join(places.folder, "objects"),
    trash: trashIn(places.state),
  });
  const on_start: Activation["on_start"] = [];
  const wakes: Activation["wakes"] = [];
  for (const { file } of files.list()) {
    try {
      const said = { file, text: files.read(file), hash: () => "", warn: () => undefined };
      const { name, on_start: message, wake } = parseObject(said);
      if (message !== null) on_start.push({ object: name, message });
      for (const { kind, spec, timezone, ...one } of schedulesOf({ name, wake })) {
        const when = timezone === undefined ? spec : `${spec} ${timezone}`;
        wakes.push({ object: name, kind, spec: when, message: one.message });
      }
    } catch (thrown) {
      // It is not loaded as it is; once mended it may say anything.
      on_start.push({ object: file, message: `cannot be read: ${messageOf(thrown)}` });
    }
  }
  return { on_start, wakes };
}

function heldSettings(folder: string): Activation["settings"] {
  const file = manifestIn(folder);
  if (!existsSync(file)) return [];
  const layer = layerOf(file, boundedRead(file, MAX_YAML_BYTES));
  const { permissions } = layer.values;
  return narrowed(layer).held.map((key) => {
    const rule = key.startsWith("permissions.") ? key.slice("permissions.".length) : undefined;
    const value =
      rule !== undefined && isObject(permissions) ? permissions[rule] : layer.values[key];
    return { key, value };
  });
}

/** Of everything that people write in an environment, names and bytes. */
async function hashOf(folder: string): Promise<string> {
  const hasher = new Bun.CryptoHasher("sha256");
  let looked = 0;
  for (const { name, kind, bytes } of walk(folder)) {
    if (!isCarried(name)) continue;
    hasher.update(`${kind} ${bytes} ${name}\0`);
    if (kind !== "file") continue;
    looked += bytes;
    if (looked > MAX_LOOKED_BYTES) {
      throw new JameyError("too_large", `${folder} has more than ${MAX_LOOKED_BYTES} bytes.`);
    }
    for await (const chunk of Bun.file(join(folder, name)).stream()) hasher.update(chunk);
  }
  return hasher.digest("hex");
}
