// The steps of a workflow as lines, for whoever watches it run.
import type { TypedEvent } from "../client/events.ts";
import { oneLine } from "./strip.ts";

const MAX_OUTPUT_LENGTH = 100;

/** Undefined for what is no step of a workflow. */
export function stepLine({ event_type, payload }: TypedEvent): string | undefined {
  if (event_type !== "StepTaken") return undefined;
  const { step } = payload;
  switch (step.type) {
    case "node_started": {
      const again = step.visit > 1 ? `, visit ${step.visit}` : "";
      return `● ${step.node} (${oneLine(step.po_name, 64)}${again}) …`;
    }
    case "node_completed":
      return `${step.success ? "✓" : "✗"} ${step.node}: ${oneLine(step.output, MAX_OUTPUT_LENGTH)}`;
    case "edge_taken":
      return `  ${step.from} → ${step.to}`;
    case "ended":
      return `■ ${oneLine(step.reason, MAX_OUTPUT_LENGTH)}`;
    case "round_started":
    case "verdict":
      return undefined;
  }
}
