// Document 000's routes, each exchange held to the OpenAPI document.
import { describe, expect, test } from "bun:test";
import { codeOf, openApi } from "../../support/api.ts";
import { apiWorld, fields, roles } from "../../support/api-world.ts";

describe("document 000's routes", () => {
  test("begin a session of the default object with an empty body, with {} and with a context", async () => {
    await using scene = await openApi(apiWorld);
    const { call } = scene;
    const bodies = [
      undefined,
      {},
      { context: null },
      { agent_mode: "single" },
      { context: { topic: "tea" }, agent_mode: null },
    ];
    for (const body of bodies) {
      const made = await call("POST", "/sessions", body);
      expect([made.status, Object.keys(fields(made.body))]).toEqual([201, ["session_id"]]);
      const { session_id } = fields(made.body);
      const got = await call("GET", `/sessions/${session_id}`);
      const context = body?.context ?? {};
      expect(got.body).toEqual({
        session_id,
        conversation: [],
        state: { active_tools: [], context, iteration_count: 0 },
      });
      const whole = await call("GET", `/api/sessions/${session_id}`);
      expect(fields(fields(whole.body).session).po_name).toBe("assistant");
    }
    for (const context of ["tea", 1, ["tea"], { topic: 1 }]) {
      const refused = await call("POST", "/sessions", { context });
      expect(codeOf(refused)).toEqual([400, "invalid_request"]);
      expect(fields(fields(refused.body).error).message).toContain("context");
    }
    expect(codeOf(await call("POST", "/sessions", { agent_mode: "swarm" }))).toEqual([
      400,
      "invalid_request",
    ]);
    expect(scene.faults).toEqual([]);
  });

  test("answer a message with what the turn added, and nothing of the turns before", async () => {
    await using scene = await openApi(apiWorld);
    const { call } = scene;
    const { session_id } = fields((await call("POST", "/sessions")).body);
    await call("POST", `/sessions/${session_id}/messages`, { message: "before" });
    const { status, body } = await call("POST", `/sessions/${session_id}/messages`, {
      message: "look",
      session_id,
    });
    const { messages, tool_calls } = fields(body);
    expect([status, roles(messages)]).toEqual([
      200,
      ["assistant: I look.", "tool: look done", "assistant: fine"],
    ]);
    const [made] = tool_calls as { id: string }[];
    expect(tool_calls).toEqual([{ id: made?.id ?? "", name: "look", args: { at: 1 } }]);
    const got = await call("GET", `/sessions/${session_id}`);
    expect(roles(fields(got.body).conversation).length).toBe(6);
    const other = await call("POST", `/sessions/${session_id}/messages`, {
      message: "x",
      session_id: "other",
    });
    expect([...codeOf(other), fields(fields(fields(other.body).error).details).field]).toEqual([
      400,
      "invalid_request",
      "session_id",
    ]);
    expect(codeOf(await call("POST", `/sessions/${session_id}/messages`, { message: "" }))).toEqual(
      [400, "invalid_request"],
    );
    expect(scene.faults).toEqual([]);
  });

  test("run a tool under the id of the call, and say 404 of one that there is not", async () => {
    await using scene = await openApi(apiWorld);
    const { call } = scene;
    const { session_id } = fields((await call("POST", "/sessions")).body);
    const tool_call = { id: "call_1", name: "look", args: {} };
    expect(
      (await call("POST", `/sessions/${session_id}/tools`, { session_id, tool_call })).body,
    ).toEqual({
      result: { id: "call_1", name: "look", output: "look done", success: true },
    });
    const none = { tool_call: { ...tool_call, name: "none" } };
    expect(codeOf(await call("POST", `/sessions/${session_id}/tools`, none))).toEqual([
      404,
      "tool_not_found",
    ]);
    const tools = await call("GET", "/tools");
    expect(tools.body).toEqual(
      ["look", "put", "ask_human"].map((name) => ({
        name,
        description: `Does ${name}.`,
        parameters: { type: "object" },
      })),
    );
    expect(scene.faults).toEqual([]);
  });

  test("say 404 with the session's id where there is none", async () => {
    await using scene = await openApi(apiWorld);
    const { call } = scene;
    const refused = [
      await call("GET", "/sessions/none"),
      await call("POST", "/sessions/none/messages", { message: "x" }),
      await call("POST", "/sessions/none/tools", { tool_call: { name: "look", args: {} } }),
      await call("GET", "/sessions/none/ws"),
    ];
    for (const one of refused) {
      expect(codeOf(one)).toEqual([404, "session_not_found"]);
      expect(fields(fields(one.body).error).message).toBe("Session not found: none");
    }
    expect(scene.faults).toEqual([]);
  });
});
