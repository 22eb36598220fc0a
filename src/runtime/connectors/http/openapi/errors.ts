// Errors in the OpenAPI document: one response for each status and each way to say an error, out of the table
// of codes.
import { type ErrorCode, errorCodes } from "../../../../protocol/errors.ts";
import { rpcErrorAnswer } from "../../../../protocol/json-rpc.ts";
import { openAiErrorAnswer } from "../../../../protocol/openai-answers.ts";
import { errorAnswer } from "../../../../protocol/rest.ts";
import type { Schema } from "../../../../protocol/schema.ts";
import { openAiError, statusOf } from "../openai/errors.ts";
import { addSchema, type Fields, JSON_TYPE, reference, type Schemas } from "./schemas.ts";

// The table has one row for each code.
const allCodes = Object.keys(errorCodes) as ErrorCode[];
const bodyOf = (code: ErrorCode) => ({ code, message: "", details: {} });

/** Statuses that every operation may answer, and those of one that changes something. */
export const ALWAYS = [400, 401, 403, 404, 429, 500, 503, 507];
export const CHANGING = [409, 413, 422, 502, 504];

interface Dialect {
  /** The schema's name, and the beginning of the responses'. */
  name: string;
  schema: Schema;
  statuses: readonly number[];
  /** What the answers of a status say about why. */
  reasons(status: number): string[];
  headers?: Record<string, string>;
}

const ownReasons = (status: number): string[] =>
  allCodes.filter((code) => errorCodes[code].status === status);

/** How errors are said: in our words, in OpenAI's, in JSON-RPC's. */
const dialects = {
  own: {
    name: "Error",
    schema: errorAnswer,
    statuses: [...ALWAYS, ...CHANGING],
    reasons: ownReasons,
  },
  openai: {
    name: "OpenAiError",
    schema: openAiErrorAnswer,
    statuses: [...ALWAYS, ...CHANGING],
    reasons: (status) =>
      allCodes
        .filter((code) => statusOf(bodyOf(code)) === status)
        .map((code) => openAiError(bodyOf(code)).code),
    headers: {
      "x-request-id": "Names this request.",
      "x-should-retry": "Whether asking again helps: nothing was begun.",
    },
  },
  rpc: {
    name: "RpcError",
    schema: rpcErrorAnswer,
    statuses: [400, 401, 403, 404, 405, 406, 409, 413, 415, 429, 500, 503],
    reasons: ownReasons,
  },
} as const satisfies Record<string, Dialect>;
export type DialectName = keyof typeof dialects;

export function errorComponents(schemas: Schemas): Fields {
  const responses: Fields = {};
  for (const dialect of Object.values<Dialect>(dialects)) {
    const { name, schema, statuses, reasons } = dialect;
    schemas[name] = addSchema(schemas, schema, "output");
    const content = { [JSON_TYPE]: { schema: reference(name) } };
    for (const status of statuses) {
      const found = reasons(status);
      const description = found.length > 0 ? `One of: ${found.join(", ")}.` : "As MCP says it.";
      responses[`${name}${status}`] = {
        description,
        ...headersOf({ ...dialect.headers, ...statusHeaders[status] }),
        content,
      };
    }
  }
  return responses;
}

const statusHeaders: Record<number, Record<string, string>> = {
  401: { "WWW-Authenticate": "That a key is asked for; whether the one that was shown is none." },
  429: { "Retry-After": "Seconds." },
  503: { "Retry-After": "Seconds." },
};

function headersOf(words: Record<string, string>): Fields {
  const headers = Object.entries(words).map(([name, description]) => [
    name,
    { description, schema: { type: "string" } },
  ]);
  return headers.length === 0 ? {} : { headers: Object.fromEntries(headers) };
}

/** Of these statuses; left out, all that this way of saying it has. */
export function errorsIn(dialect: DialectName, statuses?: readonly number[]): Fields {
  const { name, statuses: all } = dialects[dialect];
  return Object.fromEntries(
    (statuses ?? all).map((status) => [
      String(status),
      { $ref: `#/components/responses/${name}${status}` },
    ]),
  );
}
