// The table of vendors. A vendor with a known API is one row here and nothing else.
import {
  type ChatDialect,
  deepseekDialect,
  effortlessDialect,
  mistralDialect,
  openaiDialect,
  plainDialect,
} from "./dialects.ts";

export type ApiName =
  | "openai-responses"
  | "openai-chat"
  | "anthropic"
  | "ollama"
  | "offline"
  | "scripted";

export interface Vendor {
  api: ApiName;
  /** The vendor's public address; null where the human must give one. */
  base_url: string | null;
  base_url_variable: string | null;
  key_variable: string | null;
  /** At `base_url`. Behind an address of the human's own a key is sent if there is one. */
  needs_key: boolean;
  /** A model to begin with, by the vendor's name for it; null where none is known to exist. */
  example: string | null;
  dialect?: ChatDialect;
  /** Servers that load a model first are slower to begin than the default allows. */
  first_byte_ms?: number;
}

const LOADING_MS = 300_000;

/** A vendor that speaks Chat Completions at a public address. */
const compatible = (
  name: string,
  base_url: string,
  example: string,
  dialect: ChatDialect = plainDialect,
): Vendor => ({
  api: "openai-chat",
  base_url,
  base_url_variable: `${name}_BASE_URL`,
  key_variable: `${name}_API_KEY`,
  needs_key: true,
  example,
  dialect,
});

/** A server of the human's own that speaks Chat Completions. */
const local = (name: string, base_url: string | null): Vendor => ({
  api: "openai-chat",
  base_url,
  base_url_variable: `${name}_BASE_URL`,
  key_variable: `${name}_API_KEY`,
  needs_key: false,
  example: null,
  dialect: plainDialect,
  first_byte_ms: LOADING_MS,
});

const openai: Vendor = {
  api: "openai-responses",
  base_url: "https://api.openai.com/v1",
  base_url_variable: "OPENAI_BASE_URL",
  key_variable: "OPENAI_API_KEY",
  needs_key: true,
  example: "gpt-5.1",
  dialect: openaiDialect,
};

const azure: Vendor = {
  api: "openai-chat",
  base_url: null,
  base_url_variable: "AZURE_OPENAI_ENDPOINT",
  key_variable: "AZURE_OPENAI_API_KEY",
  needs_key: true,
  example: null,
  dialect: openaiDialect,
};

const builtIn = (api: "offline" | "scripted", example: string): Vendor => ({
  api,
  base_url: null,
  base_url_variable: null,
  key_variable: null,
  needs_key: false,
  example,
});

/** In the order in which a default is looked for. */
export const vendors = {
  /** Chat Completions where `OPENAI_BASE_URL` leads elsewhere: few other servers speak Responses. */
  openai,
  anthropic: {
    api: "anthropic",
    base_url: "https://api.anthropic.com",
    base_url_variable: "ANTHROPIC_BASE_URL",
    key_variable: "ANTHROPIC_API_KEY",
    needs_key: true,
    example: "claude-sonnet-4-6",
  },
  gemini: compatible(
    "GEMINI",
    "https://generativelanguage.googleapis.com/v1beta/openai",
    "gemini-2.5-flash",
  ),
  mistral: compatible(
    "MISTRAL",
    "https://api.mistral.ai/v1",
    "mistral-large-latest",
    mistralDialect,
  ),
  groq: compatible("GROQ", "https://api.groq.com/openai/v1", "openai/gpt-oss-120b"),
  deepseek: compatible("DEEPSEEK", "https://api.deepseek.com", "deepseek-chat", deepseekDialect),
  xai: compatible("XAI", "https://api.x.ai/v1", "grok-4", effortlessDialect),
  openrouter: compatible("OPENROUTER", "https://openrouter.ai/api/v1", "openrouter/auto"),
  together: compatible("TOGETHER", "https://api.together.xyz/v1", "openai/gpt-oss-120b"),
  fireworks: compatible(
    "FIREWORKS",
    "https://api.fireworks.ai/inference/v1",
    "accounts/fireworks/models/gpt-oss-120b",
  ),
  /** Chat Completions and Responses by name, whatever the address. */
  "openai-chat": { ...openai, api: "openai-chat" },
  "openai-responses": openai,
  /** The model is the deployment's name. Responses exist in Azure's v1 API only. */
  azure,
  "azure-responses": { ...azure, api: "openai-responses" },
  ollama: {
    api: "ollama",
    base_url: "http://127.0.0.1:11434",
    base_url_variable: "OLLAMA_HOST",
    key_variable: "OLLAMA_API_KEY",
    needs_key: false,
    example: "qwen3",
    first_byte_ms: LOADING_MS,
  },
  lmstudio: local("LMSTUDIO", "http://127.0.0.1:1234/v1"),
  vllm: local("VLLM", "http://127.0.0.1:8000/v1"),
  /** Any server at all: `COMPATIBLE_BASE_URL`. */
  compatible: local("COMPATIBLE", null),
  offline: builtIn("offline", "guide"),
  scripted: builtIn("scripted", "answers.yml"),
} as const satisfies Record<string, Vendor>;

export type VendorName = keyof typeof vendors;

export function findVendor(name: string): { name: VendorName; row: Vendor } | undefined {
  if (!Object.hasOwn(vendors, name)) return undefined;
  // `hasOwn` just said that it is one of the keys.
  const known = name as VendorName;
  return { name: known, row: vendors[known] };
}
