// How vendors of the Chat Completions API differ. Plain settings, no code.

export interface ChatDialect {
  max_tokens_field: "max_tokens" | "max_completion_tokens";
  /** Off for vendors that refuse `stream_options`; they send the usage unasked. */
  asks_for_usage: boolean;
  /** `openai` knows its models, `plain` passes on what was asked, `none` cannot be told. */
  effort: "openai" | "plain" | "none";
  call_id: "any" | "nine_letters";
  /** The vendor wants its reasoning back while a turn goes on. */
  replays_reasoning: boolean;
}

export const plainDialect: ChatDialect = {
  max_tokens_field: "max_tokens",
  asks_for_usage: true,
  effort: "plain",
  call_id: "any",
  replays_reasoning: false,
};

export const openaiDialect: ChatDialect = {
  ...plainDialect,
  max_tokens_field: "max_completion_tokens",
  effort: "openai",
};

/** Mistral refuses every field that it does not know, and ids that are not nine letters long. */
export const mistralDialect: ChatDialect = {
  ...plainDialect,
  asks_for_usage: false,
  effort: "none",
  call_id: "nine_letters",
};

/** Vendors whose models choose their effort themselves, or name it each in their own way. */
export const effortlessDialect: ChatDialect = { ...plainDialect, effort: "none" };

export const deepseekDialect: ChatDialect = { ...effortlessDialect, replays_reasoning: true };
