// Shapes that only plain HTTP has: those which the documents fix for their routes, and what a route takes
// where that is not simply a command's own parameters. Everything else is a command's, word for word.
import { z } from "zod";
import { askedSettings, onAsk } from "./agents.ts";
import { commands } from "./commands/index.ts";
import { eventName } from "./events/index.ts";
import { caughtUp, eventFrame, gap, signalFrame } from "./frames.ts";
import {
  agentMode,
  errorBody,
  id,
  json,
  message,
  name,
  orNull,
  poState,
  sessionDocument,
  sessionName,
  sessionState,
  toolCall,
  toolResult,
  toolSpec,
} from "./messages.ts";
import { signalName } from "./signals.ts";

/**
 * As the command takes it, but for `on_ask`: who waits for the answer of a request is a script that no human
 * looks at, so calls that need one are denied unless it says `queue`. null: `deny`, and what is steered into
 * a running turn leaves that as it is.
 */
const send = commands.SendMessage.params.extend({
  settings: askedSettings.extend({ on_ask: orNull(onAsk) }).prefault({}),
});
export const objectMessageRequest = send;

/** Document 003: prompt objects. */
export const promptObjectList = z.object({
  prompt_objects: z.array(z.object({ name: z.string(), description: z.string(), state: poState })),
});
export const objectMessage = z.object({
  po_name: z.string(),
  response: z.string(),
  session_id: id,
});
export const historyRequest = z.object({ po_name: name, session_id: orNull(id) });
/** A webhook takes whatever fields its caller has. */
export const hookCall = z.looseObject({ hook_name: name });
export const history = z.object({
  po_name: z.string(),
  /** null: nothing was said to this object yet. */
  session_id: id.nullable(),
  messages: z.array(message),
});

/** Saying something in a session whose object need not be named. */
export const sessionMessageRequest = send.omit({ po_name: true }).extend({ session_id: id });
export const sessionRequest = z.object({ session_id: id });
export const messageList = z.object({ session_id: id, messages: z.array(message) });
export const cancelRequest = z.object({ session_id: id, reason: orNull(z.string().max(1000)) });
export const importRequest = sessionDocument.extend({
  po_name: orNull(name),
  name: orNull(sessionName),
});

/** Document 000: sessions of one agent. */
export const createSessionRequest = z.object({
  context: z.record(z.string(), z.string()).nullable().default({}),
  agent_mode: orNull(agentMode),
  /** null: `assistant`, else the first object there is. */
  po_name: orNull(name),
});
export const createSessionResponse = z.object({ session_id: id });
export const sessionStateResponse = z.object({
  session_id: id,
  conversation: z.array(message),
  state: sessionState,
});
export const sendMessageResponse = z.object({
  /** What the turn added after the message itself: the calls, their results, the answer. */
  messages: z.array(message),
  /** Every call that the turn made. */
  tool_calls: z.array(toolCall),
});
export const toolExecutionRequest = z.object({
  session_id: id,
  tool_call: z.object({ id: orNull(id), name: z.string(), args: json }),
});
export const toolExecutionResponse = z.object({ result: toolResult });
export const toolSpecs = z.array(toolSpec);

/** Document 000's frames of one session, over its own WebSocket. */
export const webSocketEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("message_update"), message }),
  z.object({ type: z.literal("tool_call_started"), tool_call: toolCall }),
  z.object({ type: z.literal("tool_call_completed"), result: toolResult }),
  z.object({ type: z.literal("session_updated"), session_id: id, state: sessionState }),
  z.object({ type: z.literal("error"), message: z.string() }),
]);

/** The stream of events over plain HTTP. */
export const eventsRequest = z.object({
  /** None: all events. */
  types: z.array(eventName).default([]),
  /** Nothing that is only happening is sent unless it is named here. */
  signals: z.array(signalName).default([]),
  session_id: orNull(id),
  /** A `seq`, or an `id` of this stream; null is from now on. `Last-Event-ID` goes before it. */
  after: orNull(
    z.string().regex(/^(?:[A-Za-z0-9_-]{1,64}:)?\d{1,15}$/, "a seq, or an id of this stream"),
  ),
});

/** `data:` of one event of that stream. */
const told = { subscription_id: true } as const;
export const streamedEvent = z.union([
  eventFrame.omit(told),
  signalFrame.omit(told),
  caughtUp.omit(told),
  gap.omit(told),
]);

/** What a program that signs its webhooks sends: anything. */
export const hookBody = z.unknown();

export const errorAnswer = z.object({ error: errorBody });

export type MessageRequest = z.output<typeof objectMessageRequest>;
export type WebSocketEvent = z.infer<typeof webSocketEvent>;
export type EventsRequest = z.output<typeof eventsRequest>;
