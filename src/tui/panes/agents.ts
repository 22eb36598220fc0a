// The pane of agents and of the bus between them: who needs a human, who works, who rests.
import type { Pane } from "../pane.ts";
import { type AgentsState, initialAgents, updateAgents } from "./agents/update.ts";
import { viewAgents } from "./agents/view.ts";

export const agentsPane: Pane<AgentsState> = {
  name: "agents",
  title: "Agents and bus",
  initial: initialAgents,
  update: updateAgents,
  view: viewAgents,
};
