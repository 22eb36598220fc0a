// Plain HTTP: `GET /health`, and every command as `POST /api/call/<Command>`.
import { parseJson } from "../../../protocol/decode.ts";
import { type ErrorCode, errorCodes, JameyError, toErrorBody } from "../../../protocol/errors.ts";
import { MAX_FRAME_BYTES } from "../../../protocol/limits.ts";
import type { Gateway } from "../../gateway.ts";

const CALL_PATH = "/api/call/";

export async function answerHttp(request: Request, gateway: Gateway): Promise<Response> {
  try {
    return await route(request, gateway);
  } catch (thrown) {
    return errorResponse(toErrorBody(thrown));
  }
}

async function route(request: Request, gateway: Gateway): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname === "/health") {
    if (request.method !== "GET") throw notAllowed(request, "GET");
    return new Response("OK");
  }
  if (!pathname.startsWith(CALL_PATH)) {
    throw new JameyError("not_found", `There is nothing at ${pathname}.`);
  }
  if (request.method !== "POST") throw notAllowed(request, "POST");
  const text = await request.text();
  const payload = text === "" ? undefined : parseJson(text, { maxBytes: MAX_FRAME_BYTES });
  const caller = gateway.connections.passing({ signal: request.signal, workspace: "" });
  const type = pathname.slice(CALL_PATH.length);
  const answer = await gateway.handle({ type, payload }, caller);
  if (!answer.ok) return errorResponse(answer.payload);
  return Response.json({ type: answer.type, payload: answer.payload });
}

function notAllowed(request: Request, allowed: string): JameyError {
  const message = `${request.method} is not allowed here; use ${allowed}.`;
  return new JameyError("method_not_allowed", message, { details: { allow: allowed } });
}

export function errorResponse(error: {
  code: ErrorCode;
  message: string;
  details: Record<string, unknown>;
}): Response {
  return Response.json({ error }, { status: errorCodes[error.code].status });
}
