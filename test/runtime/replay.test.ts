// What happened in a session: walked with those it called, seen as it was, kept as a script; and exports with
// the calls inline.
import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sessionDocument } from "../../src/protocol/messages.ts";
import { openModel } from "../../src/providers/index.ts";
import { createScriptedModels } from "../../src/runtime/models.ts";
import { calling, playing, say, team } from "../support/delegating.ts";
import { testTool } from "../support/test-tools.ts";
import { objectText, openTestWorld, type TestWorld } from "../support/world.ts";

const script = playing({
  lead: [calling("helper", "Help me."), "The helper says: done."],
  help: [{ text: "Done.", usage: { input_tokens: 11, output_tokens: 7 } }],
});

async function openPlayed() {
  const world = await openTestWorld({ objects: team, script });
  const { session_id, turn_id, run } = await say(world);
  await run();
  return { world, session_id, turn_id };
}

const walk = async (world: TestWorld, session_id: string, limit: number) => {
  const steps: { seq: number; depth: number; po_name: string; event_type: string }[] = [];
  for (let after: number | null = 0; after !== null; ) {
    const page: { steps: typeof steps; next_after: number | null } = await world.ask(
      "ReplaySession",
      { session_id, after, limit },
    );
    steps.push(...page.steps);
    after = page.next_after;
  }
  return steps;
};

describe("ReplaySession", () => {
  test("tells the events of a session and of those it called in their order, whatever the page", async () => {
    const { world, session_id } = await openPlayed();
    await using _ = world;
    await say(world, { po_name: "critic" });
    const whole = await walk(world, session_id, 1000);
    const kept = world.rows().filter(({ payload }) => {
      const of = "session_id" in payload ? payload.session_id : "";
      return whole.some((step) => "session_id" in step && step.session_id === of);
    });
    expect(whole.map(({ seq }) => seq)).toEqual(
      kept.filter(({ stream }) => stream.startsWith("session/")).map(({ seq }) => seq),
    );
    expect(new Set(whole.map(({ po_name, depth }) => `${po_name} ${depth}`))).toEqual(
      new Set(["lead 0", "helper 1"]),
    );
    expect(await walk(world, session_id, 1)).toEqual(whole);
    const none = await world.call("ReplaySession", { session_id: "none" });
    expect(none.payload).toMatchObject({ code: "session_not_found" });
  });
});

describe("GetSessionAt", () => {
  test("shows the messages, the turn and the open calls as they were then", async () => {
    const { world, session_id } = await openPlayed();
    await using _ = world;
    const steps = await walk(world, session_id, 1000);
    const begun = steps.find((step) => step.event_type === "DelegationStarted")?.seq ?? 0;
    const during = await world.ask("GetSessionAt", { session_id, seq: begun });
    expect(during.messages.map(({ role, content }) => [role, content])).toEqual([
      ["user", "Go."],
      ["assistant", ""],
    ]);
    expect([during.seq, during.turn?.model, during.calls.map(({ name }) => name)]).toEqual([
      begun,
      "test/one",
      ["helper"],
    ]);
    const end = await world.ask("GetSessionAt", { session_id, seq: 1_000_000 });
    const { session } = await world.ask("GetSession", { session_id });
    expect([end.turn, end.calls, end.messages]).toEqual([null, [], session.conversation]);
    const before = await world.call("GetSessionAt", { session_id, seq: 0 });
    expect(before.payload).toMatchObject({ code: "session_not_found" });
  });
});

describe("RecordTurn", () => {
  test("keeps every model's answer of the tree as a script that plays the same turn again", async () => {
    const { world, turn_id, session_id } = await openPlayed();
    await using _ = world;
    const recorded = await world.ask("RecordTurn", { turn_id, name: "go\n- text: no" });
    expect([recorded.steps, recorded.warnings]).toEqual([3, []]);
    const steps = Bun.YAML.parse(recorded.text) as Record<string, unknown>[];
    const args = { message: "Help me.", reason: "to know" };
    const used = { usage: { input_tokens: 10, output_tokens: 5 } };
    expect(steps.map(({ usage: _usage, ...step }) => step)).toEqual([
      { object: "helper", when: "Help me.", after: 0, text: "Done." },
      { object: "lead", when: "Go.", after: 0, tool_calls: [{ name: "helper", args }] },
      { object: "lead", when: "Go.", after: 1, text: "The helper says: done." },
    ]);
    expect(steps[0]?.usage).toEqual({ input_tokens: 11, output_tokens: 7 });
    expect(steps[1]?.usage).toEqual(used.usage);
    const folder = mkdtempSync(join(tmpdir(), "jamey-cassette-"));
    writeFileSync(join(folder, "go.yml"), recorded.text);
    await using again = await openTestWorld({
      objects: team,
      models: { open: (name) => openModel(name, { folder, variable: () => undefined }) },
    });
    const { run, session_id: copy } = await say(again, { settings: { model: "scripted/go.yml" } });
    expect((await run()).response).toBe("The helper says: done.");
    const shape = async (one: TestWorld, id: string) =>
      (await walk(one, id, 1000))
        .filter((step) => step.event_type === "MessageAdded")
        .map(({ po_name, depth }) => [po_name, depth]);
    expect(await shape(again, copy)).toEqual(await shape(world, session_id));
    rmSync(folder, { recursive: true });
  });

  test("keeps different answers to the same message and plays them in their order", async () => {
    const body = objectText({
      name: "team",
      front: "mode: workflow\ngroup: {workflow: twice}",
      body: "You team.",
    });
    const objects = { "team.md": body, "helper.md": objectText({ name: "helper" }) };
    const workflows = {
      twice:
        "nodes:\n  - {id: a, object: helper, prompt: Look.}\n  - {id: b, object: helper, prompt: Look.}\nedges:\n  - {from: a, to: b}\n",
    };
    await using world = await openTestWorld({
      objects,
      workflows,
      script: (_request, index) => `Answer ${index}`,
    });
    const first = await say(world, { po_name: "team" });
    expect((await first.run()).response).toBe("Answer 1");
    const recorded = await world.ask("RecordTurn", { turn_id: first.turn_id });
    expect([recorded.steps, recorded.warnings]).toEqual([2, []]);
    const models = await createScriptedModels({ text: recorded.text, path: "turn.yml" });
    await using again = await openTestWorld({ objects, workflows, models });
    const second = await say(again, { po_name: "team" });
    expect((await second.run()).response).toBe("Answer 1");
    const said = async (one: TestWorld, id: string) =>
      (await walk(one, id, 1000)).filter(({ event_type }) => event_type === "MessageAdded").length;
    expect(await said(again, second.session_id)).toBe(await said(world, first.session_id));
  });

  test("plays a turn that was steered, and says that nobody steers it again", async () => {
    const objects = { "helper.md": objectText({ name: "helper", front: "capabilities: [look]" }) };
    const tools = [testTool("look")];
    await using world = await openTestWorld({ objects, tools });
    const { turn_id, session_id, run } = await say(world, { po_name: "helper" });
    const call = await world.model.next();
    const steer = { po_name: "helper", message: "Also.", session_id, delivery: "steer" as const };
    await world.ask("SendMessage", steer);
    call.answer({ calls: [{ name: "look", args: { text: "q" } }] });
    (await world.model.next()).answer("Done.");
    await run();
    const recorded = await world.ask("RecordTurn", { turn_id });
    expect(recorded.warnings).toEqual([
      "A message was sent while the turn ran: nobody sends it when the script plays, which may end earlier.",
    ]);
    await using again = await openTestWorld({
      objects,
      tools,
      models: await createScriptedModels({ text: recorded.text, path: "turn.yml" }),
    });
    const second = await say(again, { po_name: "helper" });
    expect(await second.run()).toMatchObject({ status: "completed", response: "Done." });
  });

  test("says what the script does not have", async () => {
    let asked = 0;
    await using world = await openTestWorld({
      config: { limits: { retry_base_ms: 1 } },
      script: () => {
        asked += 1;
        return asked === 1 ? { fail: "provider_unavailable" } : "At last.";
      },
    });
    const { turn_id, run } = await say(world, { po_name: "helper" });
    await run();
    const { warnings, steps } = await world.ask("RecordTurn", { turn_id });
    expect([steps, warnings]).toEqual([1, ["A model call failed: failures are not recorded."]]);
  });
});

describe("an export", () => {
  test("has the calls of other objects inline in Markdown, and carries them in JSON", async () => {
    const { world, session_id } = await openPlayed();
    await using _ = world;
    const markdown = await world.ask("ExportSession", { session_id, format: "markdown" });
    const quoted = markdown.text.split("\n").filter((line) => line.startsWith(">"));
    expect(quoted.filter((line) => /Help me|Done|helper/.test(line)).length).toBeGreaterThan(2);
    const asked = markdown.text.indexOf("Calls `helper`");
    expect(asked).toBeLessThan(markdown.text.indexOf("> **helper**"));
    const { text } = await world.ask("ExportSession", { session_id, format: "json" });
    const document = sessionDocument.parse(JSON.parse(text));
    const [call] = document.delegations;
    expect([
      call?.po_name,
      call?.parent_session_id,
      call?.messages.map((one) => one.content),
    ]).toEqual(["helper", session_id, ["Help me.", "Done."]]);
    expect(document.messages[1]?.tool_calls[0]?.id).toBe(call?.call_id ?? "none");
    const { session } = await world.ask("ImportSession", { document });
    expect(session.conversation.length).toBe(document.messages.length);
  });
});

describe("a fork onto another model", () => {
  test("answers with that model, also its own fork, and where a message names none", async () => {
    await using world = await openTestWorld({ script: () => "ok" });
    const { session_id, run } = await say(world, { po_name: "helper" });
    await run();
    const { session } = await world.ask("ForkSession", { session_id, model: "test/other" });
    const second = await world.ask("ForkSession", { session_id: session.session_id });
    const modelIn = async (id: string, settings = {}) => {
      const sent = { po_name: "helper", message: "On.", session_id: id, settings };
      const { turn_id } = await world.ask("SendMessage", sent);
      return (await world.ask("WaitForTurn", { turn_id })).model;
    };
    expect([
      await modelIn(session.session_id),
      await modelIn(second.session.session_id),
      await modelIn(session.session_id, { model: "test/third" }),
      await modelIn(session_id),
    ]).toEqual(["test/other", "test/other", "test/third", "test/one"]);
  });
});
