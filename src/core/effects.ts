// The I/O that a session may wait for. Ids are stable: the same work has the same id at every start.
// A case here without one in `runtime/perform` does not compile.

export type Effect =
  /** Read the object, choose the model, gather tools and rules: what the turn is pinned to. */
  | { type: "prepare_turn"; id: string; turn_id: string }
  | {
      type: "call_model";
      id: string;
      turn_id: string;
      call_id: string;
      attempt: number;
      purpose: "answer" | "compact";
    }
  /** Validate a call and find out what it is really about. Changes nothing. */
  | { type: "check_tool"; id: string; turn_id: string; call_id: string }
  | { type: "run_tool"; id: string; turn_id: string; call_id: string }
  /** Let another object answer a call, in a session of its own, and wait for it. */
  | { type: "delegate"; id: string; turn_id: string; call_id: string }
  /** Hold the turn's answer against the JSON Schema that it must fit. Changes nothing. */
  | { type: "check_answer"; id: string; turn_id: string; message_id: string }
  /** Come back at this time. */
  | { type: "wake_at"; id: string; at: string };

export type EffectOf<Type extends Effect["type"]> = Extract<Effect, { type: Type }>;
