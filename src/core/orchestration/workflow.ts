// Workflows run nowhere yet: a turn that is to be one ends with an error that says what there is.
import type { ErrorBody } from "../../protocol/errors.ts";
import type { AgentMode } from "../../protocol/messages.ts";
import type { Orchestrator } from "./orchestrator.ts";
import { nothing } from "./single.ts";

const modes: AgentMode[] = ["single", "sequential", "parallel", "debate", "review"];

/** Why a session or a turn cannot work like this; undefined where it can. */
export function refusedMode(mode: AgentMode): ErrorBody | undefined {
  if (mode !== "workflow") return undefined;
  const message = `This jamey runs no workflows: choose one of the modes ${modes.join(", ")}.`;
  return { code: "invalid_request", message, details: { mode, modes } };
}

const refusal = refusedMode("workflow") ?? null;

export const refusingMode: Orchestrator = {
  process: (_, message) => ({ ...nothing, messages: [message], end: refusal }),
  handle_tool_result: () => ({ ...nothing, end: refusal }),
};
