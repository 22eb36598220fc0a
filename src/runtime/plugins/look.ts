// Looks at a plugin: what of it would run now, what of that a human approved, and for a server what it was seen
// to offer.
import type { Attempt } from "../../core/world.ts";
import type { ToolSpec } from "../../protocol/messages.ts";
import type { PluginApproval } from "../../protocol/plugins.ts";
import { fingerprintOf, type KnownHashes } from "./fingerprint.ts";
import { type Looked, lookedAt, lookedAtServer } from "./looked.ts";
import type { PluginFile, PluginFiles } from "./plugin-files.ts";

/** Where programs are found that a manifest names without a folder, if nothing else says where. */
const SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin";

export interface Look {
  at(file: PluginFile): Promise<Attempt<Looked>>;
  /** What a server of this version offered. */
  saw(plugin: string, program: string, tools: ToolSpec[]): void;
}

export function createLook(parts: {
  files: Pick<PluginFiles, "folder">;
  childVariables(call_id: string): Record<string, string>;
  approvals(): readonly PluginApproval[];
}): Look {
  const known: KnownHashes = new Map();
  const seen = new Map<string, { program: string; tools: ToolSpec[] }>();
  return {
    async at(file) {
      const path = parts.childVariables("look").PATH ?? SYSTEM_PATH;
      const found = await fingerprintOf(file, { folder: parts.files.folder, path, known });
      if (!found.ok) return found;
      const before = parts.approvals().find(({ plugin }) => plugin === file.name);
      if (file.manifest?.mode !== "mcp") return { ok: true, value: lookedAt(found.value, before) };
      const last = seen.get(file.name);
      const tools = last?.program === found.value.hash ? last.tools : null;
      return { ok: true, value: lookedAtServer(found.value, before, tools) };
    },
    saw: (plugin, program, tools) => void seen.set(plugin, { program, tools }),
  };
}
