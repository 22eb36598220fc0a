// The `openai` SDK as bare transport: nothing is read from the environment, nothing is retried or
// logged, and the key is not even known to it (the wire adds it).
import type OpenAI from "openai";
import { type Connection, SDK_TIMEOUT_MS } from "./connection.ts";
import type { Wire } from "./wire.ts";

export async function openOpenAI(connection: Connection, wire: Wire): Promise<OpenAI> {
  const { OpenAI } = await import("openai");
  return new OpenAI({
    apiKey: "added-by-the-wire",
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    baseURL: connection.base_url,
    defaultQuery: connection.query,
    fetch: wire.fetch,
    maxRetries: 0,
    timeout: SDK_TIMEOUT_MS,
    logLevel: "off",
  });
}
