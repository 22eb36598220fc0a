// Messages that arrive, turns that begin and are cancelled, and the life of the session itself.
import { resultMessages } from "../client-tools.ts";
import type { Draft } from "../draft.ts";
import type { CopiedHistory, InputOf, NewSession } from "../inputs.ts";
import { waitingMessage } from "../state.ts";
import { keepPartial, resumeModel } from "./model.ts";
import { interruptStarted } from "./tools.ts";
import { closeOpen, engineOf, follow, running, userMessage } from "./turn.ts";

export function create(draft: Draft, session: NewSession, history?: CopiedHistory): void {
  if (draft.state().session) return;
  const { session_id } = session;
  draft.add("SessionCreated", { ...session, model: session.model ?? null });
  for (const message of history?.messages ?? []) {
    draft.add("MessageAdded", { ...message, session_id });
  }
  for (const entry of history?.data ?? []) {
    draft.add("SharedDataChanged", { ...entry, session_id, from_session_id: session_id });
  }
  if (history?.compaction) draft.add("HistoryCompacted", { ...history.compaction, session_id });
}

export function send(draft: Draft, input: InputOf<"send">): void {
  if (input.create) create(draft, input.create);
  const { session, turn } = draft.state();
  if (!session) return;
  const isSteer = input.delivery === "steer" && turn !== undefined;
  draft.add("MessageQueued", {
    session_id: session.id,
    turn_id: isSteer ? turn.turn_id : input.turn_id,
    message_id: input.message_id,
    message_key: input.message_key,
    content: input.content,
    attachments: input.attachments,
    delivery: isSteer ? "steer" : "queue",
    source: input.source,
    settings: isSteer
      ? input.settings
      : { ...input.settings, model: input.settings.model ?? session.model ?? input.default_model },
  });
}

/** The first of the queue becomes the turn, pinned to the agent as it is now. */
export function prepared(draft: Draft, input: InputOf<"prepared">): void {
  const { session, turn, queue, prompt } = draft.state();
  const head = queue[0];
  if (!session || turn || head?.turn_id !== input.turn_id) return;
  const { agent } = input;
  const isKnown = prompt?.hash === agent.prompt_hash;
  draft.add("TurnStarted", {
    session_id: session.id,
    turn_id: input.turn_id,
    agent: { ...agent, system_prompt: isKnown ? null : agent.system_prompt },
  });
  const now = running(draft);
  if (!now) return;
  const said = userMessage(draft, head, input.turn_id);
  const results = resultMessages(draft.state(), head, said);
  for (const result of results.slice(0, -1)) {
    draft.add("MessageAdded", { ...result, session_id: session.id });
  }
  const message = results.at(-1) ?? said;
  const { session: heard } = running(draft) ?? now;
  follow(draft, engineOf(now.turn, draft).processMessage(heard, message), "stop");
}

/** The turn could not even begin; the message stays in the conversation. */
export function prepareFailed(draft: Draft, input: InputOf<"prepare_failed">): void {
  const { session, turn, queue } = draft.state();
  const head = queue[0];
  if (!session || turn || head?.turn_id !== input.turn_id) return;
  const { turn_id, error } = input;
  draft.add("MessageAdded", { ...userMessage(draft, head, turn_id), session_id: session.id });
  draft.add("TurnFailed", { session_id: session.id, turn_id, error, message_id: null });
}

/** Stops the running turn, or takes one out of the queue. */
export function cancel(draft: Draft, input: InputOf<"cancel">): void {
  const { session, turn } = draft.state();
  const { turn_id, reason } = input;
  if (!session) return;
  if (turn?.turn_id === turn_id) {
    if (input.partial) keepPartial(draft, input.partial);
    closeOpen(draft, "cancelled", "Cancelled before it ran.", input.written);
  }
  draft.add("TurnCancelled", { session_id: session.id, turn_id, reason });
}

export function resumeQueue(draft: Draft): void {
  const { session, isParked } = draft.state();
  if (session && isParked) draft.add("QueueResumed", { session_id: session.id });
}

/** The turn that it was to begin ends with it, for whoever waits for that; nothing behind it is parked. */
export function withdraw(draft: Draft, { message_id }: InputOf<"withdraw">): void {
  const { session } = draft.state();
  const waiting = waitingMessage(draft.state(), message_id);
  if (!session || !waiting) return;
  const ids = { session_id: session.id, turn_id: waiting.turn_id };
  draft.add("MessageWithdrawn", { ...ids, message_id });
  if (waiting.delivery === "steer") return;
  draft.add("TurnCancelled", { ...ids, reason: "its message was taken back" });
}

export function rename(draft: Draft, input: InputOf<"rename">): void {
  const { session } = draft.state();
  if (!session || session.name === input.name) return;
  draft.add("SessionRenamed", { session_id: session.id, name: input.name });
}

/** A call that a human made by hand: what was typed, so to say, then the call and its result. A running turn is
 * not disturbed: its own calls and answer must stand together. */
export function record(draft: Draft, input: InputOf<"record">): void {
  const { session, turn } = draft.state();
  if (!session || turn) return;
  const { message_ids, call, output, source } = input;
  const like = {
    session_id: session.id,
    turn_id: null,
    content: "",
    name: null,
    tool_call_id: null,
    tool_calls: [],
    attachments: [],
    reasoning: null,
    source,
    created_at: draft.at,
  };
  const content = `/${call.name} ${JSON.stringify(call.args)}`;
  draft.add("MessageAdded", { ...like, message_id: message_ids.said, role: "user", content });
  const asked = { message_id: message_ids.asked, role: "assistant" as const, tool_calls: [call] };
  draft.add("MessageAdded", { ...like, ...asked });
  const result = { message_id: message_ids.result, name: call.name, tool_call_id: call.id };
  draft.add("MessageAdded", { ...like, ...result, role: "tool", content: output });
}

export function remove(draft: Draft): void {
  const { session, turn, queue } = draft.state();
  if (!session) return;
  for (const { turn_id } of turn ? [turn, ...queue] : queue) {
    cancel(draft, { type: "cancel", turn_id, reason: "the session is deleted", at: draft.at });
  }
  // What the turns above used until now is counted already.
  const used = { po_name: session.po_name, sums: draft.state().used };
  draft.add("SessionDeleted", { session_id: session.id, used });
}

/** Every start is a recovery: the time away does not count, and nothing unsafe runs twice. */
export function revived(draft: Draft): void {
  const now = running(draft);
  if (!now) return;
  const away = Date.parse(draft.at) - Date.parse(draft.state().last_at);
  draft.add("TurnResumed", {
    session_id: now.session.id,
    turn_id: now.turn.turn_id,
    downtime_ms: now.turn.waiting_since === null ? Math.max(0, away || 0) : 0,
  });
  resumeModel(draft);
  interruptStarted(draft);
}
