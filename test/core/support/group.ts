// A group on paper: the machine of a session in a mode of groups, and members that answer by a function.
// It is played to its end, and may be killed at every event on the way.
import { replay, sessionMachine } from "../../../src/core/index.ts";
import { delegationOf } from "../../../src/core/session/delegation.ts";
import type { SessionCommand, SessionOutcome } from "../../../src/core/session/inputs.ts";
import type { Happened, SessionActorState } from "../../../src/core/session/state.ts";
import {
  type AgentFields,
  agentWith,
  answerWith,
  newSession,
  objectToolOf,
  plainSettings,
  sendOf,
  timeAt,
} from "./builders.ts";

/** Effects after which a group must have come to its end. */
const MAX_STEPS = 3_000;

/** What a member answers; undefined is a failure. */
export type Member = (asked: {
  po_name: string;
  message: string;
  /** Calls of this member before this one. */
  before: number;
}) => string | undefined;

export interface Played {
  state: SessionActorState;
  events: Happened[];
  /** Who was asked what, in the order of asking. */
  asked: { po_name: string; message: string; reason: string | null; output: boolean }[];
}

export interface Game {
  agent: AgentFields & { mode: NonNullable<AgentFields["mode"]> };
  member: Member;
  /** What the object itself says when it is asked. */
  own?: string;
  message?: string;
  /** Values of the session. */
  context?: Record<string, string>;
  /** What decides; one without conditions where it is not said. */
  machine?: typeof sessionMachine;
}

/** Plays one turn. `killAt` is the number of events after which the process dies, once. */
export function playGroup(game: Game, killAt = Number.POSITIVE_INFINITY): Played {
  const machine = game.machine ?? sessionMachine;
  let events: Happened[] = [];
  let state = machine.initial;
  let hasDied = false;
  let steps = 0;
  const asked: Played["asked"] = [];
  const take = (said: SessionCommand | SessionOutcome) => {
    steps += 1;
    const input = { ...said, at: timeAt(steps) };
    const happened = machine.decide(state, input);
    // Events of one decision are kept together: the process dies between decisions.
    events = [...events, ...happened];
    state = happened.reduce(machine.apply, state);
    if (hasDied || events.length < killAt) return;
    hasDied = true;
    // The journal keeps JSON.
    const kept: Happened[] = JSON.parse(JSON.stringify(events));
    state = replay(machine, kept);
    take({ type: "revived" });
  };
  take({ type: "create", session: newSession({ context: game.context ?? {} }) });
  const { at: _, ...message } = sendOf(1, "", { content: game.message ?? "What is it?" });
  take({ ...message, settings: plainSettings });
  while (steps < MAX_STEPS) {
    const effects = machine.outstanding(state).filter(({ type }) => type !== "wake_at");
    // The newest first: whoever ends first must not matter.
    const effect = effects.at(-1);
    if (!effect) return { state, events, asked };
    if (effect.type === "prepare_turn") {
      const members = (game.agent.tools ?? ["one", "two", "three"].map(objectToolOf)) as never;
      const agent = agentWith({ ...game.agent, tools: members });
      take({ type: "prepared", turn_id: effect.turn_id, agent });
    } else if (effect.type === "call_model") {
      const { call_id, attempt } = effect;
      const answer = answerWith({ text: game.own ?? "All in all." });
      take({ type: "model_answered", call_id, attempt, answer });
    } else if (effect.type === "check_tool") {
      const { call_id } = effect;
      const check = { valid: true as const, subject: "what is asked", hash: `hash of ${call_id}` };
      take({ type: "tool_checked", call_id, check });
    } else if (effect.type === "delegate") answerCall(effect.call_id);
    else throw new Error(`a group has no use for ${effect.type}`);
  }
  throw new Error("the group comes to no end");

  function answerCall(call_id: string): void {
    const delegation = delegationOf(state, call_id);
    if (!delegation) throw new Error("nobody is called");
    const child = { session_id: `d_${call_id}`, turn_id: `dt_${call_id}` };
    if (!delegation.call.child) return take({ type: "delegation_started", call_id, child });
    const { po_name, message, reason, output } = delegation;
    const before = asked.filter((one) => one.po_name === po_name).length;
    const said = game.member({ po_name, message, before });
    asked.push({ po_name, message, reason, output: output !== null });
    const failed = { code: "provider_error" as const, message: "Down.", details: {} };
    take({
      type: "delegated",
      call_id,
      output: said ?? "No answer: Down.",
      error: said === undefined ? failed : null,
      denial: null,
      duration_ms: 1,
    });
  }
}

/** A turn as its pattern sees it: what was begun, judged and ended, and who answered. */
export function shapeOf(events: Happened[]): string[] {
  return events.flatMap((event) => {
    if (event.type === "ModelCallStarted") return ["the object itself"];
    if (event.type === "DelegationCompleted") return [`${event.payload.po_name} answered`];
    if (event.type === "TurnCompleted") return ["completed"];
    if (event.type === "TurnFailed") return ["failed"];
    if (event.type !== "StepTaken") return [];
    const { step } = event.payload;
    if (step.type === "round_started") {
      return [`${step.mode} ${step.round}: ${step.members.join(", ")}`];
    }
    if (step.type === "verdict") return [step.accepted ? "accepted" : `not: ${step.comments}`];
    return step.type === "ended" ? [`ended: ${step.reason}`] : [];
  });
}

/** The newest thing that the object said. */
export const answerIn = ({ state }: Played): string | undefined =>
  state.session?.conversation.findLast((one) => one.role === "assistant")?.content;
