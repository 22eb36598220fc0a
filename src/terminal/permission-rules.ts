// One word for what may be done to the world → rules, made from the tools that there are.
// A rule that denies wins over every other, whoever gave it: the daemon holds that.
import type { PermissionRule, Risk } from "../protocol/agents.ts";

export interface KnownTool {
  name: string;
  risk: Risk;
}

const EDITING = ["file_write", "file_edit"];
const rule = (tool: string, action: PermissionRule["action"]): PermissionRule => ({
  tool,
  match: null,
  action,
});

export const permissionRules = {
  /** Denies even what would be asked about: nobody can say yes to it. */
  "read-only": (tools) =>
    tools
      .filter(({ risk }) => risk !== "none" && risk !== "read")
      .map(({ name }) => rule(name, "deny")),
  edit: (tools) =>
    tools.filter(({ name }) => EDITING.includes(name)).map(({ name }) => rule(name, "allow")),
  auto: () => [rule("*", "allow")],
} as const satisfies Record<string, (tools: readonly KnownTool[]) => PermissionRule[]>;

export type PermissionMode = keyof typeof permissionRules;
