// Handlers over workflows. A run is a session in the mode `workflow`, and its message.
import { WORKFLOW } from "../../core/session/delegation.ts";
import type { Handlers } from "../handle.ts";
import { requireKnown, requireParameters } from "../workflows/chosen.ts";
import type { HandlerContext } from "./index.ts";
import { createSendMessage } from "./send-message.ts";

type WorkflowCommands = "ListWorkflows" | "GetWorkflow" | "ValidateWorkflow" | "RunWorkflow";

export function workflowHandlers(context: HandlerContext): Pick<Handlers, WorkflowCommands> {
  const { workflows } = context.services;
  const sendMessage = createSendMessage(context);
  return {
    async ListWorkflows() {
      const found = await workflows.list();
      const listed = found.workflows.map(({ workflow, file }) => ({
        name: workflow.name,
        description: workflow.description,
        object: workflow.object,
        nodes: workflow.nodes.length,
        edges: workflow.edges.length,
        file,
      }));
      return { workflows: listed, problems: found.problems };
    },
    GetWorkflow: async ({ workflow }) => ({ workflow: await workflows.get(workflow) }),
    async ValidateWorkflow({ text, file }) {
      const { workflow = null, problems } = await workflows.check({ text, file });
      return { workflow, problems: problems.map((one) => ({ file, ...one })) };
    },
    async RunWorkflow({ workflow: named, parameters, name, ...asked }, caller) {
      const workflow = await workflows.get(named);
      requireKnown(workflow, parameters);
      requireParameters(workflow, parameters);
      const message = {
        ...asked,
        po_name: workflow.object,
        session_id: null,
        delivery: "queue" as const,
        attachments: [],
      };
      return await sendMessage(message, caller, {
        name,
        agent_mode: "workflow",
        context: parameters,
        metadata: { [WORKFLOW]: workflow.name },
      });
    },
  };
}
