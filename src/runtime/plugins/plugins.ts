// The plugins of an environment: found in its folder, held against what humans approved, offered as tools.
// Rules: 1. Nothing of a plugin runs before a human approved it, whole, as it was shown. 2. It is looked at again
//           for each call: what has changed asks again. 3. In an environment that nobody trusts there are none.
//        4. A built-in tool keeps its name.
import type { Tool } from "../../core/tool.ts";
import type { World } from "../../core/world.ts";
import { JameyError, messageOf } from "../../protocol/errors.ts";
import type { NewMcpServer, Plugin, PluginApproval } from "../../protocol/plugins.ts";
import type { Manifest } from "../../tools/external/manifest.ts";
import type { Toolbox } from "../../tools/index.ts";
import { watchFolder } from "../environment/watch.ts";
import type { Log } from "../log.ts";
import { createHosts } from "./hosts.ts";
import { createLook } from "./look.ts";
import { describe, type Looked } from "./looked.ts";
import { createOffer } from "./offer.ts";
import type { PluginFile, PluginFiles } from "./plugin-files.ts";
import { addServer, removeServer } from "./server-files.ts";
import type { Secrets } from "./sign-ins.ts";

export interface PluginsParts {
  files: PluginFiles;
  builtIn: Pick<Toolbox, "find" | "list">;
  world: World;
  /** For the endpoints that a human approved: loopback and private addresses may be among them. */
  http: World["http"];
  log: Log;
  isTrusted: boolean;
  variable(name: string): string | undefined;
  /** Where sign-ins to servers are kept. */
  secrets: Secrets;
  childVariables(call_id: string): Record<string, string>;
  approvals(): readonly PluginApproval[];
  /** Says to the environment what a human approved. */
  approve(approval: Omit<PluginApproval, "approved_at">, caller: string): Promise<void>;
}

export interface Plugins {
  /** The built-in tools, then those of plugins. */
  tools: Pick<Toolbox, "find" | "list">;
  list(): Promise<Plugin[]>;
  /** Lets it run, as it was shown. Throws where it is not that any more. */
  approve(asked: { plugin: string; hash: string }, caller: string): Promise<void>;
  /** Writes and removes the manifest of a server. */
  addServer(server: NewMcpServer): void;
  removeServer(plugin: string): void;
  /** Where a human signs in to a server; null where that is not needed. */
  signIn(plugin: string): Promise<string | null>;
  /** From now on what runs of a plugin ends when the plugin changes or goes. */
  begin(): void;
  /** Ends what runs of it. */
  drop(plugin: string): Promise<void>;
  /** Whether a tool is a plugin's that no human has approved. */
  isUnapproved(tool: string): Promise<boolean>;
  stop(): Promise<void>;
}

export function createPlugins(parts: PluginsParts): Plugins {
  const { files, builtIn, isTrusted, log } = parts;
  let stopWatching: (() => void) | undefined;
  const hosts = createHosts({ ...parts, folder: files.folder });
  const look = createLook(parts);
  const offer = createOffer({ ...parts, hosts, look });
  const find = (name: string): Tool | undefined => {
    const own = builtIn.find(name);
    return own || !isTrusted ? own : offer.find(name);
  };
  const requirePlugin = async (plugin: string) => {
    const file = files.find(plugin);
    if (!file) throw new JameyError("not_found", `There is no plugin '${plugin}'.`);
    const looked = await look.at(file);
    if (!looked.ok) throw new JameyError("config_invalid", looked.problem);
    if (!isTrusted) throw new JameyError("forbidden", NOT_TRUSTED);
    return { file, looked: looked.value };
  };
  /** What runs of what is not there any more, or not as it was. */
  const changed = async () => {
    for (const { plugin, hash } of hosts.running()) {
      const file = files.find(plugin);
      const looked = file && (await look.at(file));
      if (looked?.ok && looked.value.program === hash) continue;
      log.info("plugin changed", { plugin });
      await hosts.drop(plugin);
    }
  };

  return {
    tools: {
      find,
      list: () => [...builtIn.list(), ...(isTrusted ? offer.list() : [])],
    },
    list: async () =>
      await Promise.all(
        files.list().map(async (file) => {
          const taken = builtIn.find(file.name) !== undefined;
          return await describe(file, await look.at(file), { isTrusted, taken });
        }),
      ),
    async approve({ plugin, hash }, caller) {
      const { file, looked } = await requirePlugin(plugin);
      if (looked.hash !== hash) {
        const message = `'${plugin}' is not what was shown any more: look again with 'jamey tools show ${plugin}'.`;
        throw new JameyError("stale_hash", message);
      }
      const { shown, tools } = looked;
      const given = { plugin, hash, shown, tools: tools ?? [], approved_by: caller };
      await parts.approve(given, caller);
      if (file.manifest?.mode === "mcp" && tools === null) await offer.lookInside(file, looked);
    },
    addServer(server) {
      if (!isTrusted) throw new JameyError("forbidden", NOT_TRUSTED);
      if (builtIn.find(server.plugin)) {
        throw new JameyError("conflict", `There is a built-in tool named ${server.plugin}.`);
      }
      addServer(files.folder, server);
    },
    async signIn(plugin) {
      const { file, looked } = await requirePlugin(plugin);
      const manifest = requireAddress(file, looked);
      try {
        return await offer.signIn(manifest);
      } catch (thrown) {
        throw new JameyError("config_invalid", `${plugin}: ${messageOf(thrown)}`, {
          cause: thrown,
        });
      }
    },
    removeServer: (plugin) => removeServer(files, plugin),
    begin() {
      stopWatching = watchFolder(files.folder, {
        changed: () => void changed(),
        failed: (reason) => log.warn("tools are not watched", { reason }),
      });
    },
    drop: hosts.drop,
    async isUnapproved(name) {
      const file = builtIn.find(name) ? undefined : offer.owner(name);
      const looked = file && (await look.at(file));
      return looked?.ok === true && looked.value.before?.hash !== looked.value.hash;
    },
    async stop() {
      stopWatching?.();
      offer.stop();
      await hosts.stop();
    },
  };
}

/** The manifest of a server that a human lets be reached, by an address. */
function requireAddress({ name, manifest }: PluginFile, { mayStart }: Looked): Manifest {
  if (manifest?.mode !== "mcp" || manifest.endpoint === undefined) {
    const message = `'${name}' is no MCP server with an address: there is nothing to sign in to.`;
    throw new JameyError("invalid_request", message);
  }
  if (mayStart) return manifest;
  const message = `No human lets '${name}' be reached yet: jamey mcp approve ${name}`;
  throw new JameyError("forbidden", message);
}

const NOT_TRUSTED =
  "This environment came from elsewhere and is not trusted, so none of its tools runs: jamey env trust.";
