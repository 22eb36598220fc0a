// Capabilities that name a whole namespace: `server__*` is every tool of that MCP server.
import type { Toolbox } from "../../tools/index.ts";

/** Each name once; a namespace in which there is nothing stays as it was written. */
export function expanded(capabilities: readonly string[], tools: Pick<Toolbox, "list">): string[] {
  const names = capabilities.flatMap((capability) => {
    if (!capability.endsWith("__*")) return [capability];
    const namespace = capability.slice(0, -1);
    const found = tools.list().filter(({ name }) => name.startsWith(namespace));
    return found.length > 0 ? found.map(({ name }) => name) : [capability];
  });
  return [...new Set(names)];
}
