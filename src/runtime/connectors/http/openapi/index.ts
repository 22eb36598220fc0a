// The OpenAPI document: the tables of routes, commands and errors in the words of OpenAPI 3.1. Nothing is
// written here that a table says already.
import type { CommandName } from "../../../../protocol/commands/index.ts";
import { commands } from "../../../../protocol/commands/index.ts";
import { MAX_FRAME_BYTES } from "../../../../protocol/limits.ts";
import { webSocketEvent } from "../../../../protocol/rest.ts";
import { VERSION } from "../../../../protocol/version.ts";
import { hasBody, type Route } from "../route.ts";
import { routes } from "../routes.ts";
import { socketCommands, socketSchemas } from "../socket-words.ts";
import { ALWAYS, CHANGING, errorComponents, errorsIn } from "./errors.ts";
import { type Good, type Named, type OtherRow, otherRows } from "./others.ts";
import {
  addSchema,
  asText,
  type Fields,
  JSON_TYPE,
  listStyle,
  reference,
  type Schemas,
  type Shape,
  STREAM_TYPE,
} from "./schemas.ts";

export function describeApi({ hasWebSocket }: { hasWebSocket: boolean }): object {
  const schemas: Schemas = {};
  const paths: Record<string, Fields> = {};
  const put = (path: string, method: string, operation: Fields) => {
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation };
  };
  const responses = errorComponents(schemas);
  if (hasWebSocket) addSocketSchemas(schemas);
  const others = otherRows(hasWebSocket);
  for (const row of others) put(row.path, row.method, otherOperation(row, schemas));
  for (const route of routes) put(route.path, route.method, operationOf(route, schemas));
  return {
    openapi: "3.1.0",
    info: {
      title: "jamey",
      version: VERSION,
      summary: "A living environment of AI agents on your own machine.",
      description:
        "Errors are {error:{code,message,details}}, but OpenAI's under /v1 and JSON-RPC's at /mcp. Of text/event-stream " +
        "contentSchema is that of each event's data. " +
        `A body has at most ${MAX_FRAME_BYTES} ` +
        "bytes; its content type does not matter, it is JSON. Fields that are not known are ignored. " +
        "HEAD works wherever GET does; another method than is named here is 405 with `Allow`.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    tags: tagsOf(others),
    security: [{ bearer: [] }, { key: [] }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "A key of `jamey keys create`." },
        key: { type: "apiKey", in: "header", name: "x-api-key" },
        ...webhookSchemes,
      },
      responses,
      schemas,
    },
  };
}

const webhookSchemes = {
  standardWebhook: {
    type: "apiKey",
    in: "header",
    name: "webhook-signature",
    description:
      "`v1,` and the HMAC-SHA256 in Base64 of webhook-id, webhook-timestamp and the body, with dots between.",
  },
  githubWebhook: {
    type: "apiKey",
    in: "header",
    name: "x-hub-signature-256",
    description: "`sha256=` and the HMAC-SHA256 of the body in hexadecimal.",
  },
};

/** Tags are the nouns of the paths; only some need a word more. */
const tagWords: Record<string, string> = {
  daemon: "Whether it is there, what it can, what happens.",
  pos: "Prompt objects: the agents.",
  requests: "Questions of agents that wait for humans.",
  openai: "For clients of OpenAI's APIs: objects as models.",
  mcp: "For hosts of the Model Context Protocol.",
  call: "Every command under its own name, with its own parameters and reply.",
};

function tagsOf(others: OtherRow[]): Fields[] {
  const rows = [...others.map(({ words }) => words), ...routes];
  const names = new Set(rows.map(({ tag }) => tag));
  return [...names].map((name) => ({ name, description: tagWords[name] ?? `All about ${name}.` }));
}

function operationOf(route: Route, schemas: Schemas): Fields {
  const asked = addSchema(schemas, route.asks, "input");
  const { parameters, body } = splitFields(route, asked);
  const description = [
    route.description,
    neededScopes(route.commands),
    isOnlySocket(route) && "Only over the unix socket.",
  ];
  return {
    operationId: route.id,
    tags: [route.tag],
    summary: route.summary,
    description: description.filter(Boolean).join(" "),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: requestBody(route, body) } : {}),
    responses: {
      [String(route.status ?? 200)]: goodResponse(route, schemas),
      ...badResponses(route),
    },
  };
}

function neededScopes(names: readonly CommandName[]): string {
  const scopes = new Set(names.map((name) => commands[name].scope));
  return `Needs the scope ${[...scopes].join(" and ")}.`;
}

const isOnlySocket = (route: Route): boolean =>
  route.commands.some((name) => commands[name].isSocketOnly);

/** The fields of a route, each where it travels. */
function splitFields(route: Route, { properties = {}, required = [], ...rest }: Shape) {
  const inPath = fieldsOf(route.path);
  const takesBody = hasBody(route.method);
  const parameters: Fields[] = [];
  const fields: Record<string, Shape> = {};
  for (const [name, schema] of Object.entries(properties)) {
    if (inPath.includes(name)) {
      parameters.push({ name, in: "path", required: true, schema: asText(schema) });
    } else if (!takesBody || route.query?.includes(name)) {
      const isNeeded = required.includes(name);
      parameters.push({
        name,
        in: "query",
        required: isNeeded,
        ...listStyle,
        schema: asText(schema),
      });
    } else fields[name] = schema;
  }
  if (route.commands.includes("SendMessage")) parameters.push(keyHeader);
  const needed = required.filter((name) => Object.hasOwn(fields, name));
  const body = takesBody
    ? { ...rest, properties: fields, ...(needed.length > 0 ? { required: needed } : {}) }
    : undefined;
  return { parameters, body };
}

const fieldsOf = (path: string): string[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);

const keyHeader = {
  name: "Idempotency-Key",
  in: "header",
  description: "The same key is the same message: it returns what it returned, and starts nothing.",
  schema: { type: "string", minLength: 1, maxLength: 128 },
};

function requestBody(route: Route, schema: Shape): Fields {
  const example = route.example?.body;
  return {
    required: (schema.required ?? []).length > 0,
    content: { [JSON_TYPE]: { schema, ...(example === undefined ? {} : { example }) } },
  };
}

function goodResponse(route: Route, schemas: Schemas): Fields {
  if (route.sends === "text") {
    const text = { schema: { type: "string" } };
    const content = { [JSON_TYPE]: { schema: { type: "object" } }, "text/markdown": text };
    return { description: "The document itself.", content };
  }
  const [command] = route.commands;
  const word = command === undefined ? undefined : commands[command];
  const isOwn = word?.payload === route.answers;
  const name = isOwn && word ? word.reply : `${capital(route.id)}Reply`;
  schemas[name] ??= addSchema(schemas, route.answers, "output");
  const example = route.example?.reply;
  const schema = route.sends === "call" ? named(name) : reference(name);
  const content = { schema, ...(example === undefined ? {} : { example }) };
  return { description: name, content: { [JSON_TYPE]: content } };
}

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** A reply with its name, as `POST /api/call/…` says it. */
const named = (name: string): Shape => ({
  type: "object",
  properties: { type: { const: name }, payload: reference(name) },
  required: ["type", "payload"],
  additionalProperties: false,
});

function badResponses(route: { method: string; isTurn: boolean }): Fields {
  const isPlain = route.method === "GET" && !route.isTurn;
  return errorsIn("own", isPlain ? [...ALWAYS, 409] : [...ALWAYS, ...CHANGING]);
}

/** What is no command. */
function otherOperation({ path, words }: OtherRow, schemas: Schemas): Fields {
  const { id, tag, summary, needs, security, asks, good, errors } = words;
  const description = [words.description, needs && neededScopes(needs)].filter(Boolean).join(" ");
  const text = { type: "string" };
  const query = words.query ? addSchema(schemas, words.query, "input").properties : {};
  const parameters: Fields[] = [
    ...fieldsOf(path).map((name) => ({ name, in: "path", required: true, schema: text })),
    ...Object.entries(query ?? {}).map(([name, schema]) => ({
      ...{ name, in: "query" },
      ...listStyle,
      schema: asText(schema),
    })),
    ...Object.entries(words.headers ?? {}).map(([name, meaning]) => ({
      ...{ name, in: "header", description: meaning, schema: text },
    })),
  ];
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description === "" ? {} : { description }),
    ...(security ? { security } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(asks ? { requestBody: otherBody(asks, schemas) } : {}),
    responses: {
      ...Object.fromEntries(
        Object.entries(good).map(([status, one]) => [status, otherGood(one, schemas)]),
      ),
      ...errorsIn(...errors),
    },
  };
}

function otherBody({ name, schema }: Named, schemas: Schemas): Fields {
  schemas[name] ??= addSchema(schemas, schema, "input");
  const required = !schema.safeParse(undefined).success;
  return { required, content: { [JSON_TYPE]: { schema: reference(name) } } };
}

function otherGood({ description, content }: Good, schemas: Schemas): Fields {
  if (!content) return { description };
  const told = Object.entries(content).map(([media_type, what]) => {
    const schema = typeof what === "string" ? plainSchemas[what] : namedSchema(what, schemas);
    // To a validator a stream is text; JSON Schema has a word for what is in it.
    const streamed = { type: "string", contentMediaType: JSON_TYPE, contentSchema: schema };
    return [media_type, { schema: media_type === STREAM_TYPE ? streamed : schema }];
  });
  return { description, content: Object.fromEntries(told) };
}

function namedSchema({ name, schema }: Named, schemas: Schemas): Fields {
  schemas[name] ??= addSchema(schemas, schema, "output");
  return reference(name);
}

const plainSchemas = {
  text: { type: "string" },
  any: { type: "object" },
  frames: { anyOf: socketSchemas.map(({ name }) => reference(name)) },
  session_frames: reference("WebSocketEvent"),
} as const satisfies Record<Extract<NonNullable<Good["content"]>[string], string>, Fields>;

const otherPayload = { description: "The parameters of another command, as under /api/call." };

function addSocketSchemas(schemas: Schemas): void {
  schemas.WebSocketEvent = addSchema(schemas, webSocketEvent, "output");
  for (const { name, schema, io } of [...socketSchemas, ...socketCommands]) {
    schemas[name] = addSchema(schemas, schema, io);
  }
  const payloads = [...socketCommands.map(({ name }) => reference(name)), otherPayload];
  const { RequestFrame: request } = schemas;
  schemas.RequestFrame = {
    ...request,
    properties: { ...request?.properties, payload: { anyOf: payloads } },
  };
}
