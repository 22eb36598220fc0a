// The tools that plugins give: one of each program or endpoint, and of each server those that a human approved.
import type { Tool } from "../../core/tool.ts";
import { JameyError, messageOf } from "../../protocol/errors.ts";
import type { PluginApproval } from "../../protocol/plugins.ts";
import type { Manifest } from "../../tools/external/manifest.ts";
import type { Standing } from "../../tools/external/tool.ts";
import { createAsked } from "./asked.ts";
import type { Hosts } from "./hosts.ts";
import type { Look } from "./look.ts";
import type { Looked } from "./looked.ts";
import { mcpTool, reachOf, type ServerParts, serverOf } from "./mcp-tool.ts";
import type { PluginFile } from "./plugin-files.ts";
import type { PluginsParts } from "./plugins.ts";
import { programTool } from "./program-tool.ts";
import { createSignIns } from "./sign-ins.ts";

/** For a server to be started and to name its tools. Milliseconds. */
const LOOK_TIMEOUT_MS = 60_000;

export interface Offer {
  list(): Tool[];
  find(name: string): Tool | undefined;
  /** The plugin that a tool is of. */
  owner(tool: string): PluginFile | undefined;
  /** Starts a server that may be started, so that its tools are seen. */
  lookInside(file: PluginFile, looked: Looked): Promise<void>;
  /** Where a human signs in to a server; null where that is not needed. */
  signIn(manifest: Manifest): Promise<string | null>;
  stop(): void;
}

export function createOffer(parts: PluginsParts & { hosts: Hosts; look: Look }): Offer {
  const { files, builtIn, hosts, look, world } = parts;
  const made = new Map<
    string,
    { file: PluginFile; approval: PluginApproval | undefined; tools: Tool[] }
  >();
  const asked = createAsked();
  const signIns = createSignIns({
    ...{ secrets: parts.secrets, folder: files.folder, hash: world.hash, log: parts.log },
  });

  const standing = async (name: string, call_id: string) => {
    const file = files.find(name);
    if (!file) return { ok: false as const, problem: `The tool ${name} is not there any more.` };
    const looked = await look.at(file);
    if (!looked.ok) return looked;
    return { ok: true as const, value: await asked.standingOf(call_id, name, looked.value) };
  };
  const approved = async (file: PluginFile, { hash }: Standing, call_id: string) => {
    const now = await look.at(file);
    if (!now.ok || now.value.hash !== hash) return;
    const { shown, tools } = now.value;
    const given = { plugin: file.name, hash, shown, tools: tools ?? [] };
    await parts.approve({ ...given, approved_by: `${call_id}_q` }, "environment");
  };
  const serverParts = (manifest: ServerParts["manifest"]): ServerParts => ({
    ...{ manifest, hosts, http: parts.http, variable: parts.variable, hash: world.hash },
    ...{ signIns, others: world.http },
    seen: (tools, program) => look.saw(manifest.name, program, tools),
  });
  const make = (file: PluginFile, approval: PluginApproval | undefined): Tool[] => {
    const { manifest, name } = file;
    if (!manifest) return [];
    const how = {
      standing: (call_id: string) => standing(name, call_id),
      approved: (shown: Standing, call_id: string) => approved(file, shown, call_id),
    };
    if (manifest.mode !== "mcp") {
      const { http, variable } = parts;
      return [programTool({ manifest, hosts, http, others: world.http, variable, ...how })];
    }
    const pinned = approval?.tools ?? [];
    return pinned.map((spec) => mcpTool({ ...serverParts(manifest), ...how, spec, pinned }));
  };
  const toolsOf = (file: PluginFile): Tool[] => {
    if (builtIn.find(file.name)) return [];
    const approval =
      file.manifest?.mode === "mcp"
        ? parts.approvals().find(({ plugin }) => plugin === file.name)
        : undefined;
    const found = made.get(file.name);
    if (found?.file === file && found.approval === approval) return found.tools;
    const tools = make(file, approval);
    made.set(file.name, { file, approval, tools });
    return tools;
  };
  const owner = (tool: string): PluginFile | undefined => {
    const own = files.find(tool);
    if (own && own.manifest?.mode !== "mcp") return own;
    if (!tool.includes("__")) return undefined;
    return files.list().find((file) => toolsOf(file).some((one) => one.name === tool));
  };

  return {
    list: () => files.list().flatMap(toolsOf),
    find(name) {
      const file = owner(name);
      return file && toolsOf(file).find((one) => one.name === name);
    },
    owner,
    async signIn(manifest) {
      const url = await signIns.begin(manifest, reachOf(serverParts(manifest)));
      // The next use begins with what was kept.
      await hosts.drop(manifest.name);
      return url;
    },
    stop: signIns.stop,
    async lookInside(file, { program, argv }) {
      if (!file.manifest) return;
      const host = serverOf(serverParts(file.manifest), { program, argv });
      await host.get(AbortSignal.timeout(LOOK_TIMEOUT_MS)).catch((thrown) => {
        throw unseen(file.name, thrown);
      });
    },
  };
}

function unseen(name: string, cause: unknown): JameyError {
  const message = `${name} may be started, but its tools could not be seen: ${messageOf(cause)}`;
  return new JameyError("config_invalid", message, { cause });
}
