// Plain HTTP: `GET /health`, and every command as `POST /api/call/<Command>`.
import { parseJson } from "../../../protocol/decode.ts";
import { type ErrorBody, errorCodes, JameyError, toErrorBody } from "../../../protocol/errors.ts";
import { MAX_FRAME_BYTES } from "../../../protocol/limits.ts";
import type { Gateway } from "../../gateway.ts";

const CALL_PATH = "/api/call/";

/** `received` is called when the body is here. */
export async function answerHttp(
  request: Request,
  gateway: Gateway,
  received: () => void,
): Promise<Response> {
  try {
    return await route(request, gateway, received);
  } catch (thrown) {
    return errorResponse(toErrorBody(thrown));
  }
}

async function route(request: Request, gateway: Gateway, received: () => void): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname === "/health") {
    if (request.method !== "GET") throw notAllowed(request, "GET");
    return new Response("OK");
  }
  if (!pathname.startsWith(CALL_PATH)) {
    throw new JameyError("not_found", `There is nothing at ${pathname}.`);
  }
  if (request.method !== "POST") throw notAllowed(request, "POST");
  const payload = await readBody(request);
  received();
  const caller = gateway.connections.passing({ signal: request.signal, workspace: "" });
  const type = pathname.slice(CALL_PATH.length);
  const answer = await gateway.handle({ type, payload }, caller);
  if (!answer.ok) return errorResponse(answer.payload);
  return Response.json({ type: answer.type, payload: answer.payload });
}

/** JSON, or nothing for a command without parameters. */
async function readBody(request: Request): Promise<unknown> {
  const tooLarge = () =>
    new JameyError("too_large", `A request has at most ${MAX_FRAME_BYTES} bytes.`);
  if (Number(request.headers.get("content-length") ?? 0) > MAX_FRAME_BYTES) throw tooLarge();
  const bytes = await request.bytes();
  if (bytes.length > MAX_FRAME_BYTES) throw tooLarge();
  return bytes.length === 0 ? undefined : parseJson(decoded(bytes));
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new JameyError("invalid_request", "The body is not UTF-8.", { cause });
  }
}

function notAllowed(request: Request, allowed: string): JameyError {
  const message = `${request.method} is not allowed here; use ${allowed}.`;
  return new JameyError("method_not_allowed", message, { details: { allow: allowed } });
}

export function errorResponse(error: ErrorBody): Response {
  const { allow } = error.details;
  const headers = typeof allow === "string" ? { allow } : undefined;
  return Response.json(
    { error },
    { status: errorCodes[error.code].status, ...(headers ? { headers } : {}) },
  );
}
