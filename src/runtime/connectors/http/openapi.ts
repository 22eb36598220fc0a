// The OpenAPI document: the tables of routes, commands and errors in the words of OpenAPI 3.1. Nothing is
// written here that a table says already.
import { commands } from "../../../protocol/commands/index.ts";
import { type ErrorCode, errorCodes } from "../../../protocol/errors.ts";
import { MAX_FRAME_BYTES } from "../../../protocol/limits.ts";
import { errorAnswer, eventsRequest, webSocketEvent } from "../../../protocol/rest.ts";
import { type Schema, schemaOf } from "../../../protocol/schema.ts";
import { VERSION } from "../../../protocol/version.ts";
import { hasBody, type Route } from "./route.ts";
import { routes } from "./routes.ts";
import { socketCommands, socketDescription, socketSchemas } from "./socket-words.ts";

type Fields = Record<string, unknown>;
/** A JSON Schema of which only what is looked at is named. */
interface Shape extends Fields {
  properties?: Record<string, Shape>;
  required?: string[];
  anyOf?: Shape[];
}

const JSON_TYPE = "application/json";
const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const isEmpty = (fields: object): boolean => Object.keys(fields).length === 0;

export function describeApi({ hasWebSocket }: { hasWebSocket: boolean }): object {
  const schemas: Record<string, Shape> = {};
  const paths: Record<string, Fields> = {};
  const put = (path: string, method: string, operation: Fields) => {
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation };
  };
  schemas.Error = addSchema(schemas, errorAnswer, "output");
  for (const { path, operation } of otherOperations(schemas, hasWebSocket)) {
    put(path, "get", operation);
  }
  for (const route of routes) put(route.path, route.method, operationOf(route, schemas));
  return {
    openapi: "3.1.0",
    info: {
      title: "jamey",
      version: VERSION,
      summary: "A living environment of AI agents on your own machine.",
      description:
        `Errors are {error:{code,message,details}} everywhere. A body has at most ${MAX_FRAME_BYTES} ` +
        "bytes; its content type does not matter, it is JSON. Fields that are not known are ignored. " +
        "HEAD works wherever GET does; another method than is named here is 405 with `Allow`.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    tags: tagsOf(),
    security: [{ bearer: [] }, { key: [] }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "A key of `jamey keys create`." },
        key: { type: "apiKey", in: "header", name: "x-api-key" },
      },
      responses: errorResponses(),
      schemas,
    },
  };
}

/** Tags are the nouns of the paths; only some need a word more. */
const tagWords: Record<string, string> = {
  daemon: "Whether it is there, what it can, what happens.",
  pos: "Prompt objects: the agents.",
  requests: "Questions of agents that wait for humans.",
  call: "Every command under its own name, with its own parameters and reply.",
};

function tagsOf(): Fields[] {
  const names = new Set(["daemon", ...routes.map((route) => route.tag)]);
  return [...names].map((name) => ({ name, description: tagWords[name] ?? `All about ${name}.` }));
}

function operationOf(route: Route, schemas: Record<string, Shape>): Fields {
  const asked = addSchema(schemas, route.asks, "input");
  const { parameters, body } = splitFields(route, asked);
  const scopes = [...new Set(route.commands.map((name) => commands[name].scope))];
  const description = [
    route.description,
    `Needs the scope ${scopes.join(" and ")}.`,
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

const isOnlySocket = (route: Route): boolean =>
  route.commands.some((name) => commands[name].isSocketOnly);

/** The fields of a route, each where it travels. */
function splitFields(route: Route, { properties = {}, required = [], ...rest }: Shape) {
  const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? "");
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

/** A list is written with commas. */
const listStyle = { style: "form", explode: false };

const keyHeader = {
  name: "Idempotency-Key",
  in: "header",
  description: "The same key is the same message: it returns what it returned, and starts nothing.",
  schema: { type: "string", minLength: 1, maxLength: 128 },
};

/** Text in an address is never null: what is left out is. */
function asText({ default: given, ...schema }: Shape): Shape {
  const shape = given === null ? schema : { ...schema, default: given };
  if (Array.isArray(shape.type)) {
    const types = shape.type.filter((type) => type !== "null");
    return { ...shape, type: types.length === 1 ? types[0] : types };
  }
  const choices = shape.anyOf?.filter((choice) => choice.type !== "null");
  if (!choices) return stripUndefined(shape);
  const { anyOf: _, ...others } = shape;
  return stripUndefined(
    choices.length === 1 ? { ...others, ...choices[0] } : { ...others, anyOf: choices },
  );
}

const stripUndefined = (shape: Shape): Shape =>
  Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined));

function requestBody(route: Route, schema: Shape): Fields {
  const example = route.example?.body;
  return {
    required: (schema.required ?? []).length > 0,
    content: { [JSON_TYPE]: { schema, ...(example === undefined ? {} : { example }) } },
  };
}

function goodResponse(route: Route, schemas: Record<string, Shape>): Fields {
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

const statusOf = (code: ErrorCode): number => errorCodes[code].status;
// The table has one row for each code.
const codes = Object.keys(errorCodes) as ErrorCode[];

/** Statuses that every operation may answer, those of one that changes something, and of a turn. */
const ALWAYS = [400, 401, 403, 404, 429, 500, 503, 507];
const CHANGING = [409, 413, 422, 502, 504];

function badResponses(route: { method: string; isTurn: boolean }): Fields {
  const isPlain = route.method === "GET" && !route.isTurn;
  return responsesFor(isPlain ? [...ALWAYS, 409] : [...ALWAYS, ...CHANGING]);
}

const responsesFor = (statuses: number[]): Fields =>
  Object.fromEntries(
    statuses.map((status) => [String(status), { $ref: `#/components/responses/Error${status}` }]),
  );

function errorResponses(): Fields {
  const statuses = [...ALWAYS, ...CHANGING];
  return Object.fromEntries(
    statuses.map((status) => {
      const own = codes.filter((code) => statusOf(code) === status);
      const content = { [JSON_TYPE]: { schema: reference("Error") } };
      return [`Error${status}`, { description: `One of: ${own.join(", ")}.`, content }];
    }),
  );
}

/** What is no command. */
function otherOperations(schemas: Record<string, Shape>, hasWebSocket: boolean) {
  const operation = (path: string, words: Fields, good: Fields, bad: Fields) => ({
    path,
    operation: { tags: ["daemon"], ...words, responses: { ...good, ...bad } },
  });
  const errors = responsesFor(ALWAYS);
  const text = { schema: { type: "string" } };
  const query = addSchema(schemas, eventsRequest, "input").properties ?? {};
  const parameters = [
    ...Object.entries(query).map(([name, schema]) => ({
      name,
      in: "query",
      ...listStyle,
      schema: asText(schema),
    })),
    { name: "Last-Event-ID", in: "header", schema: { type: "string" } },
  ];
  const operations = [
    operation(
      "/health",
      { operationId: "health", summary: "OK, to everybody.", security: [] },
      { "200": { description: "OK", content: { "text/plain": { ...text, example: "OK" } } } },
      responsesFor([403, 429, 503]),
    ),
    operation(
      "/openapi.json",
      { operationId: "describe", summary: "This document." },
      {
        "200": {
          description: "OpenAPI 3.1",
          content: { [JSON_TYPE]: { schema: { type: "object" } } },
        },
      },
      errors,
    ),
    operation(
      "/api/events",
      {
        operationId: "followEvents",
        summary: "Events as they happen, for an EventSource. Needs the scope read.",
        description:
          "Each is `event:` its name, `id:` a cursor, `data:` {type, seq, at, event_type, payload}. " +
          "caught_up follows what was kept; gap says that something asked for is gone: refetch, then go on.",
        parameters,
      },
      { "200": { description: "Server-sent events", content: { "text/event-stream": text } } },
      errors,
    ),
  ];
  return hasWebSocket ? [...operations, ...socketOperations(schemas, operation)] : operations;
}

type Describe = (
  path: string,
  words: Fields,
  good: Fields,
  bad: Fields,
) => {
  path: string;
  operation: Fields;
};

const otherPayload = { description: "The parameters of another command, as under /api/call." };

function socketOperations(schemas: Record<string, Shape>, operation: Describe) {
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
  const anyFrame = { anyOf: socketSchemas.map(({ name }) => reference(name)) };
  const errors = responsesFor(ALWAYS);
  const session = { name: "session_id", in: "path", required: true, schema: { type: "string" } };
  return [
    operation(
      "/ws",
      {
        operationId: "openSocket",
        summary: "The WebSocket that takes every command.",
        description: socketDescription,
      },
      {
        "101": {
          description:
            "Frames in both directions: a client sends AttachFrame, then RequestFrame; the others come from the daemon.",
          content: { [JSON_TYPE]: { schema: anyFrame } },
        },
      },
      errors,
    ),
    operation(
      "/sessions/{session_id}/ws",
      {
        operationId: "openSessionSocket",
        summary: "A WebSocket that shows one session. Needs the scope read.",
        parameters: [session],
      },
      {
        "101": {
          description: "Each message is one WebSocketEvent.",
          content: { [JSON_TYPE]: { schema: reference("WebSocketEvent") } },
        },
      },
      errors,
    ),
  ];
}

/** A schema without what only a schema of its own has; shared parts become components. */
function addSchema(schemas: Record<string, Shape>, schema: Schema, io: "input" | "output"): Shape {
  const { $schema: _, $defs = {}, ...own } = schemaOf(schema, io) as Shape & { $defs?: Fields };
  const names = new Map<string, string>();
  for (const [name, part] of Object.entries($defs)) names.set(name, sharedName(part));
  // What was JSON is JSON: only references have changed.
  const moved = (value: unknown) =>
    JSON.parse(
      JSON.stringify(value).replace(
        /"#\/\$defs\/(\w+)"/g,
        (_whole, name: string) => `"#/components/schemas/${names.get(name) ?? name}"`,
      ),
    ) as Shape;
  for (const [name, part] of Object.entries($defs))
    schemas[names.get(name) ?? name] ??= moved(part);
  return moved(own);
}

/** Any JSON refers to itself, and is the one thing that does. */
function sharedName(part: unknown): string {
  if (isEmpty(part as object)) return "Anything";
  return "Json";
}
