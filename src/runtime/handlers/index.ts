// The table of handlers: one for each command. They translate between words and the runtime, and decide
// nothing that the core should.
import type { Connections } from "../connections.ts";
import type { EnvironmentActor } from "../environment-actor.ts";
import type { Handlers } from "../handle.ts";
import type { ObjectChanges } from "../object-changes.ts";
import type { ObjectVersions } from "../object-versions.ts";
import type { Objects } from "../objects.ts";
import type { Plugins } from "../plugins/plugins.ts";
import type { Schedules } from "../schedules.ts";
import type { Services } from "../services.ts";
import type { Sessions } from "../sessions.ts";
import type { Journal } from "../store/journal.ts";
import type { Views } from "../store/views/index.ts";
import { daemonHandlers } from "./daemon.ts";
import { keyHandlers } from "./key.ts";
import { objectHandlers } from "./object.ts";
import { objectChangeHandlers } from "./object-changes.ts";
import { pluginHandlers } from "./plugin.ts";
import { replayHandlers } from "./replay.ts";
import { requestHandlers } from "./request.ts";
import { ruleHandlers } from "./rule.ts";
import { scheduleHandlers } from "./schedule.ts";
import { sessionHandlers } from "./session.ts";
import { workflowHandlers } from "./workflow.ts";

export interface HandlerContext {
  services: Services;
  journal: Journal;
  views: Views;
  sessions: Sessions;
  objects: Objects;
  changes: ObjectChanges;
  versions: ObjectVersions;
  connections: Connections;
  /** Of the environment: its schedules and rules. */
  actor: EnvironmentActor;
  schedules: Schedules;
  plugins: Plugins;
  environment: string;
  socket: string;
  /** Of the TCP listener; null where there is none. */
  url(): string | null;
  started_at: string;
  /** Begins the daemon's end; the answer still goes out. */
  shutDown(reason: string): void;
}

export function createHandlers(context: HandlerContext): Handlers {
  return {
    ...sessionHandlers(context),
    ...replayHandlers(context),
    ...requestHandlers(context),
    ...ruleHandlers(context),
    ...pluginHandlers(context),
    ...scheduleHandlers(context),
    ...objectHandlers(context),
    ...objectChangeHandlers(context),
    ...workflowHandlers(context),
    ...keyHandlers(context),
    ...daemonHandlers(context),
  };
}
