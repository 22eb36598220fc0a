// What the conformance suite wants of a server beside what is jamey's: its fixture tools, resources and prompts, put
// on the very servers that the daemon makes for hosts. Contents and questions are told by its scenarios.
import type { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import type { McpOptions } from "../../src/runtime/connectors/mcp/server.ts";
import { offerQuestions } from "./mcp-questions.ts";

const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
const WAV = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=";

type Sdk = Parameters<NonNullable<McpOptions["extend"]>>[1]["sdk"];

const text = (said: string) => ({ type: "text" as const, text: said });
const image = { type: "image" as const, data: PNG, mimeType: "image/png" };

/** `change` makes something change that hosts are told of. */
export const conformanceFixture =
  (change: () => Promise<void>): NonNullable<McpOptions["extend"]> =>
  (server, { sdk, codec }) => {
    offerContents(server);
    offerSteps(server, change);
    offerSchemas(server, sdk);
    offerResources(server, sdk);
    offerPrompts(server, sdk);
    offerQuestions(server, sdk, codec);
  };

function offerContents(server: McpServer): void {
  const resource = (uri: string, mimeType: string, said: string) => ({
    type: "resource" as const,
    resource: { uri, mimeType, text: said },
  });
  const contents = {
    test_simple_text: [text("This is a simple text response for testing.")],
    test_image_content: [image],
    test_audio_content: [{ type: "audio" as const, data: WAV, mimeType: "audio/wav" }],
    test_embedded_resource: [
      resource("test://embedded-resource", "text/plain", "This is an embedded resource content."),
    ],
    test_multiple_content_types: [
      text("Multiple content types test:"),
      image,
      resource("test://mixed-content-resource", "application/json", '{"test":"data","value":123}'),
    ],
  };
  for (const [name, content] of Object.entries(contents)) {
    server.registerTool(name, { description: "Content" }, () => ({ content }));
  }
  server.registerTool("test_error_handling", { description: "Fails" }, () => {
    throw new Error("This tool intentionally returns an error for testing");
  });
}

function offerSteps(server: McpServer, change: () => Promise<void>): void {
  server.registerTool("test_tool_with_logging", { description: "Logs" }, async (context) => {
    for (const data of [
      "Tool execution started",
      "Tool processing data",
      "Tool execution completed",
    ])
      await context.mcpReq.log("info", data);
    return { content: [text("Tool with logging executed successfully")] };
  });
  server.registerTool("test_logging_tool", { description: "Logs" }, async (context) => {
    await context.mcpReq.log("info", "logged");
    return { content: [text("logged")] };
  });
  server.registerTool("test_tool_with_progress", { description: "Steps" }, async (context) => {
    const progressToken = context.mcpReq._meta?.progressToken ?? 0;
    for (const progress of [0, 50, 100]) {
      const params = { progressToken, progress, total: 100, message: `${progress} of 100` };
      await context.mcpReq.notify({ method: "notifications/progress", params });
    }
    return { content: [text(String(progressToken))] };
  });
  server.registerTool("test_reconnection", { description: "Closes its stream" }, (context) => {
    context.http?.closeSSE?.();
    return { content: [text("Reconnection test completed successfully.")] };
  });
  for (const name of ["test_trigger_tool_change", "test_trigger_prompt_change"]) {
    server.registerTool(name, { description: "Changes what there is" }, async () => {
      await change();
      return { content: [text("changed")] };
    });
  }
}

/** As text, because an object with a `then` is taken for a promise by whoever awaits it. */
const THEN: object = JSON.parse(
  '{"then": {"required": ["phone"]}, "else": {"required": ["email"]}}',
);

function offerSchemas(server: McpServer, sdk: Sdk): void {
  const inputSchema = sdk.fromJsonSchema({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    $defs: {
      address: {
        $anchor: "addressDef",
        type: "object",
        properties: { street: { type: "string" }, city: { type: "string" } },
      },
    },
    properties: {
      name: { type: "string" },
      address: { $ref: "#/$defs/address" },
      contactMethod: { type: "string", enum: ["phone", "email"] },
      phone: { type: "string" },
      email: { type: "string" },
    },
    allOf: [{ anyOf: [{ required: ["phone"] }, { required: ["email"] }] }],
    ...{ if: { properties: { contactMethod: { const: "phone" } }, required: ["contactMethod"] } },
    ...THEN,
    additionalProperties: false,
  });
  server.registerTool(
    "json_schema_2020_12_tool",
    { description: "Tool with JSON Schema 2020-12 features", inputSchema },
    (given: unknown) => ({ content: [text(JSON.stringify(given))] }),
  );
  const mirrored = sdk.fromJsonSchema({
    type: "object",
    // A word of the protocol that JSON Schema does not know.
    properties: { region: { type: "string", ...{ "x-mcp-header": "Region" } } },
    required: ["region"],
  });
  server.registerTool(
    "test_custom_header",
    { description: "Takes a header", inputSchema: mirrored },
    (given: unknown) => ({ content: [text(JSON.stringify(given))] }),
  );
}

function offerResources(server: McpServer, sdk: Sdk): void {
  server.registerResource(
    "static-text",
    "test://static-text",
    { mimeType: "text/plain" },
    (uri) => ({
      contents: [
        {
          uri: uri.href,
          mimeType: "text/plain",
          text: "This is the content of the static text resource.",
        },
      ],
    }),
  );
  server.registerResource(
    "static-binary",
    "test://static-binary",
    { mimeType: "image/png" },
    (uri) => ({ contents: [{ uri: uri.href, mimeType: "image/png", blob: PNG }] }),
  );
  server.registerResource("watched", "test://watched-resource", {}, (uri) => ({
    contents: [{ uri: uri.href, mimeType: "text/plain", text: "watched" }],
  }));
  server.registerResource(
    "template",
    new sdk.ResourceTemplate("test://template/{id}/data", { list: undefined }),
    { mimeType: "application/json" },
    (uri, { id }) => ({
      contents: [
        {
          uri: uri.href,
          mimeType: "application/json",
          text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${String(id)}` }),
        },
      ],
    }),
  );
}

function offerPrompts(server: McpServer, sdk: Sdk): void {
  const user = (content: ReturnType<typeof text> | typeof image) => ({
    role: "user" as const,
    content,
  });
  server.registerPrompt("test_simple_prompt", { description: "Simple" }, () => ({
    messages: [user(text("This is a simple prompt for testing."))],
  }));
  const argsSchema = z.object({
    arg1: sdk.completable(z.string(), (start) =>
      ["paris", "park", "party"].filter((one) => one.startsWith(start)),
    ),
    arg2: z.string(),
  });
  server.registerPrompt(
    "test_prompt_with_arguments",
    { description: "Arguments", argsSchema },
    ({ arg1, arg2 }) => ({
      messages: [user(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`))],
    }),
  );
  server.registerPrompt(
    "test_prompt_with_embedded_resource",
    { description: "Resource", argsSchema: z.object({ resourceUri: z.string() }) },
    ({ resourceUri }) => ({
      messages: [
        {
          role: "user" as const,
          content: {
            type: "resource" as const,
            resource: {
              uri: resourceUri,
              mimeType: "text/plain",
              text: "Embedded resource content for testing.",
            },
          },
        },
        user(text("Please process the embedded resource above.")),
      ],
    }),
  );
  server.registerPrompt("test_prompt_with_image", { description: "Image" }, () => ({
    messages: [user(image), user(text("Please analyze the image above."))],
  }));
}
