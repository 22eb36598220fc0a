// --permission-mode: one word for what may be done to the world → rules, made from the tools that there are.
// A rule that denies wins over every other, whoever gave it: the daemon holds that.
import type { Link } from "../../client/link.ts";
import type { PermissionRule, Risk } from "../../protocol/agents.ts";
import type { PERMISSION_MODES } from "../table/flags.ts";

interface KnownTool {
  name: string;
  risk: Risk;
}

const EDITING = ["file_write", "file_edit"];
const rule = (tool: string, action: PermissionRule["action"]): PermissionRule => ({
  tool,
  match: null,
  action,
});

const modes = {
  /** Denies even what would be asked about: nobody can say yes to it. */
  "read-only": (tools) =>
    tools
      .filter(({ risk }) => risk !== "none" && risk !== "read")
      .map(({ name }) => rule(name, "deny")),
  edit: (tools) =>
    tools.filter(({ name }) => EDITING.includes(name)).map(({ name }) => rule(name, "allow")),
  auto: () => [rule("*", "allow")],
} as const satisfies Record<
  (typeof PERMISSION_MODES)[number],
  (tools: readonly KnownTool[]) => PermissionRule[]
>;

export type PermissionMode = keyof typeof modes;

const isMode = (text: string): text is PermissionMode => Object.hasOwn(modes, text);

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
  const added = modes[mode](tools);
  const denied = added.filter(({ action }) => action === "deny").map(({ tool }) => tool);
  const undone = given.filter(({ tool, action }) => action === "allow" && denied.includes(tool));
  return {
    rules: [...given, ...added],
    warnings: undone.map(
      ({ tool }) => `--allow ${tool} counts for nothing beside --permission-mode ${mode}.`,
    ),
  };
}
