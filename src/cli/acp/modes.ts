// The modes that an editor offers: one word for what may be done to the world.
import type { Link } from "../../client/link.ts";
import type { PermissionRule } from "../../protocol/agents.ts";
import { permissionRules } from "../../terminal/permission-rules.ts";

const ASK = "ask";

export const modes = {
  currentModeId: ASK,
  availableModes: [
    { id: ASK, name: "Ask", description: "Asks before anything is changed, as the settings say" },
    { id: "read-only", name: "Read only", description: "Changes nothing, and asks for nothing" },
    { id: "edit", name: "Edit", description: "Files of the folder may be changed" },
    { id: "auto", name: "Auto", description: "Everything that no rule denies" },
  ],
};

export async function modeRules(link: Link, mode: string): Promise<PermissionRule[]> {
  if (mode !== "read-only" && mode !== "edit" && mode !== "auto") return [];
  const { tools } = await link.call("ListTools", {}, { isRepeatable: true });
  return permissionRules[mode](tools);
}
