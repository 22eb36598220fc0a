// Names of OpenTelemetry's conventions for generative AI, all in one place: they still move. These stand in v1.41
// as in the newest draft of their own repository. None of them holds content.
import type { VendorName } from "../../providers/vendors.ts";

export const names = {
  operation: "gen_ai.operation.name",
  provider: "gen_ai.provider.name",
  agent: "gen_ai.agent.name",
  agent_version: "gen_ai.agent.version",
  workflow: "gen_ai.workflow.name",
  conversation: "gen_ai.conversation.id",
  model: "gen_ai.request.model",
  stream: "gen_ai.request.stream",
  input_tokens: "gen_ai.usage.input_tokens",
  output_tokens: "gen_ai.usage.output_tokens",
  cached_tokens: "gen_ai.usage.cache_read.input_tokens",
  reasoning_tokens: "gen_ai.usage.reasoning.output_tokens",
  tool: "gen_ai.tool.name",
  tool_type: "gen_ai.tool.type",
  call: "gen_ai.tool.call.id",
  error: "error.type",
} as const;

/** Where a vendor of ours has another name there: those are the ones that must be used. */
const providers = {
  azure: "azure.ai.openai",
  "azure-responses": "azure.ai.openai",
  gemini: "gcp.gemini",
  mistral: "mistral_ai",
  "openai-chat": "openai",
  "openai-responses": "openai",
  xai: "x_ai",
} satisfies Partial<Record<VendorName, string>>;

/** `vendor/model` → both as the conventions call them: the model by the exact name that its vendor gave it. */
export function calledModel(named: string): { provider: string; model: string } {
  const [, vendor = named, model = named] = /^([^/]*)\/(.+)$/s.exec(named) ?? [];
  const known: Readonly<Record<string, string>> = providers;
  return { provider: Object.hasOwn(known, vendor) ? (known[vendor] ?? vendor) : vendor, model };
}
