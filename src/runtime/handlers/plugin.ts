// Handlers over plugins: what is there, and what of it humans let run.
import { JameyError } from "../../protocol/errors.ts";
import { callerName, fileFor } from "../caller.ts";
import type { Handlers } from "../handle.ts";
import type { HandlerContext } from "./index.ts";

export function pluginHandlers({
  plugins,
  actor,
}: HandlerContext): Pick<
  Handlers,
  | "ListPlugins"
  | "ApprovePlugin"
  | "RevokePlugin"
  | "AddMcpServer"
  | "RemoveMcpServer"
  | "SignInToMcpServer"
> {
  return {
    async ListPlugins(_asked, caller) {
      const found = await plugins.list();
      return { plugins: found.map((one) => ({ ...one, file: fileFor(caller, one.file) })) };
    },
    async ApprovePlugin(asked, caller) {
      await plugins.approve(asked, callerName(caller));
      return {};
    },
    async RevokePlugin({ plugin }, caller) {
      const from = { caller: callerName(caller), causation_id: null };
      const { happened } = await actor.take({ type: "plugin_revoked", plugin }, from);
      if (happened.length === 0) {
        const message = `No plugin '${plugin}' is approved: jamey tools list.`;
        throw new JameyError("not_found", message);
      }
      await plugins.drop(plugin);
      return {};
    },
    AddMcpServer(asked) {
      plugins.addServer(asked);
      return {};
    },
    SignInToMcpServer: async ({ plugin }) => ({ url: await plugins.signIn(plugin) }),
    async RemoveMcpServer({ plugin }, caller) {
      plugins.removeServer(plugin);
      const from = { caller: callerName(caller), causation_id: null };
      await actor.take({ type: "plugin_revoked", plugin }, from);
      await plugins.drop(plugin);
      return {};
    },
  };
}
