// What a host's model may not say for its human: yes to a program that an object calls, such as an MCP server.
import { describe, expect, test } from "bun:test";
import { openMcpListening } from "../../support/mcp-listening.ts";
import { eras, openPeer } from "../../support/mcp-peers.ts";
import { openPluginFolder } from "../../support/plugin-folder.ts";
import { objectText } from "../../support/world.ts";

const fixture = new URL("../../fixtures/tools/asking-server.ts", import.meta.url).pathname;

/** A turn whose tool, of a server, has just asked whether it may go on. */
async function openAsking(folder: ReturnType<typeof openPluginFolder>) {
  const command = JSON.stringify([process.execPath, fixture, "2026"]);
  folder.manifest("calc", "mode: mcp", "calls: allow", `command: ${command}`);
  const listening = await openMcpListening({
    plugins: folder.path,
    objects: { "helper.md": objectText({ name: "helper", front: "capabilities: ['calc__*']" }) },
    script: ({ messages }) =>
      messages.at(-1)?.role === "tool" ? "Done." : { calls: [{ name: "calc__confirm", args: {} }] },
  });
  const { world } = listening;
  for (let step = 0; step < 2; step += 1) {
    const { plugins } = await world.ask("ListPlugins", {});
    await world.ask("ApprovePlugin", { plugin: "calc", hash: plugins[0]?.hash ?? "" });
  }
  const message = { po_name: "helper", message: "go", session_id: null };
  const { turn_id } = await world.ask("SendMessage", message);
  await world.happened("HumanRequestQueued");
  const { requests } = await world.ask("ListPendingRequests", {});
  return { listening, world, turn_id, request_id: requests[0]?.request_id ?? "" };
}

describe.each(eras)("A host of the era of %s", (era) => {
  test("without forms gives no answer to a server that asks, and is told who does", async () => {
    using folder = openPluginFolder();
    const { listening, world, request_id } = await openAsking(folder);
    await using _ = listening;
    await using peer = await openPeer(era, listening);
    for (const said of [{ text: "(yes)" }, { decision: "approve" }, {}]) {
      const refused = await peer.call("respond_to_request", { request_id, ...said });
      expect([refused.isError, JSON.stringify(refused.content)]).toEqual([
        true,
        expect.stringContaining("forbidden: A program asks this and acts on the answer"),
      ]);
    }
    expect((await world.ask("ListPendingRequests", {})).requests).toHaveLength(1);
    expect(world.rows({ types: ["HumanRequestResponded"] })).toEqual([]);
  });

  test("with forms shows the question to its human, whose words count and not the model's", async () => {
    using folder = openPluginFolder();
    const { listening, world, turn_id, request_id } = await openAsking(folder);
    await using _ = listening;
    const shown: string[] = [];
    const human = (message: string) => {
      shown.push(message);
      return { action: "accept", content: { answer: "(decline)" } };
    };
    await using peer = await openPeer(era, { ...listening, human });
    const said = await peer.call("respond_to_request", { request_id, text: "(yes)" });
    expect(said.structuredContent).toEqual({ request_id, answered: true });
    expect(shown).toEqual([expect.stringContaining("Delete all backups?")]);
    await world.ask("WaitForTurn", { turn_id });
    const [responded] = world.rows({ types: ["HumanRequestResponded"] });
    expect(responded?.payload).toMatchObject({ response: { type: "answer", text: "(decline)" } });
  });
});
