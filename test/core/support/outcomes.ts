// Random outcomes of effects, and random commands: what a world may tell a session at any moment.
import type { AgentConfig, Effect, PermissionRule } from "../../../src/core/index.ts";
import type { ModelAnswer, SessionInput } from "../../../src/core/session/inputs.ts";
import type { SessionActorState } from "../../../src/core/session/state.ts";
import type { ToolOutput } from "../../../src/core/tool.ts";
import {
  agentWith,
  answerWith,
  callOf,
  groupWith,
  newSession,
  objectToolOf,
  outputOf,
  plainSettings,
  sendOf,
  testTools,
} from "./builders.ts";
import type { Random } from "./random.ts";

/** `calm` outcomes lead to an end: nothing asks for more than it must. */
export type Mood = "wild" | "calm";

const subjects = ["a.txt", "git status", "rm -rf / ; true", "$(id)", "https://example.org", ""];
const rules: PermissionRule[] = [
  { tool: "*", match: null, action: "allow" },
  { tool: "shell", match: "git *", action: "allow" },
  { tool: "shell", match: "rm *", action: "deny" },
  { tool: "put", match: null, action: "ask" },
  { tool: "look", match: "*.txt", action: "deny" },
];

export const hashOf = (call_id: string): string => `hash of ${call_id}`;

export function outcomeOf(
  random: Random,
  effect: Effect,
  state: SessionActorState,
  at: string,
  mood: Mood,
): SessionInput {
  switch (effect.type) {
    case "prepare_turn":
      return prepared(random, effect.turn_id, at, mood);
    case "call_model":
      return modelOutcome(random, effect, at, mood);
    case "check_tool":
      return checked(random, effect.call_id, at, state);
    case "run_tool":
      return mood === "wild" && random.oneIn(4)
        ? questionOf(random, effect.call_id, at, state)
        : {
            type: "tool_finished",
            at,
            call_id: effect.call_id,
            output: toolOutput(random),
            duration_ms: random.between(0, 5_000),
          };
    case "delegate":
      return delegationOutcome(random, effect.call_id, at, state);
    case "check_answer": {
      const doesFit = mood === "calm" || random.oneIn(2);
      const problems = doesFit ? [] : ["/age must be integer, not string"];
      return { type: "answer_checked", at, message_id: effect.message_id, problems };
    }
    case "wake_at":
      return { type: "woke", at: effect.at > at ? effect.at : at };
  }
}

function prepared(random: Random, turn_id: string, at: string, mood: Mood): SessionInput {
  if (mood === "wild" && random.oneIn(10)) {
    const error = { code: "key_missing" as const, message: "No key.", details: {} };
    return { type: "prepare_failed", at, turn_id, error };
  }
  const version = random.pick(["p1", "p2"]);
  const agent = agentWith({
    prompt_hash: version,
    system_prompt: `The prompt ${version}.`,
    rules: rules.filter(() => random.oneIn(3)),
    on_ask: random.pick(["queue", "queue", "deny", "fail"]),
    context_tokens: random.pick([null, 200, 2_000]),
    config: randomConfig(random),
    tools: [...testTools, objectToolOf("other"), objectToolOf("another")],
    mode: random.pick(["single", "single", "sequential", "parallel", "debate", "review"]),
    group: groupWith({
      members: ["other", "another"],
      judge: random.pick([null, "other"]),
    }),
  });
  return { type: "prepared", at, turn_id, agent };
}

function randomConfig(random: Random): AgentConfig {
  return {
    max_iterations: random.between(1, 6),
    max_tool_iterations: random.between(0, 6),
    enable_self_correction: !random.oneIn(4),
    reasoning_depth: random.between(0, 255),
    max_parallel_tools: random.between(1, 3),
    max_tokens: random.pick([null, null, 30, 100]),
    max_cost_usd: random.pick([null, null, 0.02]),
    max_wall_ms: random.pick([null, null, 20_000, 600_000, Number.MAX_SAFE_INTEGER]),
    max_model_attempts: random.between(1, 3),
    retry_base_ms: random.pick([1, 500, 5_000]),
    max_retry_after_ms: random.pick([0, 120_000, Number.MAX_SAFE_INTEGER]),
    request_deadline_ms: random.pick([null, 10_000, 20_000, Number.MAX_SAFE_INTEGER]),
    max_delegation_depth: random.between(0, 2),
    max_delegations: random.between(0, 3),
    max_rounds: random.between(1, 3),
    compact_above_tokens: random.pick([null, null, 20, 60, 150]),
    on_limit: random.pick(["end", "ask"]),
  };
}

function modelOutcome(
  random: Random,
  effect: Extract<Effect, { type: "call_model" }>,
  at: string,
  mood: Mood,
): SessionInput {
  const { call_id, attempt } = effect;
  if (random.oneIn(20)) {
    const error = { code: "context_full" as const, message: "Too long.", details: {} };
    const failed = { type: "model_failed" as const, at, call_id, attempt, error };
    return { ...failed, isRetryable: false, retryAfterMs: undefined };
  }
  if (random.oneIn(6)) {
    return {
      type: "model_failed",
      at,
      call_id,
      attempt,
      error: { code: "provider_error", message: "The vendor is down.", details: {} },
      isRetryable: !random.oneIn(3),
      retryAfterMs: random.pick([undefined, undefined, 0, 1_500, 9e15]),
    };
  }
  const answer = mood === "calm" ? answerWith({ text: "Done." }) : modelAnswer(random);
  return { type: "model_answered", at, call_id, attempt, answer };
}

function modelAnswer(random: Random): ModelAnswer {
  const text = random.pick(["", " \n", "Yes.", "I will look. ".repeat(20)]);
  const reason = random.oneIn(12) ? random.pick(["length", "refusal"] as const) : "stop";
  if (random.oneIn(3)) return answerWith({ text, reason });
  const tool_calls = Array.from({ length: random.oneIn(40) ? 70 : random.between(1, 5) }, () => {
    const name = random.pick([
      "look",
      "look",
      "put",
      "shell",
      "ask_human",
      "other",
      "other",
      "nowhere",
      "model",
      "",
    ]);
    const args = random.pick([{}, { path: "a.txt" }, { question: "Which?", kind: "secret" }, null]);
    return callOf(name, args, random.oneIn(8) ? "not JSON" : null);
  });
  return answerWith({ text, reason, tool_calls });
}

function checked(
  random: Random,
  call_id: string,
  at: string,
  state: SessionActorState,
): SessionInput {
  const isOffered = state.turn?.agent.tools.some((tool) =>
    state.turn?.calls.some((one) => one.call.id === call_id && one.call.name === tool.name),
  );
  const check =
    !isOffered || random.oneIn(8)
      ? { valid: false as const, problem: "There is no such tool or path." }
      : { valid: true as const, subject: random.pick(subjects), hash: hashOf(call_id) };
  return { type: "tool_checked", at, call_id, check };
}

/** A program that runs asks a human, or does not want to know any more. */
function questionOf(
  random: Random,
  call_id: string,
  at: string,
  { requests }: SessionActorState,
): SessionInput {
  const open = requests.filter(({ asked_by }) => asked_by?.call_id === call_id);
  const [first] = open;
  if (first && random.oneIn(2)) return { type: "tool_unasked", at, request_id: first.request_id };
  const request_id = `ask_${call_id}_${random.between(1, 1e12)}`;
  const asked = { program: "calc", question: "How many?", options: ["one", "(decline)"] };
  return { type: "tool_asked", at, call_id, request_id, ...asked };
}

/** What a called object does, in any order and twice: begins, uses, waits for humans, answers or fails. */
function delegationOutcome(
  random: Random,
  call_id: string,
  at: string,
  state: SessionActorState,
): SessionInput {
  const open = state.turn?.calls.find((one) => one.call.id === call_id);
  const choice = random.between(1, 8);
  if (choice === 1 || (!open?.child && !random.oneIn(10))) {
    const child = { session_id: `d_${call_id}`, turn_id: `dt_${call_id}` };
    return { type: "delegation_started", at, call_id, child };
  }
  if (choice <= 3) {
    const after_seq = random.oneIn(6) ? 77 : (open?.counted_seq ?? 0);
    const { usage } = answerWith();
    const used = {
      after_seq,
      through_seq: after_seq + 2,
      model_calls: random.between(0, 2),
      usage,
    };
    return { type: "child_used", at, call_id, ...used, isLast: random.oneIn(3) };
  }
  if (choice === 4) return { type: "child_paused", at, call_id, isPaused: !random.oneIn(3) };
  const error = { code: random.pick(["blocked", "cancelled", "limit_reached"] as const) };
  const isBad = random.oneIn(4);
  return {
    type: "delegated",
    at,
    call_id,
    output: isBad ? "No answer." : random.pick(["", "blue", "green"]),
    error: isBad ? { ...error, message: "No.", details: {} } : null,
    denial: random.oneIn(6) ? { subject: "shell ls", allow_with: "--allow shell" } : null,
    duration_ms: random.between(0, 5_000),
  };
}

function toolOutput(random: Random): ToolOutput {
  const outcome = random.pick(["completed", "completed", "failed", "timed_out", "cancelled"]);
  const text = random.pick(["", "ok", "a long line of output. ".repeat(30)]);
  return outputOf(text, {
    outcome: outcome as ToolOutput["outcome"],
    success: outcome === "completed",
    spilled_to: random.oneIn(10) ? "/spilled/1" : null,
  });
}

/** A command that somebody may give now; right, wrong, or too late. */
export function commandOf(
  random: Random,
  state: SessionActorState,
  number: number,
  at: string,
): SessionInput {
  const choice = random.between(1, 22);
  if (choice === 21) return { type: "resume_queue", at };
  if (choice === 22) {
    const waiting = [...state.queue, ...state.steers].map((one) => one.message_id);
    const heard = state.session?.conversation.at(-1)?.message_id ?? "nowhere";
    return { type: "withdraw", at, message_id: random.pick([...waiting, heard]) };
  }
  if (choice <= 7) {
    const delivery = random.pick(["queue", "steer"] as const);
    const create = random.oneIn(5) ? newSession() : null;
    const settings = {
      ...plainSettings,
      rules: rules.filter(() => random.oneIn(8)),
      on_ask: random.pick(["queue", "queue", "deny"] as const),
      system: random.oneIn(10) ? "You count." : null,
      output: random.oneIn(4)
        ? { schema: { type: "object" }, retries: random.between(0, 3) }
        : null,
    };
    return sendOf(number, at, { delivery, create, settings });
  }
  if (choice <= 9) {
    const ids = [state.turn?.turn_id, ...state.queue.map((one) => one.turn_id), "t0", "nowhere"];
    const turn_id = random.pick(ids.filter((id) => id !== undefined));
    const call = state.turn?.model;
    const attempt = (call?.attempt ?? 1) - (random.oneIn(4) ? 1 : 0);
    const text = random.pick(["", "I was about to"]);
    const partial = call && random.oneIn(2) ? { call_id: call.call_id, attempt, text } : null;
    return { type: "cancel", at, turn_id, reason: "enough", partial };
  }
  if (choice <= 17) return response(random, state, at);
  if (choice === 18 && random.oneIn(2)) return stored(random, at);
  if (choice === 18) return { type: "rename", at, name: random.pick([null, "one", "two"]) };
  if (choice === 19 || !random.oneIn(8)) return { type: "woke", at };
  return { type: "delete", at };
}

/** Now and then more than may be kept. */
function stored(random: Random, at: string): SessionInput {
  const value = random.pick([null, 1, "text", "x".repeat(30_000), "x".repeat(40_000)]);
  const key = `k${random.between(0, 12)}`;
  const entry = { key, short_description: "of the test", value, po_name: "helper" };
  return { type: "store_data", at, entry, from_session_id: "s1" };
}

function response(random: Random, state: SessionActorState, at: string): SessionInput {
  const request = random.pick([...state.requests, undefined]);
  const request_id = request?.request_id ?? random.pick(["t1_m1_0_q", "nowhere"]);
  const hash = random.oneIn(4) ? "of something else" : (request?.hash ?? "");
  const kind = random.oneIn(4) ? random.pick(["question", "approval", "secret"]) : request?.kind;
  if (kind === "secret") {
    return { type: "respond", at, request_id, response: { type: "secret", value: SECRET } };
  }
  if (kind === "question") {
    return { type: "respond", at, request_id, response: { type: "answer", text: "blue" } };
  }
  const decision = random.pick(["approve", "approve", "deny"] as const);
  const scope = random.oneIn(4) ? random.pick(["session", "rule"] as const) : "once";
  const reason = random.pick([null, "not today"]);
  return {
    type: "respond",
    at,
    request_id,
    response: { type: "decision", decision, hash, scope, match: null, reason },
  };
}

/** It must never be found in an event. */
export const SECRET = "canary-7f3a";
