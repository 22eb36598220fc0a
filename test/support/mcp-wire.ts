// MCP over HTTP as it goes over the wire, without a client library: what such a library would never send is tried too.
import { isObject } from "../../src/protocol/json.ts";

export interface WireAnswer {
  status: number;
  /** The last message that came, however it came. */
  message: Record<string, unknown>;
  headers: Headers;
}

interface WireOptions {
  url: string;
  headers?: Record<string, string>;
}

const accepted = {
  "content-type": "application/json",
  accept: "application/json, text/event-stream",
};

export async function postMcp(
  { url, headers = {} }: WireOptions,
  body: unknown,
): Promise<WireAnswer> {
  const response = await fetch(url, {
    method: "POST",
    headers: { ...accepted, ...headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream");
  const lines = isStream ? [...text.matchAll(/^data: (.+)$/gm)].map(([, data]) => data ?? "") : [];
  const message: unknown = JSON.parse(lines.at(-1) ?? (text === "" ? "{}" : text));
  return {
    status: response.status,
    message: isObject(message) ? message : { batch: message },
    headers: response.headers,
  };
}

/** A call of a tool in the era of 2026, by a host that can show forms. */
export async function callModern(
  options: WireOptions,
  name: string,
  params: Record<string, unknown>,
): Promise<WireAnswer> {
  const method = "tools/call";
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": { name: "wire", version: "1" },
    "io.modelcontextprotocol/clientCapabilities": { elicitation: { form: {} } },
  };
  const own = { "mcp-protocol-version": "2026-07-28", "mcp-method": method, "mcp-name": name };
  const headers = { ...own, ...options.headers };
  const request = { jsonrpc: "2.0", id: 1, method, params: { name, _meta, ...params } };
  return await postMcp({ ...options, headers }, request);
}

/** The handshake of this revision; resolves to the headers of its session. */
export async function beginSession(
  options: WireOptions,
  protocolVersion: string,
): Promise<Record<string, string>> {
  const clientInfo = { name: "wire", version: "1" };
  const params = { protocolVersion, capabilities: {}, clientInfo };
  const initialize = { jsonrpc: "2.0", id: 0, method: "initialize", params };
  const { headers } = await postMcp(options, initialize);
  return { ...options.headers, "mcp-session-id": headers.get("mcp-session-id") ?? "" };
}
