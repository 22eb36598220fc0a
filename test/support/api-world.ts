// The world that the tests of the routes play in: objects, tools, and a model that does as it is told.
import { expect } from "bun:test";
import type { Call } from "./api.ts";
import { testTool } from "./test-tools.ts";
import { objectText, type TestWorldOptions } from "./world.ts";

export const apiWorld: TestWorldOptions = {
  objects: {
    "assistant.md": objectText({ name: "assistant" }),
    "helper.md": objectText({ name: "helper" }),
    "größe.v2.md": objectText({ name: "größe.v2" }),
  },
  workflows: { flow: "nodes: [{ id: only, object: helper }]" },
  tools: [
    testTool("look", { risk: "read" }),
    testTool("put", { risk: "write" }),
    testTool("ask_human"),
  ],
  script: ({ messages }) => {
    const last = messages[messages.length - 1]?.content;
    if (last === "ask") return { calls: [{ name: "ask_human", args: { question: "Why?" } }] };
    if (last === "look") return { text: "I look.", calls: [{ name: "look", args: { at: 1 } }] };
    if (last === "put") return { calls: [{ name: "put", args: {} }] };
    if (last === "down") return { fail: "provider_auth" };
    return "fine";
  },
};

/** Any JSON object; a test that reads a field which is not there fails by itself. */
export const fields = (value: unknown) => value as Record<string, unknown>;

export async function begin(call: Call, po_name = "helper"): Promise<string> {
  const { status, body } = await call("POST", "/api/sessions", { po_name });
  expect(status).toBe(201);
  return (fields(body).session as { session_id: string }).session_id;
}

export const roles = (messages: unknown) =>
  (messages as { role: string; content: string }[]).map((one) => `${one.role}: ${one.content}`);
