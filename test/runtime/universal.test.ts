// What every object can do without declaring it: what is offered, what is refused, what a human decides,
// and what becomes of a change of an object.
import { describe, expect, test } from "bun:test";
import { UNIVERSAL } from "../../src/core/agent/universal.ts";
import type { Json } from "../../src/protocol/messages.ts";
import { builtInTools } from "../../src/tools/index.ts";
import { lastIsResult, say } from "../support/delegating.ts";
import type { Script } from "../support/test-model.ts";
import {
  objectText,
  openTestWorld,
  type TestWorld,
  type TestWorldOptions,
} from "../support/world.ts";

const lead = objectText({ name: "lead", front: "description: Leads", body: "You lead." });
const writer = objectText({
  name: "writer",
  front: "# by hand\ndescription: Writes\ncapabilities:\n- file_read # reads\n\nmodel: test/two",
  body: "You write.\n\n# Style\n\nBe brief.",
});
const runner = objectText({ name: "runner", front: "capabilities: [shell]", body: "You run." });

const open = (options: TestWorldOptions = {}) =>
  openTestWorld({
    objects: { "lead.md": lead, "writer.md": writer, "runner.md": runner },
    tools: builtInTools(),
    ...options,
  });

/** One call, and then the end. */
const once =
  (name: string, args: Json): Script =>
  (request) =>
    lastIsResult(request) ? "Done." : { calls: [{ name, args }] };

const resultOf = (world: TestWorld): string =>
  world.model.requests.at(-1)?.messages.findLast((one) => one.role === "tool")?.content ?? "";

/** The request that a human has to answer. */
async function waiting(world: TestWorld) {
  await world.happened("HumanRequestQueued");
  const { requests } = await world.ask("ListPendingRequests", {});
  return requests[0] ?? expect.unreachable();
}

const approve = async (world: TestWorld) => {
  const { request_id, hash } = await waiting(world);
  const response = { type: "decision", decision: "approve", hash, scope: "once", reason: null };
  const answer = await world.call("RespondToRequest", { request_id, response });
  expect(answer.payload).toEqual({});
};

const namesOf = (world: TestWorld) => world.model.requests.at(-1)?.tools.map((tool) => tool.name);

describe("U04: the universal capabilities", () => {
  test("are offered to an object that declares nothing, twelve at most", async () => {
    await using world = await open({ script: () => "Hi." });
    await (await say(world)).run();
    expect(namesOf(world)).toEqual([...UNIVERSAL]);
    expect(namesOf(world)?.length).toBeLessThanOrEqual(12);
  });

  test("are switched off by the object's file, all or all but some", async () => {
    const objects = {
      "lead.md": objectText({ name: "lead", front: "universal: false\ncapabilities: [think]" }),
      "some.md": objectText({ name: "some", front: "universal: [get_data, ask_human]" }),
      "odd.md": objectText({ name: "odd", front: "description: odd\nuniversal: [shell]" }),
    };
    await using world = await open({ objects, script: () => "Hi." });
    await (await say(world)).run();
    expect(namesOf(world)).toEqual(["think"]);
    await (await say(world, { po_name: "some" })).run();
    expect(namesOf(world)).toEqual(["get_data", "ask_human"]);
    const { problems } = await world.ask("ListPOs", {});
    expect(problems).toEqual([
      { file: "odd.md", problem: expect.stringMatching(/^odd\.md:4: universal/) },
    ]);
  });

  test("are narrowed by the tools of one message", async () => {
    await using world = await open({ script: () => "Hi." });
    await (await say(world, { settings: { tools: ["think"] } })).run();
    expect(namesOf(world)).toEqual(["think"]);
  });

  test("U03: any other call that was not declared is refused with advice, and runs nothing", async () => {
    const script = once("shell", { command: "touch made" });
    await using world = await open({ script, config: { permissions: { "*": "allow" } } });
    await (await say(world)).run();
    expect(resultOf(world)).toBe(
      `There is no tool 'shell'. You have: ${UNIVERSAL.join(", ")}. If there is one that you need, ` +
        "list_capabilities names it and add_capability asks a human for it.",
    );
    expect(world.rows({ types: ["ToolCallStarted"] })).toEqual([]);
  });

  test("list what may be called, and name what may not", async () => {
    await using world = await open({ script: once("list_capabilities", {}) });
    await (await say(world, { po_name: "writer" })).run();
    const lines = resultOf(world).split("\n");
    expect(lines.map((line) => line.split(":")[0])).toEqual([
      "file_read (tool)",
      ...UNIVERSAL.map((name) => `${name} (universal)`),
      "Not yours (add_capability asks a human for one)",
    ]);
    expect(lines.at(-1)).toEndWith(
      ": shell, file_write, file_edit, file_list, file_search, http_request, spawn_http_server, spawn_connector, stop_connector, lead, runner",
    );
  });

  test("list the objects", async () => {
    const script = once("list_prompt_objects", { matching: "WRIT" });
    await using world = await open({ script });
    await (await say(world)).run();
    expect(resultOf(world)).toBe("writer (idle): Writes [may call: file_read]");
  });

  test("find the object's own sessions, and another's only with a human's yes", async () => {
    const config = { permissions: { query_sessions: "allow" } };
    const script: Script = (request) => {
      if (lastIsResult(request)) return "Done.";
      const said = request.messages.at(-1)?.content ?? "";
      if (said.startsWith("{")) {
        return { calls: [{ name: "query_sessions", args: JSON.parse(said) }] };
      }
      return "I see.";
    };
    await using world = await open({ script, config });
    const mine = await say(world, { message: "the blue whale" });
    await mine.run();
    const theirs = await say(world, { po_name: "writer", message: "the blue parrot" });
    await theirs.run();
    await (await say(world, { message: '{"query": "blue"}' })).run();
    expect(resultOf(world)).toContain(`${mine.session_id} `);
    expect(resultOf(world)).toContain("[blue] whale");
    expect(resultOf(world)).not.toContain("parrot");
    const asking = await say(world, { message: '{"query": "parrot", "po_name": "writer"}' });
    await approve(world);
    await asking.run();
    expect(resultOf(world)).toContain(`${theirs.session_id} `);
  });
});

describe("U05: an object changes an object", () => {
  const edit = (fields: Record<string, Json>) =>
    once("modify_prompt", { reason: "to be kinder", ...fields });

  test("U06: only as a human approved it: the whole difference is shown, and its hash is bound", async () => {
    const script = edit({ name: "runner", operation: "append", content: "Be kind." });
    await using world = await open({ script, config: { permissions: { "*": "allow" } } });
    const { run } = await say(world);
    const request = await waiting(world);
    const { version } = await world.ask("InspectPO", { po_name: "runner" });
    expect(request.question).toBe(
      `May lead use modify_prompt: runner (version ${version.slice(0, 12)}): append\n` +
        "@@ line 7 @@\n+Be kind.\n+",
    );
    expect(world.objects.get("runner.md")).toBe(runner);
    await approve(world);
    await run();
    expect(resultOf(world)).toBe("Changed: runner. It counts from its next turn on.");
    expect(world.objects.get("runner.md")).toBe(`${runner}\nBe kind.\n`);
    const { versions } = await world.ask("ListPOHistory", { po_name: "runner" });
    expect(versions.map(({ author, reason }) => [author, reason])).toEqual([
      ["lead", "to be kinder"],
      ["disk", ""],
    ]);
  });

  test("is refused where it changed meanwhile: another text is another decision", async () => {
    const script = edit({ name: "runner", operation: "append", content: "Be kind." });
    await using world = await open({ script });
    const { run } = await say(world);
    await waiting(world);
    world.objects.set("runner.md", `${runner}And be quick.\n`);
    await approve(world);
    await run();
    expect(resultOf(world)).toStartWith("What was approved has changed: it is now runner (version");
    expect(world.objects.get("runner.md")).toBe(`${runner}And be quick.\n`);
  });

  test("that can only talk needs no human where a rule allows it, itself included", async () => {
    const script = edit({ operation: "replace_section", heading: "# Style", content: "Rhyme." });
    const own = objectText({ name: "lead", front: "description: x", body: "You lead.\n\n# Style" });
    await using world = await open({
      objects: { "lead.md": own },
      script,
      config: { permissions: { modify_prompt: "allow" } },
    });
    await (await say(world)).run();
    expect(world.objects.get("lead.md")).toBe(`${own}\nRhyme.\n`);
    await (await say(world)).run();
    expect(world.model.requests.at(-1)?.system).toStartWith("You lead.\n\n# Style\n\nRhyme.");
    expect(resultOf(world)).toBe("That is what the prompt says now.");
  });

  test("is denied where nobody is there to ask, whatever the rules allow", async () => {
    const script = once("add_capability", { capability: "shell", reason: "to run" });
    await using world = await open({ script, config: { permissions: { "*": "allow" } } });
    await (await say(world, { settings: { on_ask: "deny" } })).run();
    expect(resultOf(world)).toBe(
      "Denied: it needs a human's approval and nobody is there to give it.",
    );
    expect(world.objects.get("lead.md")).toBe(lead);
  });

  test("gets a capability added and taken away, and the rest of its file stays as it was", async () => {
    const script: Script = (request) => {
      if (lastIsResult(request)) return "Done.";
      const name = request.messages.at(-1)?.content ?? "";
      const args = { name: "writer", capability: "lead", reason: "to ask" };
      return { calls: [{ name, args }] };
    };
    await using world = await open({ script });
    const more = await say(world, { message: "add_capability" });
    expect((await waiting(world)).question).toEndWith(
      ": add lead\n@@ line 6 @@\n-- file_read # reads\n+- file_read\n+- lead",
    );
    await approve(world);
    await more.run();
    const listed = writer.replace("- file_read # reads", "- file_read\n- lead");
    expect(world.objects.get("writer.md")).toBe(listed);
    await (await say(world, { po_name: "writer" })).run();
    expect(namesOf(world)?.slice(0, 2)).toEqual(["file_read", "lead"]);
  });

  test("cannot name another environment, a file or what does not exist", async () => {
    for (const [name, args, problem] of [
      ["modify_prompt", { name: "../x", operation: "append", content: "a" }, "Invalid arguments."],
      [
        "modify_prompt",
        { name: "nobody", operation: "append", content: "a" },
        "There is no object",
      ],
      [
        "add_capability",
        { capability: "nothing" },
        "There is no tool, object or workflow 'nothing'.",
      ],
      ["add_capability", { capability: "think" }, "'think' needs no declaration"],
      ["remove_capability", { capability: "shell" }, "'lead' does not declare 'shell': none."],
      [
        "create_object",
        { name: "lead", description: "a", prompt: "a" },
        "There is an object 'lead'",
      ],
    ] as const) {
      await using world = await open({ script: once(name, { ...args, reason: "why" }) });
      await (await say(world)).run();
      expect(resultOf(world)).toStartWith(problem);
    }
  });
});

describe("an object makes an object", () => {
  const made = {
    name: "poet",
    description: 'Says "so": #1',
    prompt: "You rhyme.\n---\ncapabilities: [shell]",
    reason: "rhymes are asked for",
  };

  test("and what stands in its prompt is no front matter", async () => {
    const config = { permissions: { create_object: "allow" } };
    await using world = await open({ script: once("create_object", made), config });
    await (await say(world)).run();
    expect(resultOf(world)).toBe("Made: poet. It answers from now on.");
    expect(await world.ask("InspectPO", { po_name: "poet" })).toMatchObject({
      description: 'Says "so": #1',
      capabilities: [],
      prompt: "You rhyme.\n---\ncapabilities: [shell]",
    });
    const { versions } = await world.ask("ListPOHistory", { po_name: "poet" });
    expect(versions.map(({ author, reason }) => [author, reason])).toEqual([
      ["lead", "rhymes are asked for"],
    ]);
  });

  test("that may call something only with a human's yes to all of its text", async () => {
    const args = { ...made, capabilities: ["shell"] };
    const config = { permissions: { "*": "allow" } };
    await using world = await open({ script: once("create_object", args), config });
    const { run } = await say(world);
    const { question } = await waiting(world);
    expect(question).toBe(
      'May lead use create_object: poet (new)\n---\nname: "poet"\ndescription: "Says \\"so\\": #1"\n' +
        "capabilities:\n  - shell\n---\nYou rhyme.\n---\ncapabilities: [shell]\n",
    );
    expect(world.objects.has("poet.md")).toBe(false);
    await approve(world);
    await run();
    expect(world.objects.has("poet.md")).toBe(true);
  });

  const wake = [{ cron: "0 7 * * *", message: "Rhyme." }];
  test.each([
    ["is woken by itself", { wake }, 'wake: [{"cron":"0 7 * * *","message":"Rhyme."}]'],
    ["is sent a message at each start", { on_start: "Begin." }, 'on_start: "Begin."'],
    ["has rules of its own", { permissions: { think: "allow" } }, 'permissions: {"think":"allow"}'],
  ])("that %s only with a human's yes to exactly that text", async (_what, more, line) => {
    const config = { permissions: { "*": "allow" } } as const;
    const script = once("create_object", { ...made, ...more });
    await using world = await open({ script, config });
    const { run } = await say(world);
    const { request_id, hash, question } = await waiting(world);
    expect(question).toContain(`\n${line}\n---\nYou rhyme.`);
    const other = { type: "decision", decision: "approve", hash: "0".repeat(64), scope: "once" };
    const refused = await world.call("RespondToRequest", { request_id, response: other });
    expect([hash === other.hash, refused.payload]).toMatchObject([false, { code: "stale_hash" }]);
    expect(world.objects.has("poet.md")).toBe(false);
    await approve(world);
    await run();
    expect(world.objects.get("poet.md")).toContain(`\n${line}\n---\n`);
  });

  test("whose wake is none is told why, and nobody is asked", async () => {
    const bad = { ...made, wake: [{ cron: "never", message: "Rhyme." }] };
    await using world = await open({ script: once("create_object", bad) });
    await (await say(world)).run();
    expect(resultOf(world)).toContain("wake");
    expect(world.objects.has("poet.md")).toBe(false);
  });

  test.each(["wake: [{ cron: 0 7 * * *, message: Rhyme. }]", "on_start: Begin."])(
    "changes the prompt of one that acts by itself only with a human's yes: %s",
    async (front) => {
      const poet = objectText({ name: "poet", front, body: "You rhyme." });
      const args = { name: "poet", operation: "append", content: "Be loud.", reason: "why not" };
      await using world = await open({
        objects: { "lead.md": lead, "poet.md": poet },
        script: (request, call) =>
          request.system.startsWith("You lead.")
            ? once("modify_prompt", args)(request, call)
            : "Hi.",
        config: { permissions: { "*": "allow" } },
      });
      const { run } = await say(world);
      expect((await waiting(world)).question).toContain("+Be loud.");
      expect(world.objects.get("poet.md")).toBe(poet);
      await approve(world);
      await run();
      expect(world.objects.get("poet.md")).toContain("Be loud.");
    },
  );

  test("killed between the event and the file: the file is there at the next start, made once", async () => {
    const died = Promise.withResolvers<void>();
    let isMortal = true;
    const before = () => {
      if (!isMortal) return;
      isMortal = false;
      world.crash();
      died.resolve();
      throw new Error("the process is gone");
    };
    const config = { permissions: { create_object: "allow" } };
    await using world: TestWorld = await open({
      script: once("create_object", made),
      config,
      objectFolder: { trash: new Map(), before },
    });
    const { turn_id } = await say(world);
    await died.promise;
    expect(world.objects.has("poet.md")).toBe(false);
    await world.start();
    expect(await world.ask("WaitForTurn", { turn_id })).toMatchObject({ status: "completed" });
    expect(resultOf(world)).toStartWith("Interrupted: it is not known");
    expect(world.objects.get("poet.md")).toContain("You rhyme.");
    expect((await world.ask("ListPOHistory", { po_name: "poet" })).versions.length).toBe(1);
  });
});
