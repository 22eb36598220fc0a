// Rules that humans give in answers, and what becomes of questions when nobody is there.
import { describe, expect, test } from "bun:test";
import type { Tool } from "../../src/core/tool.ts";
import { upgradeEvent } from "../../src/protocol/upgrade.ts";
import { testTool } from "../support/test-tools.ts";
import {
  objectText,
  openTestWorld,
  type TestWorld,
  type TestWorldOptions,
} from "../support/world.ts";

const flow = `
description: Asks one object
nodes: [{ id: only, object: my.worker }]
entry: [only]
edges: []
`;

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
        call_hash: request.hash,
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

  test("without a pattern is about exactly the call that was shown, though its words be a pattern", async () => {
    let text = "*";
    await using world = await open({
      script: ({ messages }) =>
        messages.at(-1)?.role === "tool" ? "Done." : { calls: [{ name: "put", args: { text } }] },
    });
    const first = await say(world);
    await answer(world, first.turn_id, { scope: "rule" });
    await world.ask("WaitForTurn", { turn_id: first.turn_id });
    const again = await say(world);
    expect((await world.ask("WaitForTurn", { turn_id: again.turn_id })).status).toBe("completed");
    text = "anything else";
    await asked(world, (await say(world)).turn_id);
  });

  test("without a pattern is no yes to other arguments of the same words, nor in another workspace", async () => {
    let args = { path: "a.txt", content: "one" };
    const write: Tool = { ...put(), check: async () => ({ valid: true, subject: "a.txt" }) };
    await using world = await open({
      tools: [write],
      script: ({ messages }) =>
        messages.at(-1)?.role === "tool" ? "Done." : { calls: [{ name: "put", args }] },
    });
    const first = await say(world);
    await answer(world, first.turn_id, { scope: "rule" });
    await world.ask("WaitForTurn", { turn_id: first.turn_id });
    const same = await say(world);
    expect((await world.ask("WaitForTurn", { turn_id: same.turn_id })).status).toBe("completed");
    const { caller } = world.connect({ client: "cli", workspace: "/tmp" }).connection;
    const message = { po_name: "helper", message: "go", session_id: null };
    const elsewhere = await world.ask("SendMessage", message, caller);
    expect((await asked(world, elsewhere.turn_id)).question).toBe("May helper use put: a.txt");
    args = { path: "a.txt", content: "two" };
    await asked(world, (await say(world)).turn_id);
  });

  test("that an older jamey kept without its call allows nothing, unless it was a pattern", () => {
    const kept = (match: string) => {
      const payload = { tool: "put", match };
      return upgradeEvent({ type: "RuleAdded", type_version: 1, payload }).payload;
    };
    expect(kept("./go")).toMatchObject({ call_hash: "" });
    expect(kept("./go *")).toMatchObject({ call_hash: null });
  });

  test.each([
    ["my.worker", "an object"],
    ["my.flow", "a workflow"],
  ])(
    "and a yes for the session count for %s, which models know by another name: %s",
    async (called) => {
      await using world = await open({
        objects: {
          "helper.md": objectText({
            name: "helper",
            front: `capabilities: [${called}]`,
            body: "You lead.",
          }),
          "my.worker.md": objectText({ name: "my.worker" }),
        },
        workflows: { "my.flow": flow },
        config: { permissions: { [called]: "ask" } },
        script: ({ system, messages, tools }) => {
          if (!system.startsWith("You lead.")) return "I worked.";
          const name = tools.find((one) => one.name.startsWith("my_"))?.name ?? "none";
          const last = messages.findLastIndex((one) => one.role === "user");
          const done = messages.slice(last).filter((one) => one.role === "tool").length;
          return done < 2 ? { calls: [{ name, args: { message: `work; ${done}` } }] } : "Done.";
        },
      });
      const first = await say(world);
      const request = await asked(world, first.turn_id);
      expect(request.question).toBe(`May helper use ${called}: work; 0`);
      await answer(world, first.turn_id, { scope: "rule", match: "work*" });
      expect((await world.ask("WaitForTurn", { turn_id: first.turn_id })).response).toBe("Done.");
      const second = await say(world);
      expect((await world.ask("WaitForTurn", { turn_id: second.turn_id })).response).toBe("Done.");
      const { rules } = await world.ask("ListRules", {});
      expect(rules.map(({ tool, match }) => `${tool}(${match})`)).toEqual([`${called}(work*)`]);
    },
  );

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

  test("ends with its object, and whoever takes the name has none", async () => {
    await using world = await open();
    const rules = async () => (await world.ask("ListRules", {})).rules.map((one) => one.po_name);
    const give = async (po_name: string) => {
      const { turn_id } = await say(world, po_name);
      await answer(world, turn_id, { scope: "rule", match: "*" });
      await world.ask("WaitForTurn", { turn_id });
    };
    await give("helper");
    await give("other");
    await world.ask("DeletePO", { po_name: "helper" });
    expect(await rules()).toEqual(["other"]);
    await world.ask("CreatePO", { text: objectText({ name: "helper" }) });
    await asked(world, (await say(world)).turn_id);
    // Its file goes while nobody looks, and comes back as another object.
    world.crash();
    world.objects.delete("other.md");
    await world.start();
    expect(await rules()).toEqual([]);
    world.objects.set("other.md", objectText({ name: "other" }));
    await asked(world, (await say(world, "other")).turn_id);
  });

  test("follows its object to another name, and no other gets it with the old one", async () => {
    await using world = await open();
    const first = await say(world);
    await answer(world, first.turn_id, { scope: "rule", match: "*" });
    await world.ask("WaitForTurn", { turn_id: first.turn_id });
    await world.ask("RenamePO", { po_name: "helper", new_name: "worker" });
    await world.restart();
    const { rules } = await world.ask("ListRules", {});
    expect(rules.map(({ po_name, rule_id }) => [po_name, rule_id.slice(0, 5)])).toEqual([
      ["worker", "rule_"],
    ]);
    const second = await say(world, "worker");
    expect((await world.ask("WaitForTurn", { turn_id: second.turn_id })).response).toBe("Done.");
    await world.ask("CreatePO", { text: objectText({ name: "helper" }) });
    await asked(world, (await say(world)).turn_id);
    await world.ask("RemoveRule", { rule_id: rules[0]?.rule_id ?? "" });
    expect((await world.ask("ListRules", {})).rules).toEqual([]);
  });

  test.each(["environment", "session/"])(
    "is neither lost nor left behind where the journal refuses its answer in %s",
    async (stream) => {
      await using world = await open();
      const { turn_id } = await say(world);
      const rules = async () => (await world.ask("ListRules", {})).rules.map((one) => one.match);
      await asked(world, turn_id);
      world.refuse((append) =>
        append.stream.startsWith(stream) ? new Error("the disk is full") : undefined,
      );
      expect(codeOf(await answer(world, turn_id, { scope: "rule" }))).toBe("internal");
      world.refuse(undefined);
      expect(await rules()).toEqual([]);
      await answer(world, turn_id, { scope: "rule", match: "{*" });
      await world.ask("WaitForTurn", { turn_id });
      expect(await rules()).toEqual(["{*"]);
    },
  );

  test("that a crash left without its answer is as the next answer says", async () => {
    const given = async (fields: object) => {
      await using world = await open();
      const { turn_id } = await say(world);
      await asked(world, turn_id);
      // The rule is committed, its answer is not, and nobody can undo it.
      world.refuse(({ stream, events }) => {
        const isUndone = events.some((event) => event.type === "RuleRemoved");
        return stream !== "environment" || isUndone ? new Error("the disk is full") : undefined;
      });
      expect(codeOf(await answer(world, turn_id, { scope: "rule", match: "*" }))).toBe("internal");
      world.refuse(undefined);
      await world.restart();
      expect((await world.ask("ListRules", {})).rules.map((one) => one.match)).toEqual(["*"]);
      await answer(world, turn_id, fields);
      return (await world.ask("ListRules", {})).rules.map((one) => one.match);
    };
    expect(await given({ decision: "deny" })).toEqual([]);
    expect(await given({ scope: "rule", match: "{*" })).toEqual(["{*"]);
    expect(await given({ scope: "rule", match: "*" })).toEqual(["*"]);
  });

  test("of the winner is not taken away by whoever answers at the same time", async () => {
    await using world = await open();
    const { turn_id } = await say(world);
    await asked(world, turn_id);
    const given = [{ scope: "rule" }, {}, { decision: "deny" }, { scope: "rule", match: "*" }];
    const answers = await Promise.all(given.map((fields) => answer(world, turn_id, fields)));
    const late = "already_answered";
    expect(answers.map(codeOf)).toEqual([undefined, late, late, late]);
    const kept = world.rows({ types: ["RuleAdded", "RuleRemoved"] });
    expect(kept.map(({ type }) => type)).toEqual(["RuleAdded"]);
  });

  test("is not given for a stale answer", async () => {
    await using world = await open();
    const { turn_id } = await say(world);
    const fields = { scope: "rule", hash: "0".repeat(64) };
    expect(codeOf(await answer(world, turn_id, fields))).toBe("stale_hash");
    expect(world.rows({ types: ["RuleAdded"] })).toEqual([]);
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
