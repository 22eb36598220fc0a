// Responses of plain HTTP: their headers, and errors with the status of their code.
import { type ErrorBody, errorCodes } from "../../../protocol/errors.ts";

/** What an API says is for who asked, now, and never a page. */
export const apiHeaders = { "cache-control": "no-store", "x-content-type-options": "nosniff" };

export const jsonResponse = (
  value: unknown,
  status = 200,
  headers: Record<string, string> = {},
): Response => Response.json(value, { status, headers: { ...apiHeaders, ...headers } });

export const textResponse = (
  text: string,
  media_type = "text/plain;charset=utf-8",
  headers: Record<string, string> = {},
): Response =>
  new Response(text, { headers: { ...apiHeaders, "content-type": media_type, ...headers } });

/** All that is answered to nobody in particular: that somebody is there. */
export const healthResponse = (): Response => textResponse("OK");

/** Seconds after which it is worth asking again, where it is too much now or not yet there. */
export const RETRY_AFTER_SECONDS = "1";

export interface ErrorWays {
  /** The connection goes too, so that nothing of a body is read. */
  closes?: boolean;
  /** A key was shown, and it is none (RFC 6750). */
  isWrongKey?: boolean;
}

export function errorHeaders(
  error: ErrorBody,
  { closes = false, isWrongKey = false }: ErrorWays = {},
): Record<string, string> {
  const { allow } = error.details;
  const { status } = errorCodes[error.code];
  const challenge = `Bearer realm="jamey"${isWrongKey ? ', error="invalid_token"' : ""}`;
  return {
    ...(typeof allow === "string" ? { allow } : {}),
    ...(status === 401 ? { "www-authenticate": challenge } : {}),
    ...(closes || status === 413 ? { connection: "close" } : {}),
    ...(status === 429 || status === 503 ? { "retry-after": RETRY_AFTER_SECONDS } : {}),
  };
}

export function errorResponse(error: ErrorBody, how: ErrorWays = {}): Response {
  return jsonResponse({ error }, errorCodes[error.code].status, errorHeaders(error, how));
}
