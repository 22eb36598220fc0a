// The one door: what is asked is validated and authorised, what it cannot do is a typed error.
import { describe, expect, test } from "bun:test";
import { commands } from "../../src/protocol/commands/index.ts";
import { openTestWorld, type TestWorld } from "../support/world.ts";

const codeOf = async (world: TestWorld, command: string, params: unknown) => {
  const { payload } = await world.call(command, params);
  return (payload as { code?: string }).code;
};

describe("every command", () => {
  test("that is unknown is refused with the list of those there are", async () => {
    await using world = await openTestWorld();
    for (const type of ["listpos", "", "toString", "__proto__", "constructor"]) {
      expect(await world.call(type)).toEqual({
        ok: false,
        type: "Error",
        payload: {
          code: "unknown_command",
          message: `There is no command '${type}'. There are: ${Object.keys(commands).join(", ")}.`,
          details: {},
        },
      });
    }
  });

  test("with wrong parameters is refused, and the field is named", async () => {
    await using world = await openTestWorld();
    expect(await world.call("SendMessage", { message: 7, po_name: "helper" })).toEqual({
      ok: false,
      type: "Error",
      payload: {
        code: "invalid_request",
        message: "SendMessage: 'message': must be text",
        details: {
          issues: [{ field: "message", problem: "must be text" }],
        },
      },
    });
    expect(await codeOf(world, "ListSessions", { limit: 0 })).toBe("invalid_request");
    expect(await codeOf(world, "ListSessions", [])).toBe("invalid_request");
    expect(await codeOf(world, "Subscribe", { event_types: ["NoSuchEvent"] })).toBe(
      "invalid_request",
    );
    // No payload is the payload with nothing in it.
    expect(
      (await world.runtime().handle({ type: "ListPOs", payload: null }, world.passing())).ok,
    ).toBe(true);
  });

  test("needs the scope of its row in the table", async () => {
    await using world = await openTestWorld();
    const order = ["read", "chat", "admin"] as const;
    for (const [name, { scope }] of Object.entries(commands)) {
      const scopes = order.filter((one) => one !== scope);
      const answer = await world.call(name, {}, { ...world.passing(), scopes });
      expect(answer).toEqual({
        ok: false,
        type: "Error",
        payload: {
          code: "forbidden",
          message: `${name} needs the scope '${scope}', which this caller does not have.`,
          details: { scope },
        },
      });
    }
  });

  test("that breaks answers internal, and the log has the reason on one line", async () => {
    await using world = await openTestWorld({
      models: { choose: () => Promise.reject(new Error("a bug\nof two lines")) },
    });
    expect(await world.call("ListModels")).toEqual({
      ok: false,
      type: "Error",
      payload: { code: "internal", message: "a bug\nof two lines", details: {} },
    });
    const lines = world.log.filter((line) => line.includes("command broke"));
    expect(lines.length).toBe(1);
    expect(lines[0]).toContain('command=ListModels reason="a bug\\u{a}of two lines"');
    expect(lines[0]?.trimEnd()).not.toContain("\n");
  });
});

describe("Shutdown", () => {
  test("if idle is refused while anybody or anything else is there, and names it", async () => {
    await using world = await openTestWorld();
    const client = world.connect({ client: "tui" });
    const refusal = async (caller = world.passing()) => {
      const answer = await world.call("Shutdown", { if_idle: true }, caller);
      return answer.ok ? "ok" : answer.payload.details;
    };
    expect(await refusal()).toEqual({ clients: 1, running_turns: 0, pending_requests: 0 });
    const { turn_id } = await world.ask("SendMessage", {
      po_name: "helper",
      message: "hi",
      session_id: null,
    });
    const call = await world.model.next();
    expect(await refusal(client.connection.caller)).toEqual({
      clients: 0,
      running_turns: 1,
      pending_requests: 0,
    });
    expect(world.shutdowns).toEqual([]);
    call.answer("done");
    await world.ask("WaitForTurn", { turn_id });
    await new Promise(setImmediate);
    expect(await refusal(client.connection.caller)).toBe("ok");
    expect(world.shutdowns).toEqual(["asked by tui"]);
  });
});
