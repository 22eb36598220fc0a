// Tools of an environment that misbehave, in a whole daemon: stopped, cut, told, and the session goes on.
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "../../src/protocol/messages.ts";
import { openPluginFolder } from "../support/plugin-folder.ts";
import { isAlive } from "../support/processes.ts";
import { objectText, openTestWorld } from "../support/world.ts";

/** A turn that calls the tool, which was approved by hand, and what the model was told of it. */
async function play(script: string, ...manifest: string[]) {
  using folder = openPluginFolder();
  folder.tool("odd", `echo $$ > ${folder.path}/pid\n${script}`, "calls: allow", ...manifest);
  const args: Json = {};
  await using world = await openTestWorld({
    plugins: folder.path,
    objects: { "helper.md": objectText({ name: "helper", front: "capabilities: [odd]" }) },
    script: ({ messages }) =>
      messages.at(-1)?.role === "tool" ? "Done." : { calls: [{ name: "odd", args }] },
  });
  const { plugins } = await world.ask("ListPlugins", {});
  await world.ask("ApprovePlugin", { plugin: "odd", hash: plugins[0]?.hash ?? "" });
  const say = async (session_id: string | null) => {
    const sent = await world.ask("SendMessage", { po_name: "helper", message: "go", session_id });
    return await world.ask("WaitForTurn", { turn_id: sent.turn_id });
  };
  const { session_id, status, response } = await say(null);
  const { session } = await world.ask("GetSession", { session_id });
  const again = await say(session_id);
  const [completed] = world.rows({ types: ["ToolCallCompleted"] });
  if (completed?.type !== "ToolCallCompleted") throw new Error("the tool was not called");
  return {
    turns: [status, response, again.status],
    output: session.conversation.find(({ role }) => role === "tool")?.content ?? "",
    outcome: completed.payload.outcome,
    bytes: completed.payload.output_bytes,
    isLeft: isAlive(Number(readFileSync(join(folder.path, "pid"), "utf8"))),
  };
}

const wentOn = { turns: ["completed", "Done.", "completed"], isLeft: false };

test("one that prints without end is stopped at its time, and of what it said little is kept", async () => {
  const played = await play("exec yes", "timeout_ms: 300", "max_output_bytes: 1000");
  expect(played).toMatchObject({ ...wentOn, outcome: "timed_out" });
  expect(played.output.length).toBeLessThan(3_000);
  expect(played.bytes).toBeGreaterThan(1_000);
});

test("one that sleeps for ever and ignores that it is to stop is stopped", async () => {
  const script = "trap '' TERM\nwhile :; do sleep 1; done";
  const played = await play(script, "timeout_ms: 100");
  expect(played).toMatchObject({ ...wentOn, outcome: "timed_out" });
});

test("one that crashes is a failure with its signal, and nothing else ends", async () => {
  const played = await play("echo begun; kill -SEGV $$");
  expect(played).toMatchObject({ ...wentOn, outcome: "failed" });
  expect(played.output).toContain("begun");
  expect(played.output).toContain("killed by SIGSEGV");
});

test("what is no UTF-8 in its output is replaced, the rest is there byte for byte", async () => {
  const played = await play("printf 'ü\\n \\377\\tend\\n\\n'");
  expect(played).toMatchObject({ ...wentOn, outcome: "completed", output: "ü\n \ufffd\tend\n\n" });
});
