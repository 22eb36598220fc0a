// One scenario for every connector: each command once, errors included. What is answered must be the same
// whatever it travels over.
import { expect } from "bun:test";
import { commands } from "../../src/protocol/commands/index.ts";
import { testTool } from "./test-tools.ts";
import { objectText, type TestWorld, type TestWorldOptions } from "./world.ts";

export interface Asked {
  type: string;
  payload: unknown;
}

export type Ask = (command: string, params?: unknown) => Promise<Asked>;

export const scenarioWorld: TestWorldOptions = {
  objects: {
    "helper.md": objectText({ name: "helper" }),
    "other.md": objectText({ name: "other" }),
  },
  tools: [testTool("look", { risk: "read" }), testTool("ask_human")],
  script: ({ messages }) =>
    messages[messages.length - 1]?.content === "ask"
      ? { calls: [{ name: "ask_human", args: { question: "Why? 🙂" } }] }
      : "fine 🙂",
};

/** Returns the commands that were answered and the codes of errors that came. */
export async function playScenario(
  world: TestWorld,
  ask: Ask,
  { hasEvents }: { hasEvents: boolean },
): Promise<void> {
  const answered = new Set<string>();
  const good = async (command: string, params?: unknown): Promise<Record<string, unknown>> => {
    const { type, payload } = await ask(command, params);
    expect(`${command} → ${type}`).toBe(
      `${command} → ${commands[command as keyof typeof commands].reply}`,
    );
    answered.add(command);
    return payload as Record<string, unknown>;
  };
  const bad = async (command: string, params: unknown, code: string) => {
    const { type, payload } = await ask(command, params);
    expect([type, (payload as { code: string }).code, Object.keys(payload as object)]).toEqual([
      "Error",
      code,
      ["code", "message", "details"],
    ]);
  };

  const { prompt_objects } = await good("ListPOs");
  expect((prompt_objects as { name: string }[]).map((one) => one.name)).toEqual([
    "helper",
    "other",
  ]);
  await bad("InspectPO", { po_name: "nobody" }, "po_not_found");
  expect((await good("InspectPO", { po_name: "helper" })).prompt).toBe("You help.");

  const { session } = await good("CreateSession", { po_name: "helper", name: "Grüße" });
  const { session_id } = session as { session_id: string };
  await bad("CreateSession", { po_name: "nobody" }, "po_not_found");
  await bad("GetSession", { session_id: "none" }, "session_not_found");
  expect(((await good("GetSession", { session_id })).session as { name: string }).name).toBe(
    "Grüße",
  );
  await good("RenameSession", { session_id, name: null });
  await bad("RenameSession", { session_id, name: "" }, "invalid_request");
  await good("SwitchSession", { po_name: "helper", session_id });
  await bad("SwitchSession", { po_name: "other", session_id }, "session_mismatch");
  expect(((await good("ListSessions", {})).sessions as unknown[]).length).toBe(1);
  await bad("ListSessions", { limit: "many" }, "invalid_request");

  const message = "a message with 🙂 and \u0001 and \ud83d in it";
  await bad("SendMessage", { po_name: "helper", message: "" }, "invalid_request");
  await bad("SendMessage", { po_name: "other", message, session_id }, "session_mismatch");
  const sent = await good("SendMessage", { po_name: "helper", message, session_id });
  const run = await good("WaitForTurn", { turn_id: sent.turn_id });
  expect([run.status, run.response]).toEqual(["completed", "fine 🙂"]);
  await bad("WaitForTurn", { turn_id: "none" }, "turn_not_found");
  const whole = (await good("GetSession", { session_id })).session as {
    conversation: { content: string }[];
  };
  expect(whole.conversation[0]?.content.toWellFormed()).toBe(message.toWellFormed());
  await good("SearchSessions", { query: "message" });
  await good("GetUsage", { session_id });

  const asking = await good("SendMessage", { po_name: "helper", message: "ask", session_id });
  await world.happened("HumanRequestQueued");
  await bad("WaitForTurn", { turn_id: asking.turn_id, timeout_ms: 1 }, "timeout");
  const { requests } = await good("ListPendingRequests", {});
  const [request] = requests as { request_id: string; question: string }[];
  expect(request?.question).toBe("Why? 🙂");
  const response = { type: "answer", text: "So." };
  await bad("RespondToRequest", { request_id: "none", response }, "request_not_found");
  await good("RespondToRequest", { request_id: request?.request_id, response });
  await bad("RespondToRequest", { request_id: request?.request_id, response }, "already_answered");
  await good("WaitForTurn", { turn_id: asking.turn_id });
  const third = await good("SendMessage", { po_name: "helper", message: "ask", session_id });
  await world.happened("HumanRequestQueued", (row) =>
    JSON.stringify(row.payload).includes(String(third.turn_id)),
  );
  await good("CancelTurn", { turn_id: third.turn_id });
  await bad("CancelTurn", { turn_id: third.turn_id }, "turn_not_found");

  await good("ListTools");
  await good("RunTool", { session_id, name: "look", args: {} });
  await bad("RunTool", { session_id, name: "none", args: {} }, "tool_not_found");
  await good("ListModels");
  await good("ListConnectors");
  await good("GetStatus");
  if (hasEvents) {
    const { subscription_id } = await good("Subscribe", {});
    await good("Unsubscribe", { subscription_id });
    await bad("Unsubscribe", { subscription_id }, "subscription_not_found");
  } else {
    for (const [command, params] of [
      ["Subscribe", {}],
      ["Unsubscribe", { subscription_id: "s" }],
    ] as const) {
      await bad(command, params, "invalid_request");
      answered.add(command);
    }
  }
  await bad("NoSuchCommand", {}, "unknown_command");
  await good("DeleteSession", { session_id });
  await bad("DeleteSession", { session_id }, "session_not_found");
  await good("Shutdown");
  expect(world.shutdowns.length).toBe(1);
  expect([...answered].toSorted()).toEqual(Object.keys(commands).toSorted());
}
