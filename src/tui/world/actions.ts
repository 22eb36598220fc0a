// What an agent does, in a few words for a row.
import type { HumanRequest, ToolCall } from "../../protocol/messages.ts";
import { describeCall } from "../../terminal/activity.ts";
import { clip } from "./clip.ts";
import { MAX_TEXT_LENGTH } from "./shapes.ts";

/** Arguments are looked at up to this length: one of megabytes says no more in a row. */
const MAX_ARGUMENT_LENGTH = 1_000;

export function describeToolAction({ id, name, args }: ToolCall): string {
  if (typeof args !== "object" || args === null || Array.isArray(args)) {
    return describeCall({ id, name, args: shortened(args) });
  }
  const few = Object.entries(args).slice(0, 10);
  const short = Object.fromEntries(few.map(([key, value]) => [key, shortened(value)]));
  return describeCall({ id, name, args: short });
}

const shortened = (value: ToolCall["args"]): ToolCall["args"] =>
  typeof value === "string" ? value.slice(0, MAX_ARGUMENT_LENGTH) : value;

const asks = { question: "asks:", approval: "approve", secret: "needs a secret:" } as const;

export const describeRequestAction = (request: HumanRequest): string =>
  `${asks[request.kind]} ${describeAsked(request)}`;

/** The same where a sign says of which kind it is. */
export const describeAsked = ({ kind, question, tool_call }: HumanRequest): string =>
  kind === "approval" && tool_call !== null
    ? describeToolAction(tool_call)
    : clip(question, MAX_TEXT_LENGTH);
