// One session played by hand: every line of a test is one thing that the world does, and the events
// that came of it are compared whole.

import type { EffectOf } from "../../../src/core/effects.ts";
import { type Effect, type EventPayload, replay, sessionMachine } from "../../../src/core/index.ts";
import type {
  InputOf,
  ModelAnswer,
  NewSession,
  SessionCommand,
  SessionOutcome,
} from "../../../src/core/session/inputs.ts";
import { refusal } from "../../../src/core/session/machine.ts";
import type { Happened, SessionActorState } from "../../../src/core/session/state.ts";
import type { ToolOutput } from "../../../src/core/tool.ts";
import {
  type AgentFields,
  agentWith,
  answerWith,
  newSession,
  outputOf,
  sendOf,
  timeAt,
} from "./builders.ts";

export type Scene = ReturnType<typeof createScene>;

export function createScene(session: Partial<NewSession> = {}) {
  let state: SessionActorState = sessionMachine.initial;
  let nowMs = 0;
  let sent = 0;
  const events: Happened[] = [];

  const take = (input: SessionCommand | SessionOutcome): Happened[] => {
    const happened = sessionMachine.decide(state, { ...input, at: timeAt(nowMs) });
    for (const event of happened) state = sessionMachine.apply(state, event);
    events.push(...happened);
    return happened;
  };
  const owed = <Type extends Effect["type"]>(type: Type): EffectOf<Type>[] =>
    sessionMachine
      .outstanding(state)
      .filter((effect): effect is EffectOf<Type> => effect.type === type);
  const first = <Type extends Effect["type"]>(type: Type): EffectOf<Type> => {
    const [effect] = owed(type);
    if (!effect) throw new Error(`nothing of ${type} is outstanding`);
    return effect;
  };
  const send = (fields: Partial<InputOf<"send">> = {}): Happened[] => {
    sent += 1;
    return take(sendOf(sent, "", fields));
  };
  const prepare = (fields: AgentFields = {}): Happened[] =>
    take({
      type: "prepared",
      turn_id: first("prepare_turn").turn_id,
      agent: agentWith(fields),
    });

  take({ type: "create", session: newSession(session) });
  return {
    take,
    owed,
    send,
    prepare,
    state: () => state,
    events: () => events,
    effects: () => sessionMachine.outstanding(state),
    now: () => timeAt(nowMs),
    /** Lets time pass; nobody is told. */
    pass(ms: number): void {
      nowMs += ms;
    },
    refusal: (input: SessionCommand | SessionOutcome) =>
      refusal(state, { ...input, at: timeAt(nowMs) }),
    /** A message is sent and its turn begins. */
    begin(fields: AgentFields = {}, message: Partial<InputOf<"send">> = {}): Happened[] {
      return [...send(message), ...prepare(fields)];
    },
    answer(fields: Partial<ModelAnswer>): Happened[] {
      const { call_id, attempt } = first("call_model");
      return take({ type: "model_answered", call_id, attempt, answer: answerWith(fields) });
    },
    failModel(fields: Partial<InputOf<"model_failed">> = {}): Happened[] {
      const { call_id, attempt } = first("call_model");
      const error = { code: "provider_error" as const, message: "Down.", details: {} };
      const rest = { error, isRetryable: true, retryAfterMs: undefined, ...fields };
      return take({ type: "model_failed", call_id, attempt, ...rest });
    },
    /** The first unchecked call, or the one that is named, is found valid. */
    check(
      subject: string,
      call_id = first("check_tool").call_id,
      more: { must_ask?: boolean; hash?: string; bare_subject?: string } = {},
    ): Happened[] {
      const hash = `hash of ${call_id}`;
      return take({
        type: "tool_checked",
        call_id,
        check: { valid: true, subject, hash, ...more },
      });
    },
    refuse(problem: string, call_id = first("check_tool").call_id): Happened[] {
      return take({ type: "tool_checked", call_id, check: { valid: false, problem } });
    },
    finish(output: string, fields: Partial<ToolOutput> = {}, call_id = first("run_tool").call_id) {
      const whole = outputOf(output, fields);
      return take({ type: "tool_finished", call_id, output: whole, duration_ms: 7 });
    },
    decide(
      decision: "approve" | "deny",
      fields: { scope?: "once" | "session" | "rule"; match?: string; hash?: string } = {},
    ) {
      const [request] = state.requests;
      const { scope = "once", match = null, hash = request?.hash ?? "" } = fields;
      const response = {
        type: "decision" as const,
        decision,
        hash,
        scope,
        match,
        reason: null,
      };
      return take({ type: "respond", request_id: request?.request_id ?? "", response });
    },
    /** The process dies; what it had in flight is lost, and the journal is read again. */
    crash(downtimeMs: number): Happened[] {
      nowMs += downtimeMs;
      state = replay(sessionMachine, JSON.parse(JSON.stringify(events)));
      return take({ type: "revived" });
    },
  };
}

export const typesOf = (events: Happened[]): string[] => events.map((event) => event.type);

/** The payload of the only event of this type. */
export function payloadOf<Type extends Happened["type"]>(
  events: Happened[],
  type: Type,
): EventPayload<Type> {
  const found = events.filter((event) => event.type === type);
  const [event] = found;
  if (!event || found.length > 1) throw new Error(`${found.length} events of ${type}`);
  // The type has just been compared, which TypeScript cannot follow through the generic name.
  return event.payload as EventPayload<Type>;
}

/** The conversation as lines: who, and what. */
export const spoken = (scene: Scene): string[] =>
  (scene.state().session?.conversation ?? []).map((one) => `${one.role}: ${one.content}`);
