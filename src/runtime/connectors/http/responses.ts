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
const RETRY_AFTER_SECONDS = "1";

/** With `closes` the connection goes too, so that nothing of a body is read. */
export function errorResponse(error: ErrorBody, { closes = false } = {}): Response {
  const { allow } = error.details;
  const { status } = errorCodes[error.code];
  return jsonResponse({ error }, status, {
    ...(typeof allow === "string" ? { allow } : {}),
    ...(status === 401 ? { "www-authenticate": 'Bearer realm="jamey"' } : {}),
    ...(closes || status === 413 ? { connection: "close" } : {}),
    ...(status === 429 || status === 503 ? { "retry-after": RETRY_AFTER_SECONDS } : {}),
  });
}
