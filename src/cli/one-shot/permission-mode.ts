// --permission-mode: one word for what may be done to the world → rules, made from the tools that there are.
// A rule that denies wins over every other, whoever gave it: the daemon holds that.
import type { Link } from "../../client/link.ts";
import type { PermissionRule } from "../../protocol/agents.ts";
import {
  type KnownTool,
  type PermissionMode,
  permissionRules,
} from "../../terminal/permission-rules.ts";

const isMode = (text: string): text is PermissionMode => Object.hasOwn(permissionRules, text);

/** The rules behind those that were given one by one, and a warning for each --allow that they undo. */
export async function addModeRules(
  link: Link,
  mode: string | undefined,
  given: readonly PermissionRule[],
): Promise<{ rules: PermissionRule[]; warnings: string[] }> {
  if (mode === undefined || !isMode(mode)) return { rules: [...given], warnings: [] };
  const { tools } = await link.call("ListTools", {}, { isRepeatable: true });
  return withMode(mode, tools, given);
}

export function withMode(
  mode: PermissionMode,
  tools: readonly KnownTool[],
  given: readonly PermissionRule[],
): { rules: PermissionRule[]; warnings: string[] } {
  const added = permissionRules[mode](tools);
  const denied = added.filter(({ action }) => action === "deny").map(({ tool }) => tool);
  const undone = given.filter(({ tool, action }) => action === "allow" && denied.includes(tool));
  return {
    rules: [...given, ...added],
    warnings: undone.map(
      ({ tool }) => `--allow ${tool} counts for nothing beside --permission-mode ${mode}.`,
    ),
  };
}
