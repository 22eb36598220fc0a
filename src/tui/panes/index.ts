// The table of panes. A pane more is one file and one row here.
import { type LivePane, livePane } from "../pane.ts";
import { agentsPane } from "./agents.ts";
import { changesPane } from "./changes.ts";
import { connectorsPane } from "./connectors.ts";
import { contextPane } from "./context.ts";
import { inboxPane } from "./inbox.ts";
import { logPane } from "./log.ts";
import { objectsPane } from "./objects.ts";
import { resultPane } from "./result.ts";
import { sessionsPane } from "./sessions.ts";
import { usagePane } from "./usage.ts";
import { workflowsPane } from "./workflows.ts";

export const panes: readonly LivePane[] = [
  livePane(agentsPane),
  livePane(inboxPane),
  livePane(sessionsPane),
  livePane(objectsPane),
  livePane(workflowsPane),
  livePane(usagePane),
  livePane(connectorsPane),
  livePane(logPane),
  livePane(changesPane),
  livePane(resultPane),
  livePane(contextPane),
];
