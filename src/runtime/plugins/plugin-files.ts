// The folder `tools/` of an environment: its manifests, read again whenever one has changed. Reads, runs nothing.
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../../protocol/errors.ts";
import { type Manifest, readManifest } from "../../tools/external/manifest.ts";
import { requireSchema } from "../answers/schema.ts";
import type { McpServerSetting } from "../config.ts";
import { boundedRead } from "../environment/bounded-read.ts";
import { parseYaml } from "../environment/yaml.ts";

/** Plugins of one environment; what comes after these in the order of names is left out. */
const MAX_PLUGINS = 200;
/** Bytes of a manifest: a human reads it whole before anything runs. */
const MAX_MANIFEST_BYTES = 64 * 1024;
const MANIFEST_FILE = /^[^.].*\.ya?ml$/;

export interface PluginFile {
  name: string;
  /** Absolute. */
  file: string;
  text: string;
  /** null where it cannot be used: `problem` says why. */
  manifest: Manifest | null;
  problem: string | null;
}

export interface PluginFiles {
  folder: string;
  /** By name, each once. */
  list(): PluginFile[];
  find(name: string): PluginFile | undefined;
}

/** The files of a folder, and the servers that settings name: of two with one name the file counts. */
export function pluginFilesIn(folder: string, named: readonly PluginFile[] = []): PluginFiles {
  const known = new Map<string, { stamp: string; read: PluginFile }>();
  const look = (file: string): PluginFile | undefined => {
    const path = join(folder, file);
    const stamp = stampOf(path);
    if (stamp === undefined) {
      known.delete(file);
      return undefined;
    }
    const found = known.get(file);
    if (found?.stamp === stamp) return found.read;
    const read = readPlugin(file.replace(MANIFEST_ENDING, ""), path);
    known.set(file, { stamp, read });
    return read;
  };
  return {
    folder,
    list() {
      const files = existsSync(folder) ? readdirSync(folder) : [];
      const names = new Set<string>();
      const found = files
        .filter((file) => MANIFEST_FILE.test(file))
        .toSorted()
        .flatMap((file) => {
          const name = file.replace(MANIFEST_ENDING, "");
          if (names.has(name) || names.size >= MAX_PLUGINS) return [];
          names.add(name);
          return look(file) ?? [];
        });
      return [...found, ...named.filter(({ name }) => !names.has(name))];
    },
    find(name) {
      if (/[/\0]/.test(name)) return undefined;
      const own = look(`${name}.yaml`) ?? look(`${name}.yml`);
      return own ?? named.find((one) => one.name === name);
    },
  };
}

/** A file that cannot be looked at is there none the less: reading it says what is wrong. */
function stampOf(path: string): string | undefined {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat && `${stat.ino} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs}`;
  } catch (thrown) {
    return `unreadable: ${messageOf(thrown)}`;
  }
}

const MANIFEST_ENDING = /\.ya?ml$/;

/** The servers that the settings name, each as a manifest of its own. */
export function namedServers(
  servers: Readonly<Record<string, McpServerSetting>>,
  from: string,
): PluginFile[] {
  return Object.entries(servers).map(([name, setting]) => {
    const { command, args = [], url, ...rest } = setting;
    const words = command === undefined ? undefined : [command, args].flat();
    const given = Object.entries({ ...rest, command: words, endpoint: url });
    const values = Object.fromEntries(given.filter(([, value]) => value !== undefined));
    const read = readManifest(name, { mode: "mcp", ...values });
    const text = `mcp.${name}: ${JSON.stringify(setting)}`;
    const problem = read.ok ? null : `${from}: mcp.${name}: ${read.problem}`;
    return { name, file: from, text, manifest: read.ok ? read.value : null, problem };
  });
}

/** A manifest as it lies there; never throws for what it holds. */
export function readPlugin(name: string, file: string): PluginFile {
  let text = "";
  try {
    text = boundedRead(file, MAX_MANIFEST_BYTES);
    const read = readManifest(name, parseYaml(text, file));
    if (!read.ok) return { name, file, text, manifest: null, problem: `${file}: ${read.problem}` };
    if (read.value.mode !== "mcp") requireParameters(read.value);
    return { name, file, text, manifest: read.value, problem: null };
  } catch (thrown) {
    return { name, file, text, manifest: null, problem: messageOf(thrown) };
  }
}

function requireParameters({ parameters }: Manifest): void {
  try {
    requireSchema(parameters);
  } catch (thrown) {
    const reason = messageOf(thrown).replace(/^The JSON Schema of the answer/, "the JSON Schema");
    throw new Error(`parameters: ${reason}`, { cause: thrown });
  }
}
