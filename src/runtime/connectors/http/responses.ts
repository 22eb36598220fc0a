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

/** Seconds after which it is worth asking again, where it is too much now or not yet there. */
const RETRY_AFTER_SECONDS = "1";

export function errorResponse(error: ErrorBody): Response {
  const { allow } = error.details;
  const { status } = errorCodes[error.code];
  return jsonResponse({ error }, status, {
    ...(typeof allow === "string" ? { allow } : {}),
    // The connection goes with it, so that nothing more of the body is read.
    ...(status === 413 ? { connection: "close" } : {}),
    ...(status === 429 || status === 503 ? { "retry-after": RETRY_AFTER_SECONDS } : {}),
  });
}
