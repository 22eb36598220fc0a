// The daemon's MCP over HTTP, by clients that are not ours, in both eras.
import { describe, expect, test } from "bun:test";
import { askHumanTool } from "../../../src/tools/ask-human.ts";
import { openMcpListening } from "../../support/mcp-listening.ts";
import { eras, openPeer } from "../../support/mcp-peers.ts";
import { testTool } from "../../support/test-tools.ts";
import { helper, objectText } from "../../support/world.ts";

const template = objectText({
  name: "greeter",
  front: "template: true\ndescription: Greets",
  body: "Greet {{who}} in {{language}}.",
});
const asks = (question: string) => (_request: unknown, index: number) =>
  index === 0 ? { calls: [{ name: "ask_human", args: { question } }] } : "thank you";
const wants = (_request: unknown, index: number) =>
  index === 0 ? { calls: [{ name: "put", args: { text: "precious" } }] } : "it is done";

describe.each(eras)("A host of the era of %s", (era) => {
  test("finds the tools of the table, and talks to an object", async () => {
    await using listening = await openMcpListening({ script: () => "good day" });
    await using peer = await openPeer(era, listening);
    const tools = await peer.tools();
    for (const name of [
      "list_prompt_objects",
      "inspect_po",
      "send_message",
      "wait_for_turn",
      "get_conversation",
      "list_sessions",
      "get_pending_requests",
      "respond_to_request",
    ]) {
      expect(tools).toContain(name);
    }
    const steps: string[] = [];
    const said = { po_name: "helper", message: "hello" };
    const answer = await peer.call("send_message", said, (step) => steps.push(step));
    expect(answer.structuredContent).toMatchObject({ status: "completed", response: "good day" });
    expect(steps.join()).toContain("model call started");
    const { session_id } = answer.structuredContent ?? {};
    const read = await peer.call("get_conversation", { po_name: "helper" });
    expect(read.structuredContent).toMatchObject({ session_id, message_count: 2 });
    const [first] = listening.world.rows({ types: ["MessageAdded"] });
    expect(first?.payload).toMatchObject({ content: "hello", source: "mcp" });
  });

  test("reads objects, sessions and the bus, completes their names, and fills in prompts", async () => {
    await using listening = await openMcpListening({
      objects: { "helper.md": helper, "greeter.md": template },
      script: () => "good day",
    });
    await using peer = await openPeer(era, listening);
    await peer.call("send_message", { po_name: "helper", message: "hello" });
    expect(await peer.read("po://helper/prompt")).toBe("You help.");
    expect(JSON.parse(await peer.read("po://helper/config"))).toMatchObject({ name: "helper" });
    expect(JSON.parse(await peer.read("po://helper/conversation")).messages).toHaveLength(2);
    const { sessions } = JSON.parse(await peer.read("sessions://list"));
    const one = JSON.parse(await peer.read(`sessions://${sessions[0].session_id}`));
    expect(one.conversation).toHaveLength(2);
    const bus = JSON.parse(await peer.read("bus://messages"));
    expect(bus.messages.map(({ message }: { message: string }) => message)).toEqual([
      "hello",
      "good day",
    ]);
    const after = bus.messages[0].seq;
    const later = JSON.parse(await peer.read(`bus://messages/${after}`));
    expect(later.messages).toHaveLength(1);
    expect(await peer.complete("po://{name}/prompt", "name", "gr")).toEqual(["greeter"]);
    const values = { who: "Ada", language: "French" };
    expect(await peer.prompt("greeter", values)).toEqual({
      type: "text",
      text: "Greet Ada in French.",
    });
    expect(peer.read("po://nobody/prompt")).rejects.toThrow("po_not_found");
  });

  test("gets from each tool what its schema says, also where it is an error", async () => {
    await using listening = await openMcpListening({ script: () => "good day" });
    await using peer = await openPeer(era, listening);
    // From here on the peer holds every structure against the schema that it was shown.
    const tools = await peer.tools();
    await peer.call("send_message", { po_name: "helper", message: "hello" });
    const made = await peer.call("create_session", { po_name: "helper", name: "mine" });
    const { session_id } = Object(made.structuredContent?.session);
    const given: Record<string, object> = {
      inspect_po: { po_name: "helper" },
      rename_session: { session_id, name: "ours" },
      get_conversation: { session_id },
      search_sessions: { query: "hello" },
      delete_session: { session_id },
    };
    const needMore = ["send_message", "wait_for_turn", "cancel_turn", "respond_to_request"];
    for (const name of tools.filter((tool) => !needMore.includes(tool))) {
      const args = name === "create_session" ? { po_name: "helper" } : { ...given[name] };
      const { isError, structuredContent } = await peer.call(name, args);
      expect([name, isError ?? false, typeof structuredContent]).toEqual([name, false, "object"]);
    }
    for (const name of needMore) {
      const unknown = {
        po_name: "nobody",
        message: "hello",
        turn_id: "t",
        request_id: "r",
        text: "y",
      };
      expect([name, (await peer.call(name, unknown)).isError]).toEqual([name, true]);
    }
  });

  test("gets the handle of a turn that takes longer, and its answer later", async () => {
    await using listening = await openMcpListening();
    await using peer = await openPeer(era, listening);
    const said = { po_name: "helper", message: "think", wait_ms: 0 };
    const { structuredContent: begun } = await peer.call("send_message", said);
    expect(begun).toMatchObject({ status: "running", po_name: "helper" });
    const call = await listening.world.model.next();
    call.answer("forty-two");
    const ended = await peer.call("wait_for_turn", { turn_id: begun?.turn_id });
    expect(ended.structuredContent).toMatchObject({ status: "completed", response: "forty-two" });
  });

  test("puts an agent's question to its human, and a call that waits for approval, whole", async () => {
    const shown: string[] = [];
    const human = (message: string) => {
      shown.push(message);
      const isApproval = message.includes("wants to run");
      return {
        action: "accept",
        content: isApproval ? { decision: "approve" } : { answer: "blue" },
      };
    };
    await using asking = await openMcpListening({
      script: asks("Which colour?"),
      tools: [askHumanTool()],
    });
    await using peer = await openPeer(era, { ...asking, human });
    const said = { po_name: "helper", message: "ask me" };
    const answer = await peer.call("send_message", said);
    expect(answer.structuredContent).toMatchObject({ status: "completed", response: "thank you" });
    expect(shown[0]).toContain("Which colour?");
    const tools = [testTool("put", { risk: "write" })];
    await using wanting = await openMcpListening({ script: wants, tools });
    await using other = await openPeer(era, { ...wanting, human });
    const done = await other.call("send_message", said);
    expect(done.structuredContent).toMatchObject({ status: "completed", response: "it is done" });
    expect(shown[1]).toContain('"text": "precious"');
    const [decided] = wanting.world.rows({ types: ["HumanRequestResponded"] });
    expect(decided?.payload).toMatchObject({ response: { decision: "approve", scope: "once" } });
  });

  test("without forms hears that a human is needed, answers a question, and approves nothing", async () => {
    const tools = [testTool("put", { risk: "write" })];
    await using listening = await openMcpListening({ script: wants, tools });
    await using peer = await openPeer(era, listening);
    const said = { po_name: "helper", message: "do it", wait_ms: 0 };
    const { structuredContent: begun } = await peer.call("send_message", said);
    await listening.world.happened("HumanRequestQueued");
    const waiting = { turn_id: begun?.turn_id, wait_ms: 0 };
    const { structuredContent: found } = await peer.call("wait_for_turn", waiting);
    expect(found).toMatchObject({ status: "waiting", pending_requests: [{ kind: "approval" }] });
    // From here on it holds every structure against the schema that it was shown.
    await peer.tools();
    const { requests } = await listening.world.ask("ListPendingRequests", {});
    const request_id = requests[0]?.request_id;
    const approved = await peer.call("respond_to_request", { request_id, decision: "approve" });
    expect(approved).toMatchObject({ isError: true });
    expect(JSON.stringify(approved)).toContain("forbidden");
    const denied = { request_id, decision: "deny", reason: "no" };
    expect(await peer.call("respond_to_request", denied)).toMatchObject({
      structuredContent: { request_id, answered: true },
    });
  });

  test("hears at once that somebody else has to approve, and who, and then waits as long as it takes", async () => {
    const tools = [testTool("put", { risk: "write" })];
    await using listening = await openMcpListening({ script: wants, tools });
    await using peer = await openPeer(era, listening);
    const wait_ms = 600_000;
    const said = { po_name: "helper", message: "do it", wait_ms };
    const { structuredContent: begun } = await peer.call("send_message", said);
    const { requests } = await listening.world.ask("ListPendingRequests", {});
    const { request_id = "", hash } = requests[0] ?? {};
    expect(begun).toMatchObject({
      status: "waiting",
      pending_requests: [{ request_id }],
      next: `A human has to answer, elsewhere than here: 'jamey requests approve ${request_id}' or 'jamey inbox' in a terminal of theirs, or a client with the scope admin. From here respond_to_request can only deny it. Then wait_for_turn.`,
    });
    const waiting = peer.call("wait_for_turn", { turn_id: begun?.turn_id, wait_ms });
    const response = { type: "decision" as const, decision: "approve" as const, hash: hash ?? "" };
    await listening.world.ask("RespondToRequest", { request_id, response });
    expect((await waiting).structuredContent).toMatchObject({ response: "it is done" });
  });

  test("never asks for a secret in a form, and leaves open what its human puts off", async () => {
    const forms: string[] = [];
    const human = (message: string) => {
      forms.push(message);
      return { action: "cancel" };
    };
    const secret = { question: "The key?", kind: "secret", name: "A_KEY" };
    await using listening = await openMcpListening({
      tools: [askHumanTool()],
      script: (_request, index) =>
        index === 0 ? { calls: [{ name: "ask_human", args: secret }] } : "later",
    });
    await using peer = await openPeer(era, { ...listening, human });
    const said = { po_name: "helper", message: "go", wait_ms: 0 };
    const { structuredContent: begun } = await peer.call("send_message", said);
    await listening.world.happened("HumanRequestQueued");
    const waiting = { turn_id: begun?.turn_id, wait_ms: 0 };
    const found = await peer.call("wait_for_turn", waiting);
    expect(found.structuredContent).toMatchObject({ pending_requests: [{ kind: "secret" }] });
    expect(forms).toEqual([]);
  });
});

describe("A setting", () => {
  test("gives each object a tool of its own", async () => {
    await using listening = await openMcpListening({
      config: { connectors: { mcp: { object_tools: true } } },
      script: () => "at your service",
    });
    for (const era of eras) {
      await using peer = await openPeer(era, listening);
      expect(await peer.tools()).toContain("ask_helper");
      const answer = await peer.call("ask_helper", { message: "hello" });
      expect(answer.structuredContent).toMatchObject({ response: "at your service" });
    }
  });

  test("refuses hosts with the reason", async () => {
    await using listening = await openMcpListening({
      config: { connectors: { mcp: { enabled: false } } },
    });
    const response = await fetch(listening.url, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" }),
    });
    expect(response.status).toBe(403);
    expect(await response.text()).toContain("connectors.mcp.enabled is false");
  });
});
