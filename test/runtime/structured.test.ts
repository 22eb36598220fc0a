// Answers that must fit a JSON Schema, through the whole daemon: refused early, checked, repaired, given as a
// document, and checked again after a crash.
import { describe, expect, test } from "bun:test";
import type { Run } from "../../src/protocol/commands/session.ts";
import type { Json } from "../../src/protocol/messages.ts";
import { openTestWorld, type TestWorld } from "../support/world.ts";

const schema = {
  type: "object",
  required: ["age"],
  properties: { age: { type: "integer" } },
  additionalProperties: false,
};

const send = async (world: TestWorld, output: { schema: Record<string, Json>; retries?: number }) =>
  await world.ask("SendMessage", {
    po_name: "helper",
    message: "How old?",
    session_id: null,
    settings: { output },
  });

const runOf = async (world: TestWorld, turn_id: string): Promise<Run> =>
  await world.ask("WaitForTurn", { turn_id });

describe("a message with a schema", () => {
  test("gets its document, and the model is told of the schema", async () => {
    await using world = await openTestWorld({ script: () => '```json\n{"age": 7}\n```' });
    const { turn_id } = await send(world, { schema });
    const run = await runOf(world, turn_id);
    expect([run.status, run.structured, run.response]).toEqual([
      "completed",
      { age: 7 },
      '```json\n{"age": 7}\n```',
    ]);
    expect(world.model.requests[0]?.system).toContain(JSON.stringify(schema));
  });

  test("sends an answer that does not fit back, with what is wrong", async () => {
    const answers = ["It is seven.", '{"age": "7"}', '{"age": 7}'];
    await using world = await openTestWorld({ script: (_, index) => answers[index] });
    const { turn_id, session_id } = await send(world, { schema });
    expect((await runOf(world, turn_id)).structured).toEqual({ age: 7 });
    const { session } = await world.ask("GetSession", { session_id });
    const sentBack = session.conversation.filter(({ name }) => name === "schema");
    expect(sentBack.map(({ content }) => content.split("\n")[1])).toEqual([
      expect.stringContaining("- it is not one JSON document"),
      '- /age must be integer, not string ("7")',
    ]);
    expect(session.title).toBe("How old?");
  });

  test("fails with the text as it was once no try is left", async () => {
    await using world = await openTestWorld({ script: () => '{"years": 7}' });
    const { turn_id } = await send(world, { schema, retries: 1 });
    const { status, error, structured, model_calls } = await runOf(world, turn_id);
    expect({ status, error, structured, model_calls }).toEqual({
      status: "failed",
      error: {
        code: "bad_data",
        message:
          "The answer does not fit its JSON Schema: the document must have 'age' (and 1 more).",
        details: {
          problems: ["the document must have 'age'", "/years must not be there"],
          raw: '{"years": 7}',
        },
      },
      structured: null,
      model_calls: 2,
    });
  });

  test("is refused where the schema is not usable, before anything is kept or asked", async () => {
    await using world = await openTestWorld({ script: () => "1" });
    const head = world.store.journal.head();
    const answer = await world.call("SendMessage", {
      po_name: "helper",
      message: "How old?",
      settings: { output: { schema: { type: "numbr" } } },
    });
    expect(answer.ok ? "ok" : [answer.payload.code, answer.payload.details]).toEqual([
      "bad_data",
      { problem: expect.stringContaining("#/type must be one of null, boolean") },
    ]);
    expect([world.store.journal.head(), world.model.requests]).toEqual([head, []]);
  });

  test("is answered after a crash between the answer and its check", async () => {
    await using world = await openTestWorld({ script: () => '{"age": 7}' });
    world.refuse(({ events }) =>
      events.some(({ type }) => type === "TurnCompleted") ? new Error("gone") : undefined,
    );
    const { turn_id } = await send(world, { schema });
    await world.happened(
      "MessageAdded",
      ({ payload }) => "role" in payload && payload.role === "assistant",
    );
    await world.restart();
    expect((await runOf(world, turn_id)).structured).toEqual({ age: 7 });
    expect(world.model.requests).toHaveLength(1);
  });

  test("leaves other turns without a document, also where their answer is one", async () => {
    await using world = await openTestWorld({ script: () => "[1]" });
    const message = { po_name: "helper", message: "Say one.", session_id: null };
    const { turn_id } = await world.ask("SendMessage", message);
    expect((await runOf(world, turn_id)).structured).toBeNull();
  });

  test("keeps its document when the views are made anew from the journal", async () => {
    await using world = await openTestWorld({ script: () => "[1]" });
    const { turn_id } = await send(world, { schema: { type: "array" } });
    expect((await runOf(world, turn_id)).structured).toEqual([1]);
    world.store.views.rebuild();
    expect((await runOf(world, turn_id)).structured).toEqual([1]);
  });
});
