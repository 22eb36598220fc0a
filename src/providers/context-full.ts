// How vendors say that a request is longer than the model's context: by a kind, or by nothing but words.

/** The `code` or `type` of an error. */
const KINDS = /context_length_exceeded|exceed_context_size|context_window_exceeded/;

/** Only these say it; the words of a rate limit are about tokens too. */
const STATUSES = [400, 413, 422, 500];

const WORDS = [
  // OpenAI, Azure, DeepSeek, vLLM, OpenRouter, Mistral: "maximum context length is 128000 tokens"
  /maximum context length/,
  // OpenAI's responses: "Your input exceeds the context window of this model"
  /exceeds? the (?:model's )?context (?:window|length)/,
  // Anthropic: "prompt is too long: 208310 tokens > 200000 maximum"
  /prompt is too long/,
  // Anthropic: "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000"
  /exceeds? (?:the )?context limit/,
  // Gemini: "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)"
  /input token count.{0,40}exceeds the maximum/,
  // Ollama: "input length exceeds maximum context length" and "… the context length", both above.
  // llama.cpp: "the request exceeds the available context size"
  /exceeds? the available context size/,
  // LM Studio: "... when context the overflows. However, the model is loaded with context length of only 4096"
  /loaded with context length of only/,
  // xAI: "This model's maximum prompt length is 131072 but the request contains 200000 tokens"
  /maximum prompt length/,
  // Bedrock: "Input is too long for requested model"
  /input is too long for (?:the )?requested model/,
  // Groq: "Please reduce the length of the messages or completion"
  /reduce the length of (?:the|your) (?:messages|prompt)/,
];

/** `status` is 0 for an error inside an answer that had begun well. */
export function isContextFull(said: { status: number; kinds: string; text: string }): boolean {
  if (KINDS.test(said.kinds)) return true;
  if (said.status !== 0 && !STATUSES.includes(said.status)) return false;
  const text = said.text.toLowerCase();
  return WORDS.some((words) => words.test(text));
}
