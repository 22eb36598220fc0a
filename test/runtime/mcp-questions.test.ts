// MCP servers that ask while they run for an object: their forms reach the human of the turn, and what they are told.
import { describe, expect, test } from "bun:test";
import type { HumanRequest } from "../../src/protocol/messages.ts";
import { openPluginFolder, type PluginFolder } from "../support/plugin-folder.ts";
import {
  objectText,
  openTestWorld,
  type TestWorld,
  type TestWorldOptions,
} from "../support/world.ts";

const fixture = new URL("../fixtures/tools/asking-server.ts", import.meta.url).pathname;
const eras = ["2025", "2026"] as const;

function serverIn(folder: PluginFolder, era: string, ...lines: string[]): void {
  const command = JSON.stringify([process.execPath, fixture, era]);
  folder.manifest("calc", "mode: mcp", "calls: allow", `command: ${command}`, ...lines);
}

async function open(folder: PluginFolder, tool = "book", more: TestWorldOptions = {}) {
  const world = await openTestWorld({
    plugins: folder.path,
    objects: { "helper.md": objectText({ name: "helper", front: "capabilities: ['calc__*']" }) },
    script: ({ messages }) =>
      messages.at(-1)?.role === "tool" ? "Done." : { calls: [{ name: `calc__${tool}`, args: {} }] },
    ...more,
  });
  for (let step = 0; step < 2; step += 1) {
    const { plugins } = await world.ask("ListPlugins", {});
    await world.ask("ApprovePlugin", { plugin: "calc", hash: plugins[0]?.hash ?? "" });
  }
  return world;
}

const begin = async (world: TestWorld, settings = {}) =>
  await world.ask("SendMessage", { po_name: "helper", message: "go", session_id: null, settings });

/** The first question of these that was queued after this many. */
async function questionOf(
  world: TestWorld,
  fits: (request: HumanRequest) => boolean,
  index: number,
): Promise<HumanRequest> {
  const queued = () =>
    world
      .rows({ types: ["HumanRequestQueued"] })
      // A row of this type holds a request.
      .map(({ payload }) => payload as unknown as HumanRequest)
      .filter(fits);
  await world.happened("HumanRequestQueued", () => queued().length > index);
  return queued()[index] ?? expect.unreachable();
}

const question = async (world: TestWorld, index: number) =>
  await questionOf(world, () => true, index);

async function answer(world: TestWorld, words: string[]): Promise<HumanRequest[]> {
  const asked: HumanRequest[] = [];
  for (const text of words) {
    const request = await question(world, asked.length);
    asked.push(request);
    const { request_id } = request;
    await world.ask("RespondToRequest", { request_id, response: { type: "answer", text } });
  }
  return asked;
}

/** What the tool gave back in the end. */
async function ended(
  world: TestWorld,
  { turn_id, session_id }: { turn_id: string; session_id: string },
) {
  const run = await world.ask("WaitForTurn", { turn_id });
  const { session } = await world.ask("GetSession", { session_id });
  const said = session.conversation.findLast(({ role }) => role === "tool")?.content ?? "";
  return { status: run.status, said };
}

const reasons = (world: TestWorld) =>
  world.rows({ types: ["HumanRequestExpired"] }).map(({ payload }) => Object(payload).reason);

describe.each(eras)("A server of the era of %s", (era) => {
  test("has its form filled in by the human, field by field", async () => {
    using folder = openPluginFolder();
    serverIn(folder, era);
    await using world = await open(folder);
    const turn = await begin(world);
    const words = ["x", "Ada", "7", "2", "First class", "(leave out)", "bike, meal"];
    const asked = await answer(world, words);
    expect(await ended(world, turn)).toEqual({
      status: "completed",
      said: JSON.stringify({
        action: "accept",
        content: { who: "Ada", seats: 2, class: "1st", extras: ["bike", "meal"], window: true },
      }),
    });
    const [first, again, , , choice] = asked;
    expect(first).toMatchObject({
      kind: "question",
      from_po: "helper",
      tool_call: null,
      options: [],
      asked_by: { program: "calc" },
    });
    expect(first?.question).toBe(
      "The MCP server 'calc' asks, while it runs calc__book. What is answered goes to it and is kept in the " +
        "session: tell it no passwords or keys.\n\nWhom do I book for?\n\nName [text, at least 2 characters]\nOr answer: (decline)",
    );
    expect(again?.question).toEndWith(
      "'x' does not fit: it has to be text, at least 2 characters.",
    );
    expect(choice?.options).toEqual(["First class", "Second class", "(decline)"]);
  });

  test("is told that the human declined, and asks nothing further", async () => {
    using folder = openPluginFolder();
    serverIn(folder, era);
    await using world = await open(folder);
    const turn = await begin(world);
    await answer(world, ["Ada", "(decline)"]);
    const { said } = await ended(world, turn);
    expect(said).toBe('{"action":"decline"}');
    expect(world.rows({ types: ["HumanRequestQueued"] })).toHaveLength(2);
  });

  test("is told that nobody answered where the question's time is over", async () => {
    using folder = openPluginFolder();
    serverIn(folder, era);
    const limits = { request_deadline_ms: 50 };
    await using world = await open(folder, "book", { config: { limits } });
    const { said } = await ended(world, await begin(world));
    expect([said, reasons(world)]).toEqual(['{"action":"cancel"}', ["deadline"]]);
  });

  test("is told so at once where nobody is there to be asked", async () => {
    using folder = openPluginFolder();
    serverIn(folder, era);
    await using world = await open(folder);
    const { said } = await ended(world, await begin(world, { on_ask: "deny" }));
    expect([said, world.rows({ types: ["HumanRequestQueued"] })]).toEqual([
      '{"action":"cancel"}',
      [],
    ]);
  });

  test("loses its question with its call: the turn is cancelled, or the daemon is killed", async () => {
    using folder = openPluginFolder();
    serverIn(folder, era);
    await using world = await open(folder);
    const first = await begin(world);
    await question(world, 0);
    await world.ask("CancelTurn", { turn_id: first.turn_id });
    expect((await world.ask("ListPendingRequests", {})).requests).toEqual([]);
    const second = await begin(world);
    const { request_id } = await question(world, 1);
    await world.restart();
    const { said } = await ended(world, second);
    expect(said).toContain("Interrupted: it is not known");
    expect([reasons(world), (await world.ask("ListPendingRequests", {})).requests]).toEqual([
      ["turn_ended", "withdrawn"],
      [],
    ]);
    const late = { request_id, response: { type: "answer", text: "Ada" } };
    const { payload } = await world.call("RespondToRequest", late);
    expect(payload).toMatchObject({ code: "already_answered" });
  });

  test.each([
    ["page", /url|elicitation/i],
    ["sample", /sampling|method not found/i],
  ])("is refused a %s, and the object hears why", async (tool, why) => {
    using folder = openPluginFolder();
    serverIn(folder, era);
    await using world = await open(folder, tool);
    const { status, said } = await ended(world, await begin(world));
    expect([status, said]).toEqual(["completed", expect.stringMatching(why)]);
    expect(world.rows({ types: ["HumanRequestQueued"] })).toEqual([]);
  });
});

test("questions of calls that run at once come where they belong, and so do the answers", async () => {
  using folder = openPluginFolder();
  serverIn(folder, "2026");
  await using world = await open(folder);
  const turns = await Promise.all([begin(world), begin(world), begin(world)]);
  const names = new Map(turns.map(({ session_id }, index) => [session_id, `Guest ${index}`]));
  for (let step = 0; step < 3; step += 1) {
    for (const { session_id } of turns) {
      const of = (one: HumanRequest) => one.session_id === session_id;
      const { request_id, question: words } = await questionOf(world, of, step);
      expect(words).not.toContain("Other calls");
      const text = [names.get(session_id) ?? "", "1", "2nd"][step] ?? "";
      await world.ask("RespondToRequest", { request_id, response: { type: "answer", text } });
    }
  }
  // The rest of each form is left out.
  for (const { session_id } of turns) {
    const of = (one: HumanRequest) => one.session_id === session_id;
    for (const step of [3, 4]) {
      const { request_id } = await questionOf(world, of, step);
      const response = { type: "answer" as const, text: "(leave out)" };
      await world.ask("RespondToRequest", { request_id, response });
    }
  }
  for (const turn of turns) {
    const { said } = await ended(world, turn);
    expect(JSON.parse(said)).toMatchObject({
      content: { who: names.get(turn.session_id), seats: 1, class: "2nd" },
    });
  }
});

test("a question that names no call says so where several run", async () => {
  using folder = openPluginFolder();
  serverIn(folder, "2025");
  await using world = await open(folder);
  const first = await begin(world);
  expect((await question(world, 0)).question).not.toContain("Other calls run there too");
  const second = await begin(world);
  const guessed = await question(world, 1);
  expect([guessed.session_id, guessed.question]).toEqual([
    second.session_id,
    expect.stringContaining("Other calls run there too: it may be about one of them."),
  ]);
  for (const { turn_id } of [first, second]) await world.ask("CancelTurn", { turn_id });
});

test("a question that its server takes back is closed, and the call goes on", async () => {
  using folder = openPluginFolder();
  serverIn(folder, "2025");
  await using world = await open(folder, "doubt");
  const turn = await begin(world);
  await question(world, 0);
  await world.ask("RunTool", { session_id: null, name: "calc__forget", args: {} });
  const { said } = await ended(world, turn);
  expect([said, reasons(world)]).toEqual(['"never mind"', ["withdrawn"]]);
});

test("a server that wants a page opened is not obeyed, and the object hears of the page", async () => {
  using folder = openPluginFolder();
  serverIn(folder, "2025");
  await using world = await open(folder, "pay");
  const { said } = await ended(world, await begin(world));
  expect(said).toBe(
    "calc: it wants a human to open a page first, which jamey does not do: Pay here: https://pay.example/1",
  );
});

test("a server that a human runs a tool of is told that nobody answers", async () => {
  using folder = openPluginFolder();
  serverIn(folder, "2026");
  await using world = await open(folder);
  const { result } = await world.ask("RunTool", {
    session_id: null,
    name: "calc__book",
    args: {},
  });
  expect(result.output).toBe('{"action":"cancel"}');
});
