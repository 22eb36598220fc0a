// Errors as clients of OpenAI's APIs read them. What a turn came to is not asked again by itself: official
// clients repeat a request that failed, and that would be another turn.
import { type ErrorBody, type ErrorCode, errorCodes } from "../../../../protocol/errors.ts";
import type { OpenAiErrorWords } from "../../../../protocol/openai-answers.ts";
import { type ErrorWays, errorHeaders, jsonResponse, RETRY_AFTER_SECONDS } from "../responses.ts";

/** Nothing was begun: asking again is what helps. */
const HELPED_BY_ASKING_AGAIN: readonly ErrorCode[] = ["overloaded", "unavailable", "busy"];
/** Where that API's clients know another status. */
const statuses: Partial<Record<ErrorCode, number>> = { provider_rate_limited: 429 };

const types: Record<number, string> = {
  403: "permission_error",
  429: "rate_limit_error",
};

/** Codes that its clients look for. */
const codes: Partial<Record<ErrorCode, string>> = {
  unauthorized: "invalid_api_key",
  overloaded: "rate_limit_exceeded",
  po_not_found: "model_not_found",
};

export const statusOf = ({ code }: ErrorBody): number => statuses[code] ?? errorCodes[code].status;

export function openAiError(error: ErrorBody): OpenAiErrorWords & { code: string } {
  const status = statusOf(error);
  const [issue] = Array.isArray(error.details.issues) ? error.details.issues : [];
  return {
    message: error.message,
    type: types[status] ?? (status < 500 ? "invalid_request_error" : "server_error"),
    param: typeof issue?.field === "string" ? issue.field : null,
    code: codes[error.code] ?? error.code,
  };
}

export function openAiErrorResponse(
  error: ErrorBody,
  { request_id = createRequestId(), ...how }: { request_id?: string } & ErrorWays = {},
): Response {
  const mayRepeat = HELPED_BY_ASKING_AGAIN.includes(error.code);
  const { "retry-after": after = RETRY_AFTER_SECONDS, ...headers } = errorHeaders(error, how);
  return jsonResponse({ error: openAiError(error) }, statusOf(error), {
    ...headers,
    "x-request-id": request_id,
    "x-should-retry": String(mayRepeat),
    ...(mayRepeat ? { "retry-after": after } : {}),
  });
}

export const createRequestId = (): string => `req_${crypto.randomUUID()}`;
