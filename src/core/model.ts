// The port to models: one stream of parts, whatever the vendor. Types only.
import type { ErrorCode } from "../protocol/errors.ts";
import type { Reasoning, Role, ToolCall, ToolSpec, Usage } from "../protocol/messages.ts";

/** How much a model should think; undefined leaves it to the model. */
export type Effort = "none" | "low" | "high" | "max";

export interface RequestMessage {
  role: Exclude<Role, "system">;
  content: string;
  name: string | null;
  tool_call_id: string | null;
  tool_calls: ToolCall[];
  reasoning: Reasoning | null;
  /** Base64 */
  images: { media_type: string; data: string }[];
}

export interface ModelRequest {
  /** The vendor's own name of the model. */
  model: string;
  /** The object that asks. No vendor is told: scripts may have steps for it alone. */
  agent?: string;
  /** How often the turn that calls it has called it by now, from 1. For scripts too. */
  visit?: number;
  system: string;
  /** Valid for every vendor: each tool call has exactly one result, right after its assistant message. */
  messages: RequestMessage[];
  tools: ToolSpec[];
  effort: Effort | undefined;
  max_output_tokens: number | undefined;
}

export type EndReason = "stop" | "tool_calls" | "length" | "refusal";

export type ModelPart =
  | { type: "text"; text: string }
  | { type: "reasoning"; text: string }
  /** What the vendor wants back unchanged in the next request; at most one, before `end`. */
  | { type: "reasoning_opaque"; opaque: NonNullable<Reasoning["opaque"]> }
  /** A whole call. `id` is the vendor's; `problem` says why its arguments could not be read. */
  | { type: "tool_call"; id: string; name: string; args: ToolCall["args"]; problem: string | null }
  | { type: "usage"; usage: Omit<Usage, "cost_usd"> }
  | { type: "end"; reason: EndReason }
  | {
      type: "error";
      code: ErrorCode;
      message: string;
      retryable: boolean;
      retry_after_ms: number | undefined;
    };

/**
 * A model. The stream never throws: failures are `error` parts. It ends with exactly one `end` or
 * `error`, or, once it is aborted, with neither; a stream that stops without a finish reason is the
 * error `provider_bad_stream`.
 */
export interface Model {
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelPart>;
}
