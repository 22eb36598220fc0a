// How tools are described to hosts: in words that a host can hand on to any vendor's model.
import { expect, test } from "bun:test";
import { isObject } from "../../../src/protocol/json.ts";
import { openMcpListening } from "../../support/mcp-listening.ts";
import { beginSession, postMcp } from "../../support/mcp-wire.ts";

/** Every schema within a schema, with its place. */
function* within(schema: unknown, place: string): Generator<[string, Record<string, unknown>]> {
  if (Array.isArray(schema)) {
    for (const [index, part] of schema.entries()) yield* within(part, `${place}[${index}]`);
  }
  if (!isObject(schema)) return;
  yield [place, schema];
  for (const [key, part] of Object.entries(schema)) yield* within(part, `${place}.${key}`);
}

test("no schema of a tool has a list of types, and what may be null still may", async () => {
  await using listening = await openMcpListening({
    config: { connectors: { mcp: { object_tools: true } } },
  });
  const headers = await beginSession(listening, "2025-11-25");
  const list = { jsonrpc: "2.0", id: 1, method: "tools/list" };
  const { message } = await postMcp({ ...listening, headers }, list);
  const { tools } = Object(message.result);
  const schemas = [...within(tools, "tools")];
  expect(schemas.length).toBeGreaterThan(500);
  expect(schemas.filter(([, { type }]) => Array.isArray(type)).map(([place]) => place)).toEqual([]);
  const inspect = tools.find(({ name }: { name: string }) => name === "inspect_po");
  expect(inspect.outputSchema.properties.model).toEqual({
    anyOf: [{ type: "string" }, { type: "null" }],
  });
  const list_sessions = tools.find(({ name }: { name: string }) => name === "list_sessions");
  expect(list_sessions.inputSchema.properties.workspace).toMatchObject({
    anyOf: [{ type: "string" }, { type: "null" }],
  });
});
