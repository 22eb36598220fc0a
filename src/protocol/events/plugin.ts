// Events of plugins: which a human lets run. Stream: `environment`.
import { z } from "zod";
import { pluginApproval, pluginName } from "../plugins.ts";
import { event } from "./event.ts";

export const pluginEvents = {
  PluginApproved: event(1, "A human lets a plugin run as it was shown.", pluginApproval),
  PluginRevoked: event(1, "A plugin asks again before it runs.", z.object({ plugin: pluginName })),
} as const;
