// Permission rules as people write them: `shell`, `shell(git diff *)`.
import type { PermissionRule } from "../../protocol/agents.ts";
import { usageError } from "../input/arguments.ts";

export function parseRule(text: string, action: "allow" | "deny"): PermissionRule {
  const found = /^([\p{L}\p{N}_.*-]+)(?:\((.*)\))?$/su.exec(text.trim());
  const [, tool, match] = found ?? [];
  if (!tool || match === "") {
    throw usageError(
      `--${action} takes a tool, or a tool and a pattern: shell, 'shell(git diff *)'; not '${text}'.`,
    );
  }
  return { tool, match: match ?? null, action };
}
