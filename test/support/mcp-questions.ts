// The fixture tools of the conformance suite that ask the host something: as requests of the 2025 era, and as
// results of the 2026 era that want more input.
import type {
  CallToolResult,
  InputRequests,
  McpServer,
  RequestStateCodec,
  ServerContext,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import { isObject } from "../../src/protocol/json.ts";
import type { McpOptions } from "../../src/runtime/connectors/mcp/server.ts";

type Sdk = Parameters<NonNullable<McpOptions["extend"]>>[1]["sdk"];
type Codec = RequestStateCodec<unknown>;

const said = (text: string): CallToolResult => ({ content: [{ type: "text", text }] });

export function offerQuestions(server: McpServer, sdk: Sdk, codec: Codec): void {
  offerRequests(server, sdk);
  offerInputs(server, sdk, codec);
  offerCapabilities(server, sdk);
}

const form = (properties: object, required: string[] = []) => ({
  type: "object" as const,
  // The shape of a form is checked by the SDK.
  properties: properties as Record<string, { type: "string" }>,
  required,
});
const words = ["option1", "option2", "option3"];
const titled = (kind: string) =>
  ["First", "Second", "Third"].map((one, index) => ({
    const: `value${index + 1}`,
    title: `${one} ${kind}`,
  }));

const DEFAULTS = form({
  name: { type: "string", default: "John Doe" },
  age: { type: "integer", default: 30 },
  score: { type: "number", default: 95.5 },
  status: { type: "string", enum: ["active", "inactive", "pending"], default: "active" },
  verified: { type: "boolean", default: true },
});
const ENUMS = form({
  untitledSingle: { type: "string", enum: words },
  titledSingle: { type: "string", oneOf: titled("Option") },
  legacyEnum: {
    type: "string",
    enum: ["opt1", "opt2", "opt3"],
    enumNames: ["Option One", "Option Two", "Option Three"],
  },
  untitledMulti: { type: "array", items: { type: "string", enum: words } },
  titledMulti: { type: "array", items: { anyOf: titled("Choice") } },
});

function offerRequests(server: McpServer, sdk: Sdk): void {
  server.registerTool(
    "test_sampling",
    { description: "Asks the host's model", inputSchema: z.object({ prompt: z.string() }) },
    async ({ prompt }, context) => {
      const content = { type: "text" as const, text: prompt };
      const messages = [{ role: "user" as const, content }];
      const result = await context.mcpReq.requestSampling({ messages, maxTokens: 100 });
      return said(`LLM response: ${JSON.stringify(result.content)}`);
    },
  );
  const ask = async (context: ServerContext, message: string, asked: ReturnType<typeof form>) => {
    const { action, content } = await context.mcpReq.elicitInput({
      mode: "form",
      message,
      requestedSchema: asked,
    });
    return said(`User response: action=${action}, content=${JSON.stringify(content ?? {})}`);
  };
  server.registerTool(
    "test_elicitation",
    { description: "Asks the human", inputSchema: z.object({ message: z.string() }) },
    ({ message }, context) =>
      ask(context, message, form({ response: { type: "string" } }, ["response"])),
  );
  server.registerTool("test_elicitation_sep1034_defaults", { description: "Defaults" }, (context) =>
    ask(context, "Please review the defaults", DEFAULTS),
  );
  server.registerTool("test_elicitation_sep1330_enums", { description: "Enums" }, (context) =>
    ask(context, "Please select", ENUMS),
  );
  server.registerTool(
    "test_streaming_elicitation",
    { description: "Asks while it streams" },
    (context) =>
      answersOf(context)
        ? said("done")
        : sdk.inputRequired({ inputRequests: { name: question(sdk, "Name?", "name") } }),
  );
}

const question = (sdk: Sdk, message: string, field: string, type = "string") =>
  sdk.inputRequired.elicit({ message, requestedSchema: form({ [field]: { type } }, [field]) });

const sampling = (sdk: Sdk, text: string, maxTokens: number) =>
  sdk.inputRequired.createMessage({
    messages: [{ role: "user", content: { type: "text", text } }],
    maxTokens,
  });

function answersOf({ mcpReq }: ServerContext): Record<string, unknown> | undefined {
  const { inputResponses } = mcpReq;
  return inputResponses && Object.keys(inputResponses).length > 0 ? inputResponses : undefined;
}

function offerInputs(server: McpServer, sdk: Sdk, codec: Codec): void {
  const name = (text: string) => question(sdk, text, "name");
  /** Asks until every key has an answer. */
  const asking = (
    tool: string,
    inputRequests: InputRequests,
    options: { hasState?: boolean; answer(answers: Record<string, unknown>): string },
  ) =>
    server.registerTool(tool, { description: "Wants input" }, async (context) => {
      const answers = answersOf(context) ?? {};
      const isComplete = Object.keys(inputRequests).every((key) => isAnswer(answers[key]));
      const hasState = !options.hasState || context.mcpReq.requestState() !== undefined;
      if (isComplete && hasState) return said(options.answer(answers));
      const requestState = options.hasState
        ? { requestState: await codec.mint({ tool }, context) }
        : {};
      return sdk.inputRequired({ inputRequests, ...requestState });
    });
  const prefix = "test_input_required_result";
  asking(
    `${prefix}_elicitation`,
    { user_name: name("What is your name?") },
    {
      answer: (given) => `Hello, ${JSON.stringify(given.user_name)}!`,
    },
  );
  asking(
    `${prefix}_sampling`,
    { capital_question: sampling(sdk, "What is the capital of France?", 100) },
    { answer: (given) => JSON.stringify(given.capital_question) },
  );
  asking(
    `${prefix}_list_roots`,
    { client_roots: sdk.inputRequired.listRoots() },
    {
      answer: (given) => JSON.stringify(given.client_roots),
    },
  );
  const confirm = { confirm: question(sdk, "Please confirm", "ok", "boolean") };
  asking(`${prefix}_request_state`, confirm, { hasState: true, answer: () => "state-ok" });
  asking(`${prefix}_tampered_state`, confirm, { hasState: true, answer: () => "state-ok" });
  asking(
    `${prefix}_multiple_inputs`,
    {
      user_name: name("What is your name?"),
      greeting: sampling(sdk, "Generate a greeting", 50),
      client_roots: sdk.inputRequired.listRoots(),
    },
    { hasState: true, answer: (given) => JSON.stringify(given) },
  );
  offerRounds(server, sdk, codec);
}

const isAnswer = (value: unknown): boolean =>
  isObject(value) && (value.action !== "accept" || isObject(value.content));

function offerRounds(server: McpServer, sdk: Sdk, codec: Codec): void {
  server.registerTool(
    "test_input_required_result_multi_round",
    { description: "Asks twice" },
    async (context) => {
      const state = context.mcpReq.requestState<{ round: number }>();
      if (state?.round === 2) return said("done");
      const round = state?.round === 1 ? 2 : 1;
      const step =
        round === 1
          ? question(sdk, "Step 1: What is your name?", "name")
          : question(sdk, "Step 2: What is your favorite color?", "color");
      const requestState = await codec.mint({ round }, context);
      return sdk.inputRequired({ inputRequests: { [`step${round}`]: step }, requestState });
    },
  );
  server.registerPrompt(
    "test_input_required_result_prompt",
    { description: "Wants input" },
    (context: ServerContext) => {
      const answers = answersOf(context);
      if (!answers) {
        const user_context = question(sdk, "What context should the prompt use?", "context");
        return sdk.inputRequired({ inputRequests: { user_context } });
      }
      const content = { type: "text" as const, text: JSON.stringify(answers) };
      return { messages: [{ role: "user" as const, content }] };
    },
  );
}

function offerCapabilities(server: McpServer, sdk: Sdk): void {
  const declared = (context: ServerContext): Record<string, unknown> => {
    const { envelope } = context.mcpReq;
    const found = isObject(envelope)
      ? envelope["io.modelcontextprotocol/clientCapabilities"]
      : undefined;
    return isObject(found) ? found : {};
  };
  server.registerTool("test_missing_capability", { description: "Needs sampling" }, (context) => {
    if (answersOf(context)) return said("sampling is there");
    return sdk.inputRequired({ inputRequests: { sample: sampling(sdk, "Say hello", 10) } });
  });
  server.registerTool(
    "test_input_required_result_capabilities",
    { description: "Asks what the host can do" },
    (context) => {
      const can = declared(context);
      if (answersOf(context)) return said("done");
      return sdk.inputRequired({
        inputRequests: {
          ...(can.sampling ? { sample: sampling(sdk, "Say hello", 10) } : {}),
          ...(can.elicitation ? { ask: question(sdk, "Name?", "name") } : {}),
        },
      });
    },
  );
}
