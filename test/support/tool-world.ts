// A real world for tests of tools: fresh folders, the real file system and processes, loopback
// allowed.
import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Tool, ToolContext, ToolOutput } from "../../src/core/tool.ts";
import type { World } from "../../src/core/world.ts";
import type { ToolCall } from "../../src/protocol/messages.ts";
import type { ProtectedPlaces } from "../../src/runtime/world/protected.ts";
import { childVariables } from "../../src/runtime/world/variables.ts";
import { createWorld } from "../../src/runtime/world.ts";

export interface ToolWorld {
  /** Holds everything below; things in it but not in the workspace are outside. */
  folder: string;
  workspace: string;
  spill_folder: string;
  world: World;
  journal_id: string;
  /** Everything that tools emitted. */
  live: string[];
  context(overrides?: Partial<ToolContext>): ToolContext;
  call(tool: Tool, args: ToolCall["args"], overrides?: Partial<ToolContext>): Promise<ToolOutput>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function openToolWorld(
  options: {
    allow_private?: boolean;
    kill_grace_ms?: number;
    ownPorts?: () => number[];
    protect?: (workspace: string) => ProtectedPlaces;
  } = {},
): Promise<ToolWorld> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "jamey-tools-")));
  const workspace = join(folder, "workspace");
  const spill_folder = join(folder, "outputs");
  await mkdir(workspace);
  await mkdir(spill_folder);
  const world = createWorld({
    http: {
      allow_private: options.allow_private ?? true,
      ownPorts: options.ownPorts ?? (() => []),
    },
    kill_grace_ms: options.kill_grace_ms ?? 2000,
    ...(options.protect && { protect: options.protect(workspace) }),
  });
  const journal_id = world.newId("journal_");
  const live: string[] = [];
  const context = (overrides: Partial<ToolContext> = {}): ToolContext => {
    const call_id = world.newId("call_");
    return {
      world,
      workspace,
      session_id: "ses_test",
      call_id,
      signal: new AbortController().signal,
      spill_folder,
      child_variables: childVariables(process.env, { journal_id, call_id }),
      environment: null,
      emit: (text) => void live.push(text),
      ...overrides,
    };
  };
  return {
    folder,
    workspace,
    spill_folder,
    world,
    journal_id,
    live,
    context,
    call: async (tool, args, overrides) => await tool.call(args, context(overrides)),
    [Symbol.asyncDispose]: async () => await rm(folder, { recursive: true, force: true }),
  };
}
