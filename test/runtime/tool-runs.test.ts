// A tool that runs is the one that was approved, and it falls silent when its turn ends.
import { describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Model } from "../../src/core/model.ts";
import type { ToolContext } from "../../src/core/tool.ts";
import { fileSearchTool } from "../../src/tools/file-search.ts";
import { subscribe } from "../support/following.ts";
import { heldRun, testTool } from "../support/test-tools.ts";
import { objectText, openTestWorld, type TestWorld } from "../support/world.ts";

const send = (world: TestWorld) =>
  world.ask("SendMessage", { po_name: "helper", message: "go", session_id: null });

const callsPut = ({ messages }: { messages: readonly { role: string; content: string }[] }) => {
  const last = messages[messages.length - 1];
  return last?.role === "tool"
    ? `It said: ${last.content}`
    : { calls: [{ name: "put", args: { path: "link" } }] };
};

describe("a call that a human approved", () => {
  /** A call of `put` that was approved while its path led to `approved.txt`. */
  async function approve(meanwhile: string) {
    let target = "approved.txt";
    const plain = testTool("put", { risk: "write" });
    const check = async () => await Promise.resolve({ valid: true as const, subject: target });
    const world = await openTestWorld({ tools: [{ ...plain, check }], script: callsPut });
    const { turn_id } = await send(world);
    await world.happened("HumanRequestQueued");
    const [request] = (await world.ask("ListPendingRequests", {})).requests;
    target = meanwhile;
    const response = { type: "decision", decision: "approve", hash: request?.hash ?? "" } as const;
    await world.ask("RespondToRequest", { request_id: request?.request_id ?? "", response });
    const run = await world.ask("WaitForTurn", { turn_id });
    const [completed] = world.rows({ types: ["ToolCallCompleted"] });
    return { world, run, completed, ledger: plain.ledger };
  }

  test("runs as long as it leads where it led", async () => {
    const { world, run, ledger } = await approve("approved.txt");
    await using _ = world;
    expect([run.response, ledger.length]).toEqual(["It said: put done", 1]);
  });

  test("is not run any more once its path leads elsewhere", async () => {
    const { world, run, completed, ledger } = await approve("other.txt");
    await using _ = world;
    expect(ledger).toEqual([]);
    expect(run.response).toBe(
      "It said: What was approved has changed: it is now other.txt. Not run.",
    );
    expect(completed?.payload).toMatchObject({ outcome: "invalid", success: false });
  });
});

describe("the output of a tool that does not stop at once", () => {
  test("is not seen after the event that cancelled its turn", async () => {
    const started = Promise.withResolvers<ToolContext>();
    const ended = Promise.withResolvers<string>();
    const run = async (_: unknown, context: ToolContext) => {
      started.resolve(context);
      return await ended.promise;
    };
    const put = testTool("put", { run });
    await using world = await openTestWorld({ tools: [put], script: callsPut });
    const client = world.connect();
    await subscribe(world, client, { signal_types: ["ToolOutputDelta"] });
    const { turn_id } = await send(world);
    const { emit } = await started.promise;
    emit("before");
    await client.until((frame) => frame.type === "signal");
    // Nobody has read this one when the turn ends.
    emit("just before");
    await world.ask("CancelTurn", { turn_id });
    emit("after");
    await client.event("TurnCancelled");
    emit("long after");
    const late = world.connect();
    await subscribe(world, late, { signal_types: ["ToolOutputDelta"] });
    await late.until((frame) => frame.type === "caught_up");
    const at = client.frames.findIndex(
      (frame) => frame.type === "event" && frame.event_type === "TurnCancelled",
    );
    expect(client.frames.slice(at).filter((frame) => frame.type === "signal")).toEqual([]);
    expect(late.signals()).toEqual([]);
    ended.resolve("done");
  });
});

describe("the text of a model that does not stop at once", () => {
  test("is not seen after the event that cancelled its turn", async () => {
    const started = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    const port: Model = {
      async *stream() {
        yield { type: "text", text: "before" };
        started.resolve();
        await ended.promise;
        yield { type: "text", text: "after" };
      },
    };
    const open = async (model_name: string) => await Promise.resolve({ model: port, model_name });
    await using world = await openTestWorld({ models: { open } });
    const { turn_id } = await send(world);
    await started.promise;
    await world.ask("CancelTurn", { turn_id });
    const late = world.connect();
    await subscribe(world, late, { signal_types: ["TextDelta"] });
    await late.until((frame) => frame.type === "caught_up");
    expect(late.signals()).toEqual([]);
    ended.resolve();
  });
});

describe("a tool that a client runs outside every session", () => {
  test("is told to stop when that client goes", async () => {
    const held = heldRun();
    await using world = await openTestWorld({ tools: [testTool("put", { run: held.run })] });
    const client = world.connect();
    const params = { session_id: null, name: "put", args: {} };
    const { caller } = client.connection;
    const running = world.ask("RunTool", params, caller);
    const { signal } = await held.started;
    client.close();
    expect(signal.aborted).toBe(true);
    expect((await running).result.output).toBe("aborted");
  });
});

test("a search leaves out the files that rules keep from being read", async () => {
  const args = [{ pattern: "canary" }, { pattern: "canary", path: "secret/key.txt" }];
  await using world = await openTestWorld({
    tools: [fileSearchTool()],
    objects: {
      "helper.md": objectText({ name: "helper", front: "capabilities: [file_search]" }),
    },
    config: { permissions: { "file_read(secret/*)": "deny" } },
    script: ({ messages }) => {
      const told = messages.flatMap((one) => (one.role === "tool" ? [one.content] : []));
      const next = args[told.length];
      return next ? { calls: [{ name: "file_search", args: next }] } : told.join("\n");
    },
  });
  mkdirSync(join(world.folder, "secret"));
  writeFileSync(join(world.folder, "secret/key.txt"), "canary one");
  writeFileSync(join(world.folder, "open.txt"), "canary two");
  const { turn_id } = await send(world);
  const { response } = await world.ask("WaitForTurn", { turn_id });
  expect(response?.split("\n").slice(0, 2)).toEqual([
    "open.txt:1:canary two",
    "[1 match; 1 file left out, which may not be read]",
  ]);
  expect(response).not.toContain("canary one");
});
