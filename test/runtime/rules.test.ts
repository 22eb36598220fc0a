// Rules that humans give in answers, and what becomes of questions when nobody is there.
import { describe, expect, test } from "bun:test";
import { testTool } from "../support/test-tools.ts";
import {
  objectText,
  openTestWorld,
  type TestWorld,
  type TestWorldOptions,
} from "../support/world.ts";

const put = () => testTool("put", { risk: "write" });

const open = (options: TestWorldOptions = {}, args = { text: "x" }) =>
  openTestWorld({
    tools: [put(), testTool("ask_human")],
    objects: {
      "helper.md": objectText({ name: "helper" }),
      "other.md": objectText({ name: "other" }),
    },
    script: ({ messages }) =>
      messages.at(-1)?.role === "tool" ? "Done." : { calls: [{ name: "put", args }] },
    ...options,
  });

const say = (world: TestWorld, po_name = "helper") =>
  world.ask("SendMessage", { po_name, message: "go", session_id: null });

async function asked(world: TestWorld, turn_id: string) {
  await world.happened(
    "HumanRequestQueued",
    ({ payload }) => "turn_id" in payload && payload.turn_id === turn_id,
  );
  const { requests } = await world.ask("ListPendingRequests", {});
  const found = requests.find((one) => one.turn_id === turn_id);
  if (!found) throw new Error("nothing was asked");
  return found;
}

async function answer(world: TestWorld, turn_id: string, fields: object, caller?: object) {
  const { request_id, hash } = await asked(world, turn_id);
  const response = { type: "decision", decision: "approve", hash, ...fields };
  const from = { ...world.passing(), ...caller };
  return await world.call("RespondToRequest", { request_id, response }, from);
}

const codeOf = ({ payload }: { payload: unknown }) => (payload as { code?: string }).code;

describe("a rule", () => {
  test("given in an answer counts for that object in every session, until it is removed", async () => {
    await using world = await open();
    const first = await say(world);
    const request = await asked(world, first.turn_id);
    await answer(world, first.turn_id, { scope: "rule" });
    await world.ask("WaitForTurn", { turn_id: first.turn_id });
    const { rules } = await world.ask("ListRules", {});
    expect(rules).toEqual([
      {
        rule_id: `rule_${request.request_id}`,
        po_name: "helper",
        tool: "put",
        match: '{"text":"x"}',
        request_id: request.request_id,
        added_by: "api:http:local",
        added_at: rules[0]?.added_at ?? "",
      },
    ]);
    await world.restart();
    const second = await say(world);
    expect((await world.ask("WaitForTurn", { turn_id: second.turn_id })).response).toBe("Done.");
    const elsewhere = await say(world, "other");
    await asked(world, elsewhere.turn_id);
    await world.ask("RemoveRule", { rule_id: rules[0]?.rule_id ?? "" });
    const third = await say(world);
    await asked(world, third.turn_id);
    expect(codeOf(await world.call("RemoveRule", { rule_id: "rule_x" }))).toBe("not_found");
  });

  test("as a pattern that was typed must allow the call that was shown", async () => {
    await using world = await open();
    const { turn_id } = await say(world);
    const refused = await answer(world, turn_id, { scope: "rule", match: '{"path":*' });
    expect(codeOf(refused)).toBe("invalid_request");
    expect((await world.ask("ListRules", {})).rules).toEqual([]);
    await answer(world, turn_id, { scope: "rule", match: '{"text":*' });
    await world.ask("WaitForTurn", { turn_id });
    expect((await world.ask("ListRules", {})).rules.map((one) => one.match)).toEqual(['{"text":*']);
  });

  test("never means exactly a call whose subject would be a pattern", async () => {
    await using world = await open({}, { text: "*" });
    const { turn_id } = await say(world);
    expect(codeOf(await answer(world, turn_id, { scope: "rule" }))).toBe("invalid_request");
    await answer(world, turn_id, { scope: "session" });
    expect((await world.ask("WaitForTurn", { turn_id })).status).toBe("completed");
  });

  test("is given by humans who may administer only, and loses to a rule that denies", async () => {
    await using world = await open({ config: { permissions: { "put(*secret*)": "deny" } } });
    const { turn_id } = await say(world);
    const chatter = { scopes: ["read", "chat"] };
    expect(codeOf(await answer(world, turn_id, { scope: "rule" }, chatter))).toBe("forbidden");
    const agent = { isHuman: false };
    expect(codeOf(await answer(world, turn_id, { scope: "rule" }, agent))).toBe("forbidden");
    await answer(world, turn_id, { scope: "rule", match: "*" });
    await world.ask("WaitForTurn", { turn_id });
    const { rules } = await world.ask("ListRules", {});
    expect(rules.map(({ tool, match }) => `${tool}(${match})`)).toEqual(["put(*)"]);
  });

  test("has one giver: who comes second gives none", async () => {
    await using world = await open();
    const { turn_id } = await say(world);
    const { request_id, hash } = await asked(world, turn_id);
    const decision = { type: "decision", decision: "approve", hash };
    const answers = await Promise.all([
      world.call("RespondToRequest", { request_id, response: decision }),
      world.call("RespondToRequest", { request_id, response: { ...decision, scope: "rule" } }),
    ]);
    expect(answers.map(codeOf)).toEqual([undefined, "already_answered"]);
    expect((await world.ask("ListRules", {})).rules).toEqual([]);
  });
});

describe("when nobody is there", () => {
  const ended = async (when_nobody: string, isThere: boolean): Promise<unknown> => {
    await using world = await open({ config: { requests: { when_nobody } } });
    if (isThere) world.connect();
    const { turn_id } = await say(world);
    if (isThere || when_nobody === "wait") {
      await asked(world, turn_id);
      return "waits";
    }
    const run = await world.ask("WaitForTurn", { turn_id });
    return [run.status, run.denials.length];
  };

  test("a question waits, is denied or fails the turn, as the settings say", async () => {
    expect(await ended("wait", false)).toBe("waits");
    expect(await ended("deny", false)).toEqual(["completed", 1]);
    expect(await ended("fail", false)).toEqual(["failed", 1]);
    expect(await ended("deny", true)).toBe("waits");
    expect(await ended("fail", true)).toBe("waits");
  });

  test("a question has the deadline of the settings, where the limits name none", async () => {
    const seconds = async (config: Record<string, unknown>) => {
      await using world = await open({ config });
      const { turn_id } = await say(world);
      const { created_at, deadline_at } = await asked(world, turn_id);
      return deadline_at === null ? null : (Date.parse(deadline_at) - Date.parse(created_at)) / 1e3;
    };
    const requests = { deadline: 60 };
    expect(await seconds({})).toBe(null);
    expect(await seconds({ requests })).toBe(60);
    expect(await seconds({ requests, limits: { request_deadline_ms: 5_000 } })).toBe(5);
  });
});
