// Shapes that only MCP hosts see: what the tools of `/mcp` take and say where that is not simply a command's
// own words.
import { z } from "zod";
import { commands } from "./commands/index.ts";
import { MAX_LIST_LENGTH } from "./limits.ts";
import { count, errorBody, id, message, name, orNull, poState, requestKind } from "./messages.ts";

/** How long a tool waits for a turn by default: hosts cut calls off after a minute. Milliseconds. */
export const DEFAULT_WAIT_MS = 45_000;
export const MAX_WAIT_MS = 600_000;
/** Messages of a conversation that are shown unless more are asked for. */
const DEFAULT_MESSAGES = 50;

const wait_ms = z
  .number()
  .int()
  .min(0)
  .max(MAX_WAIT_MS)
  .default(DEFAULT_WAIT_MS)
  .describe(
    "Milliseconds to wait for the answer. A turn that takes longer goes on: use wait_for_turn with its turn_id.",
  );

export const sendMessageCall = z.object({
  po_name: name.describe("Which object is spoken to; list_prompt_objects names them."),
  message: commands.SendMessage.params.shape.message.describe("What is said to it."),
  session_id: orNull(id).describe("Goes on with this conversation; left out, a new one begins."),
  message_key: commands.SendMessage.params.shape.message_key.describe(
    "The same key again begins nothing new: for calls that are repeated.",
  ),
  wait_ms,
});

export const waitForTurnCall = z.object({ turn_id: id, wait_ms });

export const openRequest = z.object({
  request_id: id,
  kind: requestKind,
  from_po: z.string(),
  question: z.string(),
});

/** A turn as far as it has come. */
export const turnAnswer = z.object({
  /** `running` goes on; `waiting` needs a human first. */
  status: z.enum(["completed", "failed", "cancelled", "running", "waiting"]),
  po_name: z.string().nullable(),
  session_id: id.nullable(),
  turn_id: id,
  response: z.string(),
  stop_reason: z.string().nullable(),
  error: errorBody.nullable(),
  pending_requests: z.array(openRequest).max(MAX_LIST_LENGTH),
  /** What to do next, where the turn has not ended. */
  next: z.string().nullable(),
});
export type TurnAnswer = z.infer<typeof turnAnswer>;

export const conversationCall = z.object({
  po_name: orNull(name).describe("Of this object: its newest conversation."),
  session_id: orNull(id).describe("Of this session."),
  last: z
    .number()
    .int()
    .min(1)
    .max(MAX_LIST_LENGTH)
    .default(DEFAULT_MESSAGES)
    .describe("How many of the newest messages."),
});
export const conversation = z.object({
  po_name: z.string(),
  /** null: nothing was said to this object yet. */
  session_id: id.nullable(),
  state: poState.nullable(),
  /** All that there are; `messages` holds the newest of them. */
  message_count: count,
  messages: z.array(message),
});

export const respondCall = z.object({
  request_id: id,
  text: orNull(z.string().min(1)).describe("The human's answer to a question."),
  decision: orNull(z.enum(["approve", "deny"])).describe(
    "On a call that waits for approval. To approve, the human is asked in the host's own form.",
  ),
  reason: orNull(z.string().max(1000)).describe("Why it is denied, for the agent."),
});
export const respondAnswer = z.object({ request_id: id, answered: z.boolean() });
export const done = z.object({ done: z.literal(true) });

/** What the human is told and asked in a form of the host. */
export interface HumanForm {
  message: string;
  requestedSchema: {
    type: "object";
    properties: Record<string, { type: "string"; title: string; enum?: string[] }>;
    required: string[];
  };
}

/** What a prompt takes that is made from a template: a value for each of its parameters. */
export const promptArguments = (parameters: readonly string[]) =>
  z.object(Object.fromEntries(parameters.map((parameter) => [parameter, z.string()])));

/** What the tool of one object takes: `send_message` without its name. */
export const objectToolCall = sendMessageCall.omit({ po_name: true });
