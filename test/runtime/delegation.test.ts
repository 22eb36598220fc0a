// One object calls another: a session of its own answers the call, and its answer is the call's result.
import { describe, expect, test } from "bun:test";
import type { ModelRequest } from "../../src/core/model.ts";
import type { StoredEventName } from "../../src/protocol/events/index.ts";
import {
  calling,
  childrenOf,
  helper,
  isFor,
  lastIsResult,
  team as objects,
  playing,
  say,
} from "../support/delegating.ts";
import type { Script } from "../support/test-model.ts";
import { testTool } from "../support/test-tools.ts";
import { objectText, openTestWorld, type TestWorld } from "../support/world.ts";

const typesOf = (world: TestWorld, session_id: string, types?: StoredEventName[]) =>
  world.rows({ session_id, ...(types ? { types } : {}) }).map((row) => row.type);

describe("a call of an object", () => {
  test("is answered by a session of its own, and goes on from its answer", async () => {
    const script = playing({
      lead: [calling("helper", "What is it?", "I must know"), "It is blue."],
      help: ["blue"],
    });
    await using world = await openTestWorld({ objects, script });
    const { session_id, run } = await say(world);
    expect(await run()).toMatchObject({ status: "completed", response: "It is blue." });
    const [child] = await childrenOf(world, session_id);
    expect(child).toMatchObject({
      po_name: "helper",
      source: "delegation",
      parent: { session_id, root_session_id: session_id, chain: ["lead"], reason: "I must know" },
    });
    expect(typesOf(world, session_id)).toEqual([
      "SessionCreated",
      "MessageQueued",
      "TurnStarted",
      "MessageAdded",
      "ModelCallStarted",
      "UsageRecorded",
      "MessageAdded",
      "ToolCallStarted",
      "DelegationStarted",
      "ChildUsageRecorded",
      "DelegationCompleted",
      "ToolCallCompleted",
      "MessageAdded",
      "ModelCallStarted",
      "UsageRecorded",
      "MessageAdded",
      "TurnCompleted",
    ]);
  });

  test("tells the other who calls and why, in its prompt and not as a human's words", async () => {
    const script = playing({
      lead: [calling("helper", "What is it?", "I must know"), "Blue."],
      help: ["blue"],
    });
    await using world = await openTestWorld({ objects, script });
    await (await say(world)).run();
    const asked = world.model.requests.find((request) => isFor("help", request));
    expect(asked?.messages.map(({ role, content }) => [role, content])).toEqual([
      ["user", "What is it?"],
    ]);
    expect(asked?.system).toBe(
      [
        "You help.",
        "",
        "You are helper, and another agent calls you. No human reads this conversation.",
        '- Caller: lead ("Leads the work")',
        "- Chain of calls: lead → helper",
        '- Why: "I must know"',
        "Your last answer goes back to the caller as the result of its call: make it complete in itself.",
        "",
        `Your tools work in the folder ${world.folder}.`,
      ].join("\n"),
    );
  });

  test("tells it nothing where its file wants no preamble", async () => {
    const silent = objectText({ name: "helper", front: "preamble: false", body: "You help." });
    const script = playing({ lead: [calling("helper", "What?"), "Blue."], help: ["blue"] });
    await using world = await openTestWorld({
      objects: { ...objects, "helper.md": silent },
      script,
    });
    await (await say(world)).run();
    const asked = world.model.requests.find((request) => isFor("help", request));
    expect(asked?.system).not.toContain("another agent");
  });

  test("is offered with the other's description, under a name that vendors take", async () => {
    const odd = objectText({ name: "пиши.вот", front: "description: Writes", body: "You write." });
    const front = "capabilities: [helper, пиши.вот, nobody]";
    await using world = await openTestWorld({
      objects: {
        "helper.md": helper,
        "odd.md": odd,
        "lead.md": objectText({ name: "lead", front, body: "You lead." }),
      },
      script: (request) => {
        if (isFor("write", request)) return "written";
        const name = request.tools[1]?.name ?? "";
        return lastIsResult(request) ? "Done." : calling(name, "Write.");
      },
    });
    const { session_id, run } = await say(world);
    expect(await run()).toMatchObject({ status: "completed", response: "Done." });
    const [first] = world.model.requests;
    expect(first?.tools.map(({ name, description }) => [name, description])).toEqual([
      ["helper", "Ask the agent helper: Helps"],
      [expect.stringMatching(/^[A-Za-z0-9_-]+$/), "Ask the agent пиши.вот: Writes"],
    ]);
    expect((await childrenOf(world, session_id)).map((child) => child.po_name)).toEqual([
      "пиши.вот",
    ]);
  });

  test("of an object that is no capability is refused with what there is, and never made", async () => {
    const script: Script = (request) =>
      lastIsResult(request) ? "Then not." : calling("stranger", "Hello?");
    const stranger = objectText({ name: "stranger", front: "capabilities: []" });
    await using world = await openTestWorld({
      objects: { ...objects, "stranger.md": stranger },
      script,
    });
    const { session_id, run } = await say(world);
    expect(await run()).toMatchObject({ status: "completed", response: "Then not." });
    const results = world.model.requests.at(-1)?.messages.filter(({ role }) => role === "tool");
    expect(results?.map(({ content }) => content)).toEqual([
      "There is no tool 'stranger'. You have: helper, critic.",
    ]);
    expect(await childrenOf(world, session_id)).toEqual([]);
  });

  test("with arguments that ask nothing is refused, and the model may try again", async () => {
    const script: Script = ({ messages }) =>
      lastIsResult({ messages } as ModelRequest)
        ? "Done."
        : { calls: [{ name: "helper", args: { message: " " } }] };
    await using world = await openTestWorld({ objects, script });
    const { session_id, run } = await say(world);
    expect(await run()).toMatchObject({ status: "completed" });
    expect(typesOf(world, session_id)).not.toContain("ToolCallStarted");
  });

  test("that a rule denies is not made", async () => {
    const front = "capabilities: [helper]\npermissions: { helper: deny }";
    const script = playing({ lead: [calling("helper", "What?"), "Then not."] });
    await using world = await openTestWorld({
      objects: {
        "helper.md": helper,
        "lead.md": objectText({ name: "lead", front, body: "You lead." }),
      },
      script,
    });
    const { session_id, run } = await say(world);
    expect(await run()).toMatchObject({
      status: "completed",
      denials: [{ tool: "helper", subject: "What?" }],
    });
    expect(await childrenOf(world, session_id)).toEqual([]);
  });
});

describe("an object that fails", () => {
  test("is a failed call of its caller, which goes on; both are told", async () => {
    const script: Script = (request) => {
      if (isFor("help", request)) return { fail: "provider_refused" };
      return lastIsResult(request) ? "It failed." : calling("helper", "What?");
    };
    await using world = await openTestWorld({ objects, script });
    const { session_id, run } = await say(world);
    expect(await run()).toMatchObject({ status: "completed", response: "It failed." });
    const [ended] = world.rows({ session_id, types: ["DelegationCompleted"] });
    expect(ended?.payload).toMatchObject({
      po_name: "helper",
      success: false,
      error: { code: "provider_refused" },
    });
    expect(world.model.requests.at(-1)?.messages.at(-1)?.content).toBe(
      "helper gave no answer: test: provider_refused",
    );
  });
});

describe("calls that go in circles or too deep", () => {
  test("end as an error of the tool that names the chain", async () => {
    const script: Script = (request) => {
      if (isFor("help", request)) {
        return lastIsResult(request) ? "I do it myself." : calling("lead", "You do it!");
      }
      return lastIsResult(request) ? "Good." : calling("helper", "Do it!");
    };
    await using world = await openTestWorld({ objects, script });
    const { session_id, run } = await say(world);
    expect(await run()).toMatchObject({ status: "completed", response: "Good." });
    const [child] = await childrenOf(world, session_id);
    const told = world
      .rows({ session_id: child?.session_id ?? "", types: ["MessageAdded"] })
      .flatMap((row) => (row.type === "MessageAdded" && row.payload.role === "tool" ? [row] : []))
      .map((row) => row.payload.content);
    expect(told).toEqual([
      "Not called: lead waits for this answer already (lead → helper → lead). Answer yourself.",
    ]);
    expect(await childrenOf(world, child?.session_id ?? "")).toEqual([]);
  });

  test("are as deep as the root allows, whatever those below allow themselves", async () => {
    const deep = objectText({
      name: "helper",
      front: "capabilities: [critic]\nlimits: { max_delegation_depth: 9 }",
      body: "You help.",
    });
    const script: Script = (request) => {
      if (lastIsResult(request)) return request.messages.at(-1)?.content ?? "";
      return calling(isFor("help", request) ? "critic" : "helper", "Go on.");
    };
    await using world = await openTestWorld({
      objects: { ...objects, "helper.md": deep },
      config: { limits: { max_delegation_depth: 1 } },
      script,
    });
    const { run } = await say(world);
    expect((await run()).response).toBe(
      "Not called: lead → helper is as deep as calls may go (max_delegation_depth). Answer yourself.",
    );
  });

  test("are as many in one turn as it may make", async () => {
    const script: Script = (request) =>
      isFor("help", request)
        ? "yes"
        : lastIsResult(request)
          ? "Done."
          : { calls: ["a", "b", "c"].map((message) => ({ name: "helper", args: { message } })) };
    await using world = await openTestWorld({
      objects,
      config: { limits: { max_delegations: 2 } },
      script,
    });
    const { session_id, run } = await say(world);
    await run();
    expect(await childrenOf(world, session_id)).toHaveLength(2);
    expect(world.model.requests.at(-1)?.messages.at(-1)?.content).toContain("max_delegations");
  });
});

describe("calls at once", () => {
  test("run beside each other in sessions of their own; results come in the order asked", async () => {
    const script: Script = (request) => {
      if (isFor("help", request)) return undefined;
      return lastIsResult(request)
        ? "Done."
        : { calls: ["a", "b", "c"].map((message) => ({ name: "helper", args: { message } })) };
    };
    await using world = await openTestWorld({ objects, script });
    const { session_id, run } = await say(world);
    const open = [await world.model.next(), await world.model.next(), await world.model.next()];
    // All three wait now; they are answered in another order than they were asked.
    for (const call of open.toReversed()) {
      expect(call.request.messages).toHaveLength(1);
      call.answer(`answer to ${call.request.messages[0]?.content}`);
    }
    await run();
    const results = world.model.requests.at(-1)?.messages.filter(({ role }) => role === "tool");
    expect(results?.map(({ content }) => content)).toEqual([
      "answer to a",
      "answer to b",
      "answer to c",
    ]);
    const children = await childrenOf(world, session_id);
    expect(children).toHaveLength(3);
    for (const child of children) expect(child.message_count).toBe(2);
  });

  test("offer nothing that the caller of the turn did not offer, however deep", async () => {
    await using world = await openTestWorld({
      objects: {
        "lead.md": objectText({
          name: "lead",
          front: "capabilities: [helper, look]",
          body: "You lead.",
        }),
        "helper.md": objectText({
          name: "helper",
          front: "capabilities: [critic, look, put]",
          body: "You help.",
        }),
        "critic.md": objectText({
          name: "critic",
          front: "capabilities: [look, put]",
          body: "You judge.",
        }),
      },
      tools: [testTool("look"), testTool("put")],
      script: playing({
        lead: [calling("helper", "Help."), "Led."],
        help: [calling("critic", "Judge."), "Helped."],
        judge: ["Judged."],
      }),
    });
    const offered = async (tools: string[] | null) => {
      const from = world.model.requests.length;
      const { run } = await say(world, { settings: { tools } });
      expect((await run()).response).toBe("Led.");
      const asked = world.model.requests.slice(from, from + 3);
      return asked.map((one) => one.tools.map((tool) => tool.name));
    };
    expect(await offered(["helper", "critic", "look"])).toEqual([
      ["helper", "look"],
      ["critic", "look"],
      ["look"],
    ]);
    expect(await offered(null)).toEqual([
      ["helper", "look"],
      ["critic", "look", "put"],
      ["look", "put"],
    ]);
  });

  test("are never more than tools may run at once", async () => {
    const script: Script = (request) => {
      if (isFor("help", request)) return undefined;
      return lastIsResult(request)
        ? "Done."
        : { calls: ["a", "b", "c"].map((message) => ({ name: "helper", args: { message } })) };
    };
    await using world = await openTestWorld({
      objects,
      config: { limits: { max_parallel_tools: 2 } },
      script,
    });
    const { session_id, run } = await say(world);
    const first = await world.model.next();
    const second = await world.model.next();
    expect(await childrenOf(world, session_id)).toHaveLength(2);
    first.answer("one");
    second.answer("two");
    (await world.model.next()).answer("three");
    expect(await run()).toMatchObject({ status: "completed", response: "Done." });
  });

  test("wait for no place of their own: whoever called holds one", async () => {
    const script = playing({ lead: [calling("helper", "What?"), "Blue."], help: ["blue"] });
    await using world = await openTestWorld({ objects, config: { max_running_turns: 1 }, script });
    expect(await (await say(world)).run()).toMatchObject({ status: "completed" });
  });
});
