// Upkeep of an environment without its daemon, each part loaded when it is asked for.
import type { Upkeep } from "../../protocol/upkeep.ts";

export function createUpkeep(variables: Record<string, string | undefined>): Upkeep {
  return {
    async settings(environment) {
      const { reportSettings } = await import("./settings.ts");
      return reportSettings(environment, variables);
    },
    async explain(environment, key) {
      const { explainSetting } = await import("./settings.ts");
      return explainSetting(environment, key, variables);
    },
    async set(options) {
      const { setSetting } = await import("./set.ts");
      return setSetting(options, variables);
    },
    async createKey(asked) {
      const { createKey } = await import("./keys.ts");
      return createKey(asked, variables);
    },
    async examine(environment) {
      const { examine } = await import("./examine.ts");
      return await examine(environment, variables);
    },
    async rebuild(environment) {
      const { rebuildViews } = await import("./rebuild.ts");
      return await rebuildViews(environment, variables);
    },
  };
}
