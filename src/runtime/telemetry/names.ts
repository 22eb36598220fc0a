// Names of OpenTelemetry's conventions for generative AI, all in one place: they still move. These are the ones
// of v1.37 to v1.41, which are widely read. None of them holds content.

export const names = {
  operation: "gen_ai.operation.name",
  provider: "gen_ai.provider.name",
  agent: "gen_ai.agent.name",
  conversation: "gen_ai.conversation.id",
  model: "gen_ai.request.model",
  input_tokens: "gen_ai.usage.input_tokens",
  output_tokens: "gen_ai.usage.output_tokens",
  cached_tokens: "gen_ai.usage.cache_read.input_tokens",
  reasoning_tokens: "gen_ai.usage.reasoning.output_tokens",
  tool: "gen_ai.tool.name",
  tool_type: "gen_ai.tool.type",
  call: "gen_ai.tool.call.id",
  error: "error.type",
} as const;

/** Where a vendor of ours has another name there. */
const providers: Readonly<Record<string, string>> = { azure: "azure.ai.openai" };

/** `vendor/model` → the vendor, as the conventions call it. */
export function providerOf(model: string): string {
  const vendor = model.split("/")[0] ?? "";
  return providers[vendor] ?? vendor;
}
