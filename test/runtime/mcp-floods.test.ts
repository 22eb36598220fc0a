// MCP servers that ask too much, or for what nobody should tell them: no human is asked, and the object hears why.
import { expect, test } from "bun:test";
import { openPluginFolder, type PluginFolder } from "../support/plugin-folder.ts";
import { objectText, openTestWorld, type TestWorld } from "../support/world.ts";

const fixture = new URL("../fixtures/tools/asking-server.ts", import.meta.url).pathname;

/** What its tool `crowd` asks at once. */
const FORMS = 20;

/** A turn that calls one tool of the server. */
async function begin(folder: PluginFolder, { era, tool }: { era: string; tool: string }) {
  const command = JSON.stringify([process.execPath, fixture, era]);
  folder.manifest("calc", "mode: mcp", "calls: allow", `command: ${command}`);
  const world = await openTestWorld({
    plugins: folder.path,
    objects: { "helper.md": objectText({ name: "helper", front: "capabilities: ['calc__*']" }) },
    script: ({ messages }) =>
      messages.at(-1)?.role === "tool" ? "Done." : { calls: [{ name: `calc__${tool}`, args: {} }] },
  });
  for (let step = 0; step < 2; step += 1) {
    const { plugins } = await world.ask("ListPlugins", {});
    await world.ask("ApprovePlugin", { plugin: "calc", hash: plugins[0]?.hash ?? "" });
  }
  const message = { po_name: "helper", message: "go", session_id: null };
  return { world, ...(await world.ask("SendMessage", message)) };
}

async function heard(
  world: TestWorld,
  { turn_id, session_id }: { turn_id: string; session_id: string },
): Promise<string> {
  await world.ask("WaitForTurn", { turn_id });
  const { session } = await world.ask("GetSession", { session_id });
  return session.conversation.findLast(({ role }) => role === "tool")?.content ?? "";
}

const queued = (world: TestWorld) => world.rows({ types: ["HumanRequestQueued"] });

test("forms with choices longer than can be shown are refused before they are kept", async () => {
  using folder = openPluginFolder();
  const { world, ...turn } = await begin(folder, { era: "2025", tool: "flood" });
  await using _ = world;
  const why = "a choice of the field one has 900000 characters; at most 500 can be shown";
  const said = await heard(world, turn);
  const [answers = "", told] = said.split("\n");
  const each = expect.stringContaining(why);
  expect([JSON.parse(answers), told, queued(world)]).toEqual([
    [each, each, each],
    `[not asked of the human: ${why}]`,
    [],
  ]);
});

test("many forms at once are asked one after the other, and those beyond the limit are refused", async () => {
  using folder = openPluginFolder();
  const { world, ...turn } = await begin(folder, { era: "2025", tool: "crowd" });
  await using _ = world;
  const said = heard(world, turn);
  // How many the server has sent when the first is answered is its own matter: what is refused is not asked.
  for (let asked = 1; asked <= FORMS; asked += 1) {
    const next = world.happened("HumanRequestQueued", () => queued(world).length >= asked);
    if (await Promise.race([said.then(() => true), next.then(() => false)])) break;
    const { requests } = await world.ask("ListPendingRequests", {});
    expect(requests).toHaveLength(1);
    const request_id = requests[0]?.request_id ?? "";
    const response = { type: "answer" as const, text: "(decline)" };
    await world.ask("RespondToRequest", { request_id, response });
  }
  const [text = "", told] = (await said).split("\n");
  const answers: string[] = JSON.parse(text);
  const refused = answers.filter((answer) => answer !== "decline");
  const why = "16 questions are open already: ask again when one is answered";
  expect(refused).toEqual(refused.map(() => expect.stringContaining(why)));
  expect([answers.length, answers.length - refused.length, told]).toEqual([
    FORMS,
    queued(world).length,
    undefined,
  ]);
  expect(queued(world).length).toBeGreaterThanOrEqual(16);
});

test.each(["2025", "2026"])(
  "a form of the era of %s that asks for a secret is refused, and the object hears why",
  async (era) => {
    using folder = openPluginFolder();
    const { world, ...turn } = await begin(folder, { era, tool: "fish" });
    await using _ = world;
    const why =
      "the field value asks for a secret: a form never does, and jamey does not ask its human for it";
    expect([await heard(world, turn), queued(world)]).toEqual([expect.stringContaining(why), []]);
  },
);
