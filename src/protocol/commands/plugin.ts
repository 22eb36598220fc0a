// Commands over plugins: the tools that an environment brings itself.
import { z } from "zod";
import { newMcpServer, plugin, pluginName } from "../plugins.ts";
import { command } from "./command.ts";

export const pluginCommands = {
  ListPlugins: command({
    summary:
      "The tools of this environment that are not built in, and which of them a human approved.",
    scope: "read",
    params: z.object({}).prefault({}),
    reply: "PluginList",
    payload: z.object({ plugins: z.array(plugin) }),
  }),
  ApprovePlugin: command({
    summary: "Let a plugin run: exactly what was shown, until it changes.",
    scope: "admin",
    isHumanOnly: true,
    params: z.object({ plugin: pluginName, hash: z.string().min(1).max(128) }),
    reply: "Ok",
    payload: z.object({}),
  }),
  RevokePlugin: command({
    summary: "Take the approval of a plugin back: it asks again before it runs.",
    scope: "admin",
    isHumanOnly: true,
    params: z.object({ plugin: pluginName }),
    reply: "Ok",
    payload: z.object({}),
  }),
  AddMcpServer: command({
    summary: "Add an MCP server to the environment. Nothing of it runs before it is approved.",
    scope: "admin",
    isHumanOnly: true,
    params: newMcpServer,
    reply: "Ok",
    payload: z.object({}),
  }),
  RemoveMcpServer: command({
    summary: "Take an MCP server out of the environment, and its approval with it.",
    scope: "admin",
    isHumanOnly: true,
    params: z.object({ plugin: pluginName }),
    reply: "Ok",
    payload: z.object({}),
  }),
  SignInToMcpServer: command({
    summary:
      "Begin to sign in to an MCP server by OAuth: the page for a human's browser on the daemon's machine; " +
      "null where that is not needed.",
    scope: "admin",
    isHumanOnly: true,
    params: z.object({ plugin: pluginName }),
    reply: "SignIn",
    payload: z.object({ url: z.string().nullable() }),
  }),
} as const;
