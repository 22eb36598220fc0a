// A random world around one session: it answers effects, gives commands, crashes, and repeats itself,
// and collects everything that must not be. The same seed is the same world.
import { type Effect, replay, sessionMachine } from "../../../src/core/index.ts";
import type { SessionInput } from "../../../src/core/session/inputs.ts";
import { refusal } from "../../../src/core/session/machine.ts";
import type { Happened, SessionActorState } from "../../../src/core/session/state.ts";
import { newSession, sendOf, timeAt } from "./builders.ts";
import { createLedger, eventProblems, type Ledger, stateProblems } from "./invariants.ts";
import { commandOf, type Mood, outcomeOf } from "./outcomes.ts";
import { createRandom, type Random } from "./random.ts";

/** Steps within which every session must come to rest once the world is calm. */
const MAX_CALM_STEPS = 3_000;
const FAR_MS = 1e12;

export interface RandomWorld {
  random: Random;
  state: SessionActorState;
  events: Happened[];
  problems: string[];
  ledger: Ledger;
  nowMs: number;
  sent: number;
  /** Outcomes whose effect is no longer wanted, or that were already given. */
  late: SessionInput[];
}

/** Lives one random life; the events and what went wrong come back. */
export function live(seed: number, steps: number): RandomWorld {
  const world: RandomWorld = {
    random: createRandom(seed),
    state: sessionMachine.initial,
    events: [],
    problems: [],
    ledger: createLedger(),
    nowMs: 0,
    sent: 0,
    late: [],
  };
  take(world, { type: "create", at: timeAt(0), session: newSession() });
  for (let step = 0; step < steps && world.problems.length === 0; step += 1) stepOnce(world);
  for (let step = 0; world.problems.length === 0; step += 1) {
    if (isAtRest(world)) break;
    if (step === MAX_CALM_STEPS) world.problems.push("it never comes to rest");
    calmStep(world);
  }
  for (const turn_id of world.ledger.accepted) {
    if (world.problems.length > 0) break;
    if (!world.ledger.ended.has(turn_id)) world.problems.push(`the turn ${turn_id} never ends`);
  }
  return world;
}

function stepOnce(world: RandomWorld): void {
  const { random } = world;
  world.nowMs += random.pick([0, 0, 1, 50, 4_000]);
  const effects = sessionMachine.outstanding(world.state);
  const choice = random.between(1, 100);
  if (choice <= 4) return crash(world);
  if (choice <= 12 && world.late.length > 0) return repeat(world);
  if (choice <= 35 || effects.length === 0) {
    world.sent += 1;
    return take(world, commandOf(random, world.state, world.sent, timeAt(world.nowMs)));
  }
  answer(world, random.pick(effects), "wild");
}

function isAtRest(world: RandomWorld): boolean {
  const { state } = world;
  const isDone = !state.turn && state.queue.length === 0;
  return state.isDeleted || isDone;
}

function calmStep(world: RandomWorld): void {
  const [request] = world.state.requests;
  const effects = sessionMachine.outstanding(world.state);
  const at = timeAt(world.nowMs);
  const work = effects.filter((effect) => effect.type !== "wake_at");
  const next = work[0] ?? (request ? undefined : effects[0]);
  if (next) return answer(world, next, "calm");
  if (request) {
    const hash = request.hash ?? "";
    const response = {
      question: { type: "answer" as const, text: "blue" },
      secret: { type: "secret" as const, value: "x" },
      approval: { type: "decision" as const, decision: "deny" as const, hash, ...once },
    }[request.kind];
    return take(world, { type: "respond", at, request_id: request.request_id, response });
  }
  world.sent += 1;
  take(world, sendOf(world.sent, at));
}

const once = { scope: "once" as const, match: null, reason: null };

function answer(world: RandomWorld, effect: Effect, mood: Mood): void {
  const outcome = outcomeOf(world.random, effect, world.state, timeAt(world.nowMs), mood);
  world.nowMs = Math.max(world.nowMs, Date.parse(outcome.at) - Date.parse(timeAt(0)));
  // A wild world does not wait for far deadlines: it has centuries of crashes before it.
  if (mood === "wild") world.nowMs = Math.min(world.nowMs, FAR_MS);
  if (outcome.type !== "woke") world.late.push(outcome);
  take(world, { ...outcome, at: timeAt(world.nowMs) });
}

/** What was in flight is lost; the journal is read again, and the session revived. */
function crash(world: RandomWorld): void {
  world.nowMs += world.random.pick([10, 60_000, 86_400_000]);
  // The journal keeps JSON, so that is what a session must come back from.
  const journal: Happened[] = JSON.parse(JSON.stringify(world.events));
  const again = replay(sessionMachine, journal);
  if (!Bun.deepEquals(again, world.state, true))
    world.problems.push("replay is not the live state");
  world.state = again;
  take(world, { type: "revived", at: timeAt(world.nowMs) });
}

/** An outcome comes a second time, or after all: nothing may come of it. */
function repeat(world: RandomWorld): void {
  const outcome = world.random.pick(world.late);
  if (isWanted(world.state, outcome)) return;
  const happened = sessionMachine.decide(world.state, outcome);
  if (happened.length > 0) {
    world.problems.push(`a late ${outcome.type} leads to ${happened[0]?.type}`);
  }
}

function isWanted(state: SessionActorState, outcome: SessionInput): boolean {
  return sessionMachine.outstanding(state).some((effect) => {
    if (outcome.type === "prepared" || outcome.type === "prepare_failed") {
      return effect.type === "prepare_turn" && effect.turn_id === outcome.turn_id;
    }
    if (outcome.type === "model_answered" || outcome.type === "model_failed") {
      const { call_id, attempt } = outcome;
      return (
        effect.type === "call_model" && effect.call_id === call_id && effect.attempt === attempt
      );
    }
    if (outcome.type === "answer_checked") {
      return effect.type === "check_answer" && effect.message_id === outcome.message_id;
    }
    if (outcome.type === "tool_checked") {
      // With one place free and two calls to check, either may come first.
      return effect.type === "check_tool";
    }
    if (isOfChild(outcome)) {
      return effect.type === "delegate" && effect.call_id === outcome.call_id;
    }
    return (
      (outcome.type === "tool_finished" || outcome.type === "tool_asked") &&
      effect.type === "run_tool" &&
      effect.call_id === outcome.call_id
    );
  });
}

type OfChild = Extract<SessionInput["type"], "delegation_started" | "child_used" | "child_paused">;

const isOfChild = (
  input: SessionInput,
): input is Extract<SessionInput, { type: OfChild | "delegated" }> =>
  ["delegation_started", "child_used", "child_paused", "delegated"].includes(input.type);

function take(world: RandomWorld, input: SessionInput): void {
  const before = world.state;
  const no = refusal(before, input);
  const happened = freeze(sessionMachine.decide(before, input));
  world.problems.push(...commandProblems(input, no !== undefined, happened.length));
  for (const event of happened) {
    const problems = eventProblems(world.ledger, event);
    world.problems.push(...problems.map((problem) => `${event.type}: ${problem}`));
    world.events.push(event);
    world.state = freeze(sessionMachine.apply(world.state, event));
  }
  const effects = sessionMachine.outstanding(world.state);
  if (!Bun.deepEquals(effects, sessionMachine.outstanding(world.state), true)) {
    world.problems.push("asked twice, it owes two different things");
  }
  const problems = stateProblems(world.ledger, world.state, effects);
  world.problems.push(...problems.map((problem) => `after ${input.type}: ${problem}`));
}

function commandProblems(input: SessionInput, isRefused: boolean, happened: number): string[] {
  if (isRefused && happened > 0) return [`the refused ${input.type} changes something`];
  const mustChange = ["send", "cancel", "resume_queue", "withdraw", "respond", "delete"].includes(
    input.type,
  );
  if (mustChange && !isRefused && happened === 0)
    return [`the taken ${input.type} changes nothing`];
  return [];
}

/** Frozen through and through: whoever changes a state or an event in place is caught. */
function freeze<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) freeze(part);
  return value;
}
