// Public list prices in US dollars per million tokens and context windows in tokens, as of November
// 2025 unless a line says otherwise. Only what is well known stands here: for all else the answer is null.
// Writing to Anthropic's cache costs a quarter more than stated; the usage does not tell it apart.
import type { Usage } from "../protocol/messages.ts";

interface ModelFacts {
  input: number;
  cached: number;
  output: number;
  context: number;
}

const facts = (input: number, cached: number, output: number, context: number): ModelFacts => ({
  input,
  cached,
  output,
  context,
});

const TOKENS_PER_PRICE = 1_000_000;

const openaiFacts: Record<string, ModelFacts> = {
  "gpt-5.1": facts(1.25, 0.125, 10, 400_000),
  "gpt-5": facts(1.25, 0.125, 10, 400_000),
  "gpt-5-mini": facts(0.25, 0.025, 2, 400_000),
  "gpt-5-nano": facts(0.05, 0.005, 0.4, 400_000),
  "gpt-4.1": facts(2, 0.5, 8, 1_047_576),
  "gpt-4.1-mini": facts(0.4, 0.1, 1.6, 1_047_576),
  "gpt-4.1-nano": facts(0.1, 0.025, 0.4, 1_047_576),
  "gpt-4o": facts(2.5, 1.25, 10, 128_000),
  "gpt-4o-mini": facts(0.15, 0.075, 0.6, 128_000),
  o3: facts(2, 0.5, 8, 200_000),
  "o4-mini": facts(1.1, 0.275, 4.4, 200_000),
};

const anthropicFacts: Record<string, ModelFacts> = {
  // February 2026
  "claude-sonnet-4-6": facts(3, 0.3, 15, 200_000),
  "claude-opus-4-5": facts(5, 0.5, 25, 200_000),
  "claude-sonnet-4-5": facts(3, 0.3, 15, 200_000),
  "claude-haiku-4-5": facts(1, 0.1, 5, 200_000),
  "claude-opus-4-1": facts(15, 1.5, 75, 200_000),
  "claude-opus-4": facts(15, 1.5, 75, 200_000),
  "claude-sonnet-4": facts(3, 0.3, 15, 200_000),
  "claude-3-5-haiku": facts(0.8, 0.08, 4, 200_000),
};

const tables: Record<string, Record<string, ModelFacts>> = {
  openai: openaiFacts,
  "openai-chat": openaiFacts,
  "openai-responses": openaiFacts,
  anthropic: anthropicFacts,
};

/** Vendors that nobody pays. */
const FREE = new Set(["offline", "scripted", "ollama", "lmstudio"]);

/** What this usage costs; null where the price is not known. `model` is `vendor/model`. */
export function costOf(model: string, usage: Omit<Usage, "cost_usd">): number | null {
  if (FREE.has(model.slice(0, model.indexOf("/")))) return 0;
  const known = factsOf(model);
  if (known === undefined) return null;
  const cached = Math.min(usage.cached_tokens, usage.input_tokens);
  const price =
    (usage.input_tokens - cached) * known.input +
    cached * known.cached +
    usage.output_tokens * known.output;
  return price / TOKENS_PER_PRICE;
}

/** How many tokens of context this model takes; null where that is not known. */
export function contextTokens(model: string): number | null {
  return factsOf(model)?.context ?? null;
}

function factsOf(model: string): ModelFacts | undefined {
  const slash = model.indexOf("/");
  const table = tables[model.slice(0, slash)];
  // A dated snapshot costs what its model costs.
  const name = model.slice(slash + 1).replace(/-(\d{4}-\d{2}-\d{2}|\d{8}|latest)$/, "");
  return table !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;
}
