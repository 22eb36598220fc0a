// What a host of the 2026 era carries for us while its human is asked: it counts for the very call it was given for.
import { expect, test } from "bun:test";
import { isObject } from "../../../src/protocol/json.ts";
import { askHumanTool } from "../../../src/tools/ask-human.ts";
import { openMcpListening } from "../../support/mcp-listening.ts";
import { callModern } from "../../support/mcp-wire.ts";
import { openListening } from "../../support/tcp.ts";

const asking = {
  tools: [askHumanTool()],
  script: (_request: unknown, index: number) =>
    index % 2 === 0
      ? { calls: [{ name: "ask_human", args: { question: "Which colour?" } }] }
      : "thank you",
};
const said = { po_name: "helper", message: "ask me" };
const answers = { jamey: { action: "accept", content: { answer: "blue" } } };

const resultOf = ({ message }: { message: Record<string, unknown> }): Record<string, unknown> =>
  isObject(message.result) ? message.result : {};

test("a state counts for the call that it was given for, and for no other", async () => {
  await using listening = await openMcpListening(asking);
  const first = resultOf(await callModern(listening, "send_message", { arguments: said }));
  const { requestState } = first;
  expect([first.resultType, typeof requestState]).toEqual(["input_required", "string"]);
  const { requests } = await listening.world.ask("ListPendingRequests", {});
  const [{ turn_id, request_id } = { turn_id: "", request_id: "" }] = requests;
  const others: [string, object][] = [
    ["send_message", { ...said, message: "ask me something else" }],
    ["send_message", { ...said, session_id: requests[0]?.session_id }],
    ["wait_for_turn", { turn_id }],
    ["respond_to_request", { request_id, text: "red" }],
    ["get_status", {}],
  ];
  for (const [name, args] of others) {
    const given = { arguments: args, requestState, inputResponses: answers };
    const refused = resultOf(await callModern(listening, name, given));
    expect([name, refused.isError, JSON.stringify(refused.content)]).toEqual([
      name,
      true,
      expect.stringContaining("This requestState belongs to another call"),
    ]);
  }
  expect((await listening.world.ask("ListPendingRequests", {})).requests).toEqual(requests);
  expect(listening.world.rows({ types: ["TurnStarted"] })).toHaveLength(1);
  // The bridge names each delivery anew, which changes nothing of what is asked.
  const delivered = { ...said, message_key: "delivery-2" };
  const own = { arguments: delivered, requestState, inputResponses: answers };
  const done = resultOf(await callModern(listening, "send_message", own));
  expect(done.structuredContent).toMatchObject({ status: "completed", response: "thank you" });
  const [responded] = listening.world.rows({ types: ["HumanRequestResponded"] });
  expect(responded?.payload).toMatchObject({ response: { type: "answer", text: "blue" } });
});

test("a state under another key, and one that somebody wrote, is no state at all", async () => {
  await using listening = await openListening({ world: asking });
  const url = `${listening.url}/mcp`;
  const [mine, other] = [await listening.makeKey(), await listening.makeKey()].map(({ text }) => ({
    url,
    headers: { authorization: `Bearer ${text}` },
  }));
  if (!mine || !other) return expect.unreachable();
  const begun = resultOf(await callModern(mine, "send_message", { arguments: said }));
  const { requestState } = begun;
  const given = { arguments: said, inputResponses: answers };
  const [head = "", body = "", mac = ""] = String(requestState).split(".");
  const forged = Buffer.from(body, "base64url").toString().replace(/_q"/, '_x"');
  const tries = [
    { options: other, state: requestState },
    { options: mine, state: [head, Buffer.from(forged).toString("base64url"), mac].join(".") },
    { options: mine, state: "v1.e30.AAAA" },
  ];
  for (const { options, state } of tries) {
    const { message } = await callModern(options, "send_message", {
      ...given,
      requestState: state,
    });
    expect(message.error).toMatchObject({ code: -32_602 });
  }
  const own = resultOf(await callModern(mine, "send_message", { ...given, requestState }));
  expect(own.structuredContent).toMatchObject({ status: "completed" });
});
