// What is refused, in the words of the place that was asked: OpenAI's under `/v1`, JSON-RPC's at `/mcp`,
// everywhere else our own. Whoever refuses, before the door or behind it, a client there can read it.
import { type ErrorBody, errorCodes } from "../../../protocol/errors.ts";
import { MCP_PATH } from "../../../protocol/mcp-places.ts";
import { openAiErrorResponse } from "./openai/errors.ts";
import { type ErrorWays, errorHeaders, errorResponse, jsonResponse } from "./responses.ts";

const OPENAI_PATH = "/v1/";
/** JSON-RPC leaves these to servers; what was refused stands in `data`. */
const RPC_REFUSED = -32_000;

export function refusal(error: ErrorBody, { url, ...how }: ErrorWays & { url: string }): Response {
  // The target of CONNECT, for example, is no URL.
  const pathname = URL.parse(url)?.pathname ?? "";
  if (pathname.startsWith(OPENAI_PATH)) return openAiErrorResponse(error, how);
  return pathname === MCP_PATH ? rpcErrorResponse(error, how) : errorResponse(error, how);
}

/** An error of nobody's request in particular, as MCP has it for what HTTP refuses. */
export function rpcErrorResponse(
  error: ErrorBody,
  { code = RPC_REFUSED, ...how }: ErrorWays & { code?: number } = {},
): Response {
  const { message } = error;
  const body = { jsonrpc: "2.0", error: { code, message, data: { code: error.code } }, id: null };
  return jsonResponse(body, errorCodes[error.code].status, errorHeaders(error, how));
}
