// The plugins of an environment put together: their folder, and the approvals in the environment's stream.
import type { World } from "../../core/world.ts";
import type { Toolbox } from "../../tools/index.ts";
import type { Config } from "../config.ts";
import type { EnvironmentActor } from "../environment-actor.ts";
import type { Log } from "../log.ts";
import { namedServers, pluginFilesIn } from "./plugin-files.ts";
import { createPlugins, type Plugins } from "./plugins.ts";
import type { Secrets } from "./sign-ins.ts";

export interface PluginSource {
  /** The folder of the manifests; it need not be there. */
  folder: string;
  /** Servers that the settings name, and where they stand. */
  servers?: { settings: Config["mcp"]; file: string };
  /** For endpoints that say themselves that they are private, as a human saw: the only ones that are reached so. */
  http: World["http"];
  /** Where sign-ins to servers are kept. */
  secrets: Secrets;
  /** A variable that a manifest names. */
  variable(name: string): string | undefined;
}

export function openPlugins(
  parts: {
    tools: Pick<Toolbox, "find" | "list">;
    plugins?: PluginSource;
    world: World;
    log: Log;
    isTrusted: boolean;
    childVariables(call_id: string): Record<string, string>;
  },
  actor: Pick<EnvironmentActor, "state" | "take">,
): Plugins {
  const { plugins: source, tools: builtIn, ...rest } = parts;
  const plugins = createPlugins({
    ...rest,
    builtIn,
    files: source ? pluginFilesIn(source.folder, serversOf(source)) : NO_FILES,
    http: source?.http ?? parts.world.http,
    secrets: source?.secrets ?? NO_SECRETS,
    variable: (name) => source?.variable(name),
    approvals: () => actor.state().approvals,
    async approve(given, caller) {
      await actor.take({ type: "plugin_approved", ...given }, { caller, causation_id: null });
    },
  });
  // Where there is no folder there is nothing to watch.
  return source ? plugins : { ...plugins, begin: () => undefined };
}

const serversOf = ({ servers }: PluginSource) =>
  servers ? namedServers(servers.settings, servers.file) : [];

const NO_SECRETS: Secrets = { read: () => undefined, keep: () => undefined };
const NO_FILES = { folder: "/", list: () => [], find: () => undefined };
