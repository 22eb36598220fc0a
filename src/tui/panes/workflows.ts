// Workflows: their graphs, runs begun here, and nodes that light up as a run comes to them.
import type { Pane } from "../pane.ts";
import { initialWorkflows, updateWorkflows, type WorkflowsState } from "./workflows/update.ts";
import { viewWorkflows } from "./workflows/view.ts";

export const workflowsPane: Pane<WorkflowsState> = {
  name: "workflows",
  title: "Workflows",
  initial: initialWorkflows,
  update: updateWorkflows,
  view: viewWorkflows,
};
