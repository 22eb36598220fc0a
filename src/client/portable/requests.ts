// Requests of the portable client, and what their answers say.
import { type ErrorBody, errorCodes, JameyError, messageOf } from "../../protocol/errors.ts";
import type { ClientOptions } from "./shapes.ts";

export type Request = (
  path: string,
  init: RequestInit & { headers?: Record<string, string> },
) => Promise<Response>;

/** Asks the daemon; an answer that is none, or a refusal, is a JameyError. */
export function createRequest({ url, token, fetch: given }: ClientOptions): Request {
  const base = url.replace(/\/+$/, "");
  // Called as a plain function: a browser's own one takes no other `this`.
  const send = given ?? ((target, init) => fetch(target, init));
  return async (path, init) => {
    const key = token === undefined ? {} : { authorization: `Bearer ${token}` };
    let response: Response;
    try {
      response = await send(`${base}${path}`, { ...init, headers: { ...key, ...init.headers } });
    } catch (thrown) {
      if (init.signal?.aborted) throw new JameyError("cancelled", "The call was given up.");
      const message = `No daemon answers at ${base}: ${messageOf(thrown)}`;
      throw new JameyError("unavailable", message, { cause: thrown });
    }
    if (response.ok) return response;
    throw await refusal(response);
  };
}

async function refusal(response: Response): Promise<JameyError> {
  const text = await response.text();
  const body = readError(text);
  if (body) return new JameyError(body.code, body.message, { details: body.details });
  const code = response.status === 401 ? "unauthorized" : "unavailable";
  return new JameyError(code, `The answer was ${response.status}, and not of a jamey daemon.`);
}

function readError(text: string): ErrorBody | undefined {
  try {
    const { error } = JSON.parse(text);
    return Object.hasOwn(errorCodes, error.code) ? { details: {}, ...error } : undefined;
  } catch (_other) {
    return undefined;
  }
}

/** Trying again would change nothing. */
export const isFinal = (thrown: unknown): boolean =>
  !(thrown instanceof JameyError) || !errorCodes[thrown.code].retryable;
