// Document 000's view of one session: the same events, said as `message_update`, `tool_call_started`,
// `tool_call_completed`, `session_updated` and `error`. Pure: what was seen and an event → frames.
//
// event                                   frames
// MessageAdded                            message_update; for a tool's message its tool_call_completed first
// ToolCallStarted                         tool_call_started
// ToolCallCompleted                       none: its output is the message that follows
// TurnStarted, ModelCallStarted,
// SessionUpdated, TurnCompleted           session_updated
// TurnFailed, TurnCancelled               error or nothing, then session_updated
// ModelCallFailed that is tried again     error
// SessionDeleted                          error, and it is over
import type { EventName, EventPayload } from "../../protocol/events/index.ts";
import type { EventFrame } from "../../protocol/frames.ts";
import type { SessionState } from "../../protocol/messages.ts";
import type { WebSocketEvent } from "../../protocol/rest.ts";
import { readUpdates } from "../../protocol/session-updates.ts";

export interface SessionView {
  session_id: string;
  state: SessionState;
  /** Calls that have ended and whose output is yet to come: call id → whether it went well. */
  completed: Readonly<Record<string, boolean>>;
  /** The newest call that was counted: one that is made again counts once. */
  counted: string | null;
}

export interface Shown {
  view: SessionView;
  frames: WebSocketEvent[];
  isOver: boolean;
}

type Show<Name extends EventName> = (
  view: SessionView,
  payload: EventPayload<Name>,
) => Partial<Shown>;
type Shows = { [Name in EventName]?: Show<Name> };

export const beginView = (session_id: string, state: SessionState): SessionView => ({
  session_id,
  state,
  completed: {},
  counted: null,
});

export function showEvent(view: SessionView, { event_type, payload }: EventFrame): Shown {
  // The payload of an event is what the table says for its name.
  const show = shows[event_type] as
    | ((view: SessionView, payload: unknown) => Partial<Shown>)
    | undefined;
  return { view, frames: [], isOver: false, ...show?.(view, payload) };
}

const shows: Shows = {
  MessageAdded: messageAdded,
  ToolCallStarted: (_, { tool_call }) => ({ frames: [{ type: "tool_call_started", tool_call }] }),
  ToolCallCompleted: (view, { call_id, success }) => ({
    view: { ...view, completed: { ...view.completed, [call_id]: success } },
  }),
  TurnStarted: (view, { agent }) =>
    updated(view, { active_tools: agent.tools.map((tool) => tool.name), iteration_count: 0 }),
  ModelCallStarted(view, { call_id, attempt, purpose }) {
    if (attempt !== 1 || purpose !== "answer" || view.counted === call_id) return {};
    const iteration_count = view.state.iteration_count + 1;
    return updated({ ...view, counted: call_id }, { iteration_count });
  },
  ModelCallFailed: (_, { error, retry_at }) =>
    retry_at === null ? {} : { frames: [{ type: "error", message: error.message }] },
  SessionUpdated: (view, { updates }) => updated(view, readUpdates(updates).state),
  TurnCompleted: (view) => updated(view, {}),
  TurnCancelled: (view) => updated(view, {}),
  TurnFailed(view, { error }) {
    const { frames = [], ...rest } = updated(view, {});
    return { ...rest, frames: [{ type: "error", message: error.message }, ...frames] };
  },
  SessionDeleted: (_, { session_id }) => ({
    frames: [{ type: "error", message: `The session ${session_id} was deleted.` }],
    isOver: true,
  }),
};

function messageAdded(view: SessionView, payload: EventPayload<"MessageAdded">): Partial<Shown> {
  const { session_id: _, ...message } = payload;
  const update: WebSocketEvent = { type: "message_update", message };
  const id = message.tool_call_id;
  const success = id === null ? undefined : view.completed[id];
  if (id === null || success === undefined) return { frames: [update] };
  const { [id]: __, ...completed } = view.completed;
  const result = { id, name: message.name ?? "", output: message.content, success };
  return {
    view: { ...view, completed },
    frames: [{ type: "tool_call_completed", result }, update],
  };
}

function updated(view: SessionView, fields: Partial<SessionState>): Partial<Shown> {
  const state = { ...view.state, ...fields };
  const { session_id } = view;
  return { view: { ...view, state }, frames: [{ type: "session_updated", session_id, state }] };
}
