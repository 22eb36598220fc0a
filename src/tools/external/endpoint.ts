// A tool that is an HTTP endpoint: arguments as a JSON body, the body of the answer as output.
import type { Http } from "../../core/world.ts";
import type { Json } from "../../protocol/messages.ts";
import type { RunContext, RunResult } from "../define.ts";

export interface Endpoint {
  url: string;
  headers: Record<string, string>;
  http: Http;
}

export async function callEndpoint(
  endpoint: Endpoint,
  args: Json,
  context: RunContext,
): Promise<RunResult> {
  const answered = await endpoint.http.exchange({
    method: "POST",
    url: endpoint.url,
    headers: {
      ...endpoint.headers,
      "content-type": "application/json",
      "x-jamey-call-id": context.call_id,
    },
    body: new TextEncoder().encode(JSON.stringify(args)),
    signal: context.signal,
  });
  // It names the address.
  if (!answered.ok) return { success: false, output: answered.problem };
  const { status, status_text, body } = answered.value;
  for await (const chunk of body) await context.write(chunk);
  const isGood = status >= 200 && status < 300;
  return isGood ? { success: true } : { success: false, note: `HTTP ${status} ${status_text}` };
}
