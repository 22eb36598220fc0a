// Operations of what is no command: which there are, says the table of the routes; what they take and say is
// said here, once for each path and method of that table. A path without its words does not compile.
import type { CommandName } from "../../../../protocol/commands/index.ts";
import { commands } from "../../../../protocol/commands/index.ts";
import { rpcBody } from "../../../../protocol/json-rpc.ts";
import { chatRequest, responsesRequest } from "../../../../protocol/openai.ts";
import {
  chatCompletion,
  chatStreamed,
  openAiModel,
  openAiModelList,
  openAiResponse,
  responseStreamed,
} from "../../../../protocol/openai-answers.ts";
import { eventsRequest, hookBody, streamedEvent } from "../../../../protocol/rest.ts";
import type { Schema } from "../../../../protocol/schema.ts";
import { metricsCommands } from "../metrics.ts";
import { modelsCommands, turnCommands } from "../openai/index.ts";
import type { Method } from "../route.ts";
import type { OtherMethod, OtherPath } from "../routes.ts";
import { socketDescription } from "../socket-words.ts";
import { ALWAYS, type DialectName } from "./errors.ts";
import { JSON_TYPE, STREAM_TYPE } from "./schemas.ts";

/** A schema under its name among the document's, and whose it is. */
export interface Named {
  name: string;
  schema: Schema;
}

export interface Good {
  description: string;
  /** By media type; of a stream of events that of each event's `data`. */
  content?: Record<string, Named | "text" | "any" | "frames" | "session_frames">;
}

export interface OtherWords {
  id: string;
  tag: string;
  summary: string;
  description?: string;
  /** What it needs the scopes of. */
  needs?: readonly CommandName[];
  /** Left out: a key, as everywhere. */
  security?: readonly Record<string, readonly string[]>[];
  /** Headers, and what they mean. */
  headers?: Record<string, string>;
  query?: Schema;
  asks?: Named;
  good: Record<string, Good>;
  errors: readonly [DialectName, (readonly number[])?];
}

const text = { "text/plain": "text" } as const;

const rpc: Named = { name: "RpcBody", schema: rpcBody };
const rpcHeaders = {
  "Mcp-Session-Id": "Of a host of the 2025 era, after its handshake.",
  "Mcp-Protocol-Version": "Which revision of the protocol is spoken.",
};
const turnWords =
  "The model is an object: its name, or `agent:` and its name. The request is one turn of it. A client that sends its " +
  "history back goes on in the session that has it. A client that goes away cancels the turn. What an object samples " +
  "with is its own business: such fields are ignored.";

/** Words of each path and method that the table of the routes has beside its commands. */
export const otherWords = {
  "/health": {
    GET: {
      id: "health",
      tag: "daemon",
      summary: "OK, to everybody.",
      security: [],
      good: { 200: { description: "OK", content: text } },
      errors: ["own", [403, 429, 503]],
    },
  },
  "/openapi.json": {
    GET: {
      id: "describe",
      tag: "daemon",
      summary: "This document.",
      good: { 200: { description: "OpenAPI 3.1", content: { [JSON_TYPE]: "any" } } },
      errors: ["own", ALWAYS],
    },
  },
  "/api/events": {
    GET: {
      id: "followEvents",
      tag: "daemon",
      summary: "Events as they happen, for an EventSource.",
      description:
        "Each is `event:` its name, `id:` a cursor, `data:` as the schema says. " +
        "caught_up follows what was kept; gap says that something asked for is gone: refetch, then go on.",
      needs: ["Subscribe"],
      query: eventsRequest,
      headers: { "Last-Event-ID": "The cursor to go on after." },
      good: {
        200: {
          description: "Server-sent events",
          content: { [STREAM_TYPE]: { name: "StreamedEvent", schema: streamedEvent } },
        },
      },
      errors: ["own", ALWAYS],
    },
  },
  "/ws": {
    GET: {
      id: "openSocket",
      tag: "daemon",
      summary: "The WebSocket that takes every command.",
      description: socketDescription,
      good: {
        101: {
          description:
            "Frames in both directions: a client sends AttachFrame, then RequestFrame; the others come from the daemon.",
          content: { [JSON_TYPE]: "frames" },
        },
      },
      errors: ["own", ALWAYS],
    },
  },
  "/sessions/{session_id}/ws": {
    GET: {
      id: "openSessionSocket",
      tag: "daemon",
      summary: "A WebSocket that shows one session.",
      needs: ["Subscribe"],
      good: {
        101: {
          description: "Each message is one WebSocketEvent.",
          content: { [JSON_TYPE]: "session_frames" },
        },
      },
      errors: ["own", ALWAYS],
    },
  },
  "/metrics": {
    GET: {
      id: "metrics",
      tag: "daemon",
      summary: "Numbers for Prometheus: nothing that was said.",
      needs: metricsCommands,
      good: { 200: { description: "Exposition format 0.0.4", content: text } },
      errors: ["own", ALWAYS],
    },
  },
  "/v1/models": {
    GET: {
      id: "listOpenAiModels",
      tag: "openai",
      summary: "The objects, as OpenAI lists models.",
      needs: modelsCommands,
      good: {
        200: {
          description: "The models",
          content: { [JSON_TYPE]: { name: "OpenAiModelList", schema: openAiModelList } },
        },
      },
      errors: ["openai", ALWAYS],
    },
  },
  "/v1/models/{model}": {
    GET: {
      id: "getOpenAiModel",
      tag: "openai",
      summary: "One object, as OpenAI shows a model.",
      needs: modelsCommands,
      good: {
        200: {
          description: "The model",
          content: { [JSON_TYPE]: { name: "OpenAiModel", schema: openAiModel } },
        },
      },
      errors: ["openai", ALWAYS],
    },
  },
  "/v1/chat/completions": {
    POST: {
      id: "createChatCompletion",
      tag: "openai",
      summary: "An answer of an object, as OpenAI's chat completions.",
      description: `${turnWords} With \`stream\` the answer is server-sent events, \`data: [DONE]\` the last.`,
      needs: turnCommands,
      asks: { name: "ChatRequest", schema: chatRequest },
      good: {
        200: {
          description: "The completion, or its chunks",
          content: {
            [JSON_TYPE]: { name: "ChatCompletion", schema: chatCompletion },
            [STREAM_TYPE]: { name: "ChatStreamed", schema: chatStreamed },
          },
        },
      },
      errors: ["openai"],
    },
  },
  "/v1/responses": {
    POST: {
      id: "createResponse",
      tag: "openai",
      summary: "An answer of an object, as OpenAI's responses.",
      description: `${turnWords} With \`stream\` the answer is server-sent events.`,
      needs: turnCommands,
      asks: { name: "ResponsesRequest", schema: responsesRequest },
      good: {
        200: {
          description: "The response, or its events",
          content: {
            [JSON_TYPE]: { name: "OpenAiResponse", schema: openAiResponse },
            [STREAM_TYPE]: { name: "ResponseStreamed", schema: responseStreamed },
          },
        },
      },
      errors: ["openai"],
    },
  },
  "/mcp": {
    GET: {
      id: "followMcp",
      tag: "mcp",
      summary: "What a host of the 2025 era is told between its requests.",
      headers: { ...rpcHeaders, "Last-Event-ID": "Where its stream broke off." },
      good: { 200: { description: "Messages, each an event", content: { [STREAM_TYPE]: rpc } } },
      errors: ["rpc"],
    },
    POST: {
      id: "callMcp",
      tag: "mcp",
      summary: "The Model Context Protocol over streamable HTTP, both its eras.",
      description: "Which tools a host finds, its key decides.",
      headers: rpcHeaders,
      asks: rpc,
      good: {
        200: {
          description: "The answer, or a stream that ends with it",
          content: { [JSON_TYPE]: rpc, [STREAM_TYPE]: rpc },
        },
        202: { description: "Taken: there is nothing to answer" },
      },
      errors: ["rpc"],
    },
    DELETE: {
      id: "endMcp",
      tag: "mcp",
      summary: "A host of the 2025 era ends its session.",
      headers: rpcHeaders,
      good: { 200: { description: "Ended" } },
      errors: ["rpc"],
    },
  },
  "/mcp/ws": {
    GET: {
      id: "openMcpSocket",
      tag: "mcp",
      summary: "The WebSocket of the bridge that serves hosts over stdio.",
      good: {
        101: {
          description: "AttachFrame and HelloFrame, then each message is one of JSON-RPC.",
          content: { [JSON_TYPE]: rpc },
        },
      },
      errors: ["own", ALWAYS],
    },
  },
  "/hooks/{hook_name}": {
    POST: {
      id: "callSignedHook",
      tag: "hooks",
      summary: "A webhook of a program without a key, which signs what it sends.",
      description:
        "Only over TCP, and where the daemon has a secret for it: JAMEY_HOOK_SECRET. Signed as Standard Webhooks say, or as " +
        "GitHub does. What came once wakes once, however often it is sent again. With a key: /api/hooks/{hook_name}.",
      security: [{ standardWebhook: [] }, { githubWebhook: [] }],
      headers: {
        "webhook-id": "Names the delivery, with webhook-signature.",
        "webhook-timestamp": "Seconds since 1970, with webhook-signature.",
      },
      asks: { name: "HookBody", schema: hookBody },
      good: {
        200: {
          description: "Whom it woke",
          content: { [JSON_TYPE]: { name: "HookCalled", schema: commands.CallHook.payload } },
        },
      },
      errors: ["own", [...ALWAYS, 409, 413]],
    },
  },
} as const satisfies {
  [Path in OtherPath]: { [Name in OtherMethod<Path>]: OtherWords };
};

export interface OtherRow {
  path: string;
  method: Method;
  words: OtherWords;
}

/** One row for each path and method, where there is a WebSocket and where there is none. */
export const otherRows = (hasWebSocket: boolean): OtherRow[] =>
  Object.entries<Partial<Record<Method, OtherWords>>>(otherWords)
    .filter(([path]) => hasWebSocket || !path.endsWith("/ws"))
    .flatMap(([path, words]) =>
      // Its names are methods.
      (Object.entries(words) as [Method, OtherWords][]).map(([method, row]) => ({
        ...{ path, method, words: row },
      })),
    );
