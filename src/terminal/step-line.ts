// The steps of a workflow as lines, for whoever watches it run.
import type { TypedEvent } from "../client/events.ts";
import { oneLine } from "./strip.ts";

const MAX_OUTPUT_LENGTH = 100;

/** Undefined for what is no step of a workflow. */
export function stepLine({ event_type, payload }: TypedEvent): string | undefined {
  if (event_type !== "StepTaken") return undefined;
  const { step } = payload;
  const isOfGroup = step.type === "round_started" || step.type === "verdict";
  return isOfGroup ? undefined : `${step.type === "edge_taken" ? "  " : ""}${stepWords(step)}`;
}

type Step = Extract<TypedEvent, { event_type: "StepTaken" }>["payload"]["step"];

/** A step in words: of a workflow, or of a group. */
export function stepWords(step: Step): string {
  switch (step.type) {
    case "node_started": {
      const again = step.visit > 1 ? `, visit ${step.visit}` : "";
      return `● ${step.node} (${oneLine(step.po_name, 64)}${again}) …`;
    }
    case "node_completed":
      return `${step.success ? "✓" : "✗"} ${step.node}: ${oneLine(step.output, MAX_OUTPUT_LENGTH)}`;
    case "edge_taken":
      return `${step.from} → ${step.to}`;
    case "ended":
      return `■ ${oneLine(step.reason, MAX_OUTPUT_LENGTH)}`;
    case "round_started":
      return `round ${step.round} of ${step.mode}: ${oneLine(step.members.join(", "), MAX_OUTPUT_LENGTH)}`;
    case "verdict": {
      const verdict = step.accepted ? "accepted" : "not accepted";
      return `${oneLine(step.reviewer, 64)}: ${verdict} in round ${step.round}: ${oneLine(step.comments, MAX_OUTPUT_LENGTH)}`;
    }
  }
}
