// The table of built-in tools, and the toolbox in which a daemon keeps all it has.
import type { Tool } from "../core/tool.ts";
import type { Attempt } from "../core/world.ts";
import { askHumanTool } from "./ask-human.ts";
import {
  addCapabilityTool,
  createObjectTool,
  modifyPromptTool,
  removeCapabilityTool,
} from "./change-objects.ts";
import { fileEditTool } from "./file-edit.ts";
import { fileListTool } from "./file-list.ts";
import { fileReadTool } from "./file-read.ts";
import { fileSearchTool } from "./file-search.ts";
import { fileWriteTool } from "./file-write.ts";
import { httpRequestTool } from "./http-request.ts";
import { listCapabilitiesTool, listObjectsTool, querySessionsTool } from "./look-around.ts";
import type { OutputLimits } from "./output.ts";
import { getDataTool, storeDataTool } from "./shared-data.ts";
import { shellTool } from "./shell.ts";
import { spawnConnectorTool, spawnHttpServerTool, stopConnectorTool } from "./spawn-http-server.ts";
import { thinkTool } from "./think.ts";

/** A new tool is one file and one row. */
const rows: readonly ((limits?: OutputLimits) => Tool)[] = [
  shellTool,
  fileReadTool,
  fileWriteTool,
  fileEditTool,
  fileListTool,
  fileSearchTool,
  httpRequestTool,
  askHumanTool,
  thinkTool,
  listCapabilitiesTool,
  listObjectsTool,
  querySessionsTool,
  createObjectTool,
  modifyPromptTool,
  addCapabilityTool,
  removeCapabilityTool,
  storeDataTool,
  getDataTool,
  spawnHttpServerTool,
  spawnConnectorTool,
  stopConnectorTool,
];

export function builtInTools(limits?: OutputLimits): Tool[] {
  return rows.map((create) => create(limits));
}

export interface Toolbox {
  /** In the order of registration. */
  list(): Tool[];
  find(name: string): Tool | undefined;
  /** Refuses a name that is taken. */
  register(tool: Tool): Attempt<Tool>;
  /** False where there was none. */
  unregister(name: string): boolean;
}

/** A toolbox with these tools; of two with one name the first stays. */
export function createToolbox(tools: readonly Tool[]): Toolbox {
  const byName = new Map<string, Tool>();
  const register = (tool: Tool): Attempt<Tool> => {
    if (byName.has(tool.name)) {
      return { ok: false, problem: `There is already a tool named ${tool.name}.` };
    }
    byName.set(tool.name, tool);
    return { ok: true, value: tool };
  };
  for (const tool of tools) register(tool);
  return {
    list: () => [...byName.values()],
    find: (name) => byName.get(name),
    register,
    unregister: (name) => byName.delete(name),
  };
}
