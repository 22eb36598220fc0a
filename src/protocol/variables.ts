// Names of the provider variables that a client hands to its own daemon; all others stay with it. No
// imports, so that the lightest client can carry it. A test holds the list to the table of vendors.

const VENDORS = [
  "OPENAI",
  "ANTHROPIC",
  "GEMINI",
  "MISTRAL",
  "GROQ",
  "DEEPSEEK",
  "XAI",
  "OPENROUTER",
  "TOGETHER",
  "FIREWORKS",
  "LMSTUDIO",
  "VLLM",
  "COMPATIBLE",
];

export const PROVIDER_VARIABLES: readonly string[] = [
  ...VENDORS.flatMap((vendor) => [`${vendor}_API_KEY`, `${vendor}_BASE_URL`]),
  "AZURE_OPENAI_API_KEY",
  "AZURE_OPENAI_ENDPOINT",
  "OPENAI_API_VERSION",
  "OLLAMA_API_KEY",
  "OLLAMA_HOST",
  "JAMEY_MODEL",
];
