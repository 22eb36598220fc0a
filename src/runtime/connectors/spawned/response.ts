// An answer of an object as a response: byte for byte, its type inferred, and with headers that let a page of it do
// nothing beyond its own server.
import type { SpawnedAnswer } from "../../spawned-port.ts";

/** Its own server only, no frames of others around it. */
const POLICY =
  "default-src 'self' data: 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/**
 * A host that other programs on this machine use too: the page must not be one of them for the browser, or it could
 * read what they keep there. Under the server's own name it is a page like any other.
 */
const SANDBOX = `${POLICY}; sandbox allow-scripts allow-forms allow-popups`;

export function responseOf(answer: SpawnedAnswer, { isOwnHost }: { isOwnHost: boolean }): Response {
  const { status, body, retry_after, allow } = answer;
  return new Response(body, {
    status,
    headers: {
      "content-type": `${answer.media_type ?? mediaTypeOf(body)}; charset=utf-8`,
      "content-security-policy": isOwnHost ? POLICY : SANDBOX,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-resource-policy": "same-origin",
      "cache-control": "no-store",
      ...(allow === undefined ? {} : { allow }),
      ...(retry_after === undefined ? {} : { "retry-after": String(retry_after) }),
    },
  });
}

/** HTML, JSON, or plain text: models name no type. */
export function mediaTypeOf(body: string): "text/html" | "application/json" | "text/plain" {
  const start = body.trimStart();
  if (/^(?:<!doctype html|<html|<head|<body|<(?:!--|[a-z][a-z0-9]*[\s/>]))/i.test(start)) {
    return "text/html";
  }
  return /^[[{]/.test(start) && isJson(start) ? "application/json" : "text/plain";
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** An answer of the server's own, instead of its object's. */
export const refused = (status: number, message: string): SpawnedAnswer => ({
  status,
  body: `${message}\n`,
  media_type: "text/plain",
});
