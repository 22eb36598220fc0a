// Routes that wait for a turn: how its end is said, and that a message is one however often it is sent.
import { describe, expect, test } from "bun:test";
import { type ApiScene, codeOf, openApi } from "../../support/api.ts";
import { apiWorld, begin, fields, roles } from "../../support/api-world.ts";

describe("a turn that is no answer", () => {
  const say = async ({ call }: ApiScene, message: string, settings?: object) => {
    const answer = await call("POST", "/api/pos/helper/message", { message, settings });
    const error = fields(fields(answer.body).error);
    return { status: answer.status, error, details: fields(error.details) };
  };

  test("of a provider that is down is 502, and the message is kept", async () => {
    await using scene = await openApi(apiWorld);
    const { status, error, details } = await say(scene, "down");
    expect([status, error.code, details.status]).toEqual([502, "provider_auth", "failed"]);
    const { body } = await scene.call("GET", `/sessions/${details.session_id}`);
    expect(roles(fields(body).conversation)).toEqual(["user: down"]);
    const turn = await scene.call("GET", `/api/turns/${details.turn_id}`);
    expect([turn.status, fields(turn.body).status]).toEqual([200, "failed"]);
    expect(scene.faults).toEqual([]);
  });

  test("of a limit is 409, with what there is of a response", async () => {
    await using scene = await openApi(apiWorld);
    const { status, error, details } = await say(scene, "look", {
      limits: { max_tool_iterations: 0 },
    });
    expect([status, error.code, details.status]).toEqual([409, "limit_reached", "limit"]);
    expect(scene.faults).toEqual([]);
  });

  test("of calls that were denied is 409, with the answer and what would allow them", async () => {
    await using scene = await openApi(apiWorld);
    const { status, error, details } = await say(scene, "put", { on_ask: "deny" });
    expect([status, error.code, details.status, details.response]).toEqual([
      409,
      "blocked",
      "blocked",
      "fine",
    ]);
    expect((details.denials as { tool: string }[]).map((one) => one.tool)).toEqual(["put"]);
    expect(scene.faults).toEqual([]);
  });

  test("of calls that nobody is there to approve is the same, unless it says that it waits", async () => {
    await using scene = await openApi(apiWorld);
    const { call } = scene;
    const session_id = await begin(call);
    const places = [
      "/api/pos/helper/message",
      `/api/sessions/${session_id}/messages`,
      `/sessions/${session_id}/messages`,
    ];
    for (const place of places) {
      const answer = await call("POST", place, { message: "put" });
      expect([place, ...codeOf(answer)]).toEqual([place, 409, "blocked"]);
    }
    expect(scene.faults).toEqual([]);
  });

  test("of somebody who cancelled it is 409", async () => {
    await using scene = await openApi(apiWorld);
    const { call, world } = scene;
    const session_id = await begin(call);
    const waiting = call("POST", `/api/sessions/${session_id}/messages`, {
      message: "ask",
      settings: { on_ask: "queue" },
    });
    await world.happened("HumanRequestQueued");
    expect((await call("POST", `/api/sessions/${session_id}/cancel`)).body).toEqual({ session_id });
    expect(codeOf(await waiting)).toEqual([409, "cancelled"]);
    expect(codeOf(await call("POST", `/api/sessions/${session_id}/cancel`))).toEqual([
      404,
      "turn_not_found",
    ]);
    expect(scene.faults).toEqual([]);
  });
});

describe("the same key", () => {
  test("is the same message, as a header and as a field", async () => {
    await using scene = await openApi(apiWorld);
    const { call, world } = scene;
    const key = { "idempotency-key": "once" };
    const first = await call("POST", "/api/pos/helper/message", { message: "hello" }, key);
    const again = await call("POST", "/api/pos/helper/message", { message: "hello" }, key);
    const named = await call("POST", "/api/pos/helper/message", {
      message: "hello",
      message_key: "once",
    });
    const sent = await call(
      "POST",
      "/api/call/SendMessage",
      { po_name: "helper", message: "hello" },
      key,
    );
    expect([again.body, named.body]).toEqual([first.body, first.body]);
    expect(fields(fields(sent.body).payload).session_id).toEqual(fields(first.body).session_id);
    expect(world.model.requests.length).toBe(1);
    const both = { message: "hello", message_key: "other" };
    expect(codeOf(await call("POST", "/api/pos/helper/message", both, key))).toEqual([
      400,
      "invalid_request",
    ]);
    expect(scene.faults).toEqual([]);
  });
});

describe("many clients at once", () => {
  test("each get the answer of their own session, and nothing of another", async () => {
    await using scene = await openApi({
      script: ({ messages }) => `you said ${messages[messages.length - 1]?.content}`,
    });
    const { call } = scene;
    const marks = Array.from({ length: 50 }, (_, index) => `mark ${index}`);
    const sessions = await Promise.all(
      marks.map(async (mark) => {
        const { body } = await call("POST", "/api/pos/helper/message", { message: mark });
        const { response, session_id } = fields(body);
        await call("POST", `/sessions/${session_id}/messages`, { message: `${mark} again` });
        const got = await call("GET", `/sessions/${session_id}`);
        return [response, roles(fields(got.body).conversation)];
      }),
    );
    expect(sessions).toEqual(
      marks.map((mark) => [
        `you said ${mark}`,
        [
          `user: ${mark}`,
          `assistant: you said ${mark}`,
          `user: ${mark} again`,
          `assistant: you said ${mark} again`,
        ],
      ]),
    );
    expect(scene.faults).toEqual([]);
  });
});
