// One run of a workflow: what it was asked, what its nodes have said, and the steps that it took.
import type { TurnAgent } from "../../../protocol/agents.ts";
import type { GroupStep } from "../../../protocol/events/turn.ts";
import type { Message } from "../../../protocol/messages.ts";
import type { Workflow } from "../../../protocol/workflows.ts";
import type { Session } from "../../session/session.ts";
import { SCHEMA } from "../../session/structured.ts";
import type { Walk } from "./walk.ts";

export interface Run {
  workflow: Workflow;
  agent: TurnAgent;
  session: Session;
  at: string;
  /** What the run was asked. */
  message: string;
  /** Results of calls by their id. */
  outputs: Map<string, string>;
}

export function runOf(
  agent: TurnAgent,
  workflow: Workflow,
  session: Session,
  conversation: Message[],
): Omit<Run, "at"> {
  const asked = conversation.findLast((one) => one.role === "user" && one.name !== SCHEMA);
  const outputs = new Map(
    conversation.flatMap((one) =>
      one.tool_call_id === null ? [] : [[one.tool_call_id, one.content] as const],
    ),
  );
  return { workflow, agent, session, message: asked?.content ?? "", outputs };
}

/** The steps of this run: a message that joined the turn later began another one. */
export function stepsOf({ turn }: Session): GroupStep[] {
  const steps = turn?.steps ?? [];
  return steps.slice(steps.findLastIndex((step) => step.type === "ended") + 1);
}

/** Defaults, then what the session was begun with. */
export function parametersOf({ workflow, session }: Run): Record<string, string> {
  return Object.fromEntries(
    Object.entries(workflow.parameters).map(([key, value]) => {
      const { context } = session.state;
      return [key, (Object.hasOwn(context, key) ? context[key] : value) ?? ""];
    }),
  );
}

/** What a node answered last; nothing where it has not. */
export function outputOf({ outputs }: Run, walk: Walk, node: string): string {
  const last = walk.done.findLast((one) => one.node === node);
  return last ? (outputs.get(last.call_id) ?? "") : "";
}
