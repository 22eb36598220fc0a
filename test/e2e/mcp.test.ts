// `jamey mcp` from the compiled binary: the bridge that an MCP host starts, with peers that are not ours.
import { describe, expect, test } from "bun:test";
import { Client as ModernClient } from "@modelcontextprotocol/client";
import { StdioClientTransport as ModernStdio } from "@modelcontextprotocol/client/stdio";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { type Home, openHome } from "../support/home.ts";
import { shakeHands, startBridge, structureOf } from "../support/mcp-bridge.ts";

const TIMEOUT_MS = 60_000;
const about = { name: "peer", version: "1" };
const started = (home: Home) => ({
  command: home.binary,
  args: ["mcp"],
  env: home.variables,
  cwd: home.workspace,
  stderr: "pipe" as const,
});
const say = (message: string, more: object = {}) => ({
  name: "send_message",
  arguments: { po_name: "assistant", message, ...more },
});

describe("From cold", () => {
  test(
    "the older SDK's client talks to an object",
    async () => {
      await using home = await openHome();
      const client = new Client(about);
      await client.connect(new StdioClientTransport(started(home)));
      const { tools } = await client.listTools();
      expect(tools.map(({ name }) => name)).toContain("list_prompt_objects");
      const result = await client.callTool(say("/say hello"));
      expect(result.structuredContent).toMatchObject({ status: "completed", response: "hello" });
      const { resources } = await client.listResources();
      expect(resources.map(({ uri }) => uri)).toContain("po://assistant/prompt");
      await client.close();
    },
    TIMEOUT_MS,
  );

  test(
    "a client of the era of 2026 does, and hears of what others do",
    async () => {
      await using home = await openHome();
      const client = new ModernClient(about, {
        versionNegotiation: { mode: { pin: "2026-07-28" } },
      });
      await client.connect(new ModernStdio(started(home)));
      const heard = Promise.withResolvers<string>();
      client.setNotificationHandler("notifications/resources/updated", ({ params }) =>
        heard.resolve(params.uri),
      );
      const listening = await client.listen({ resourceSubscriptions: ["sessions://list"] });
      const { code } = await home.run(["create-session", "--object", "assistant"]);
      expect(code).toBe(0);
      expect(await heard.promise).toBe("sessions://list");
      await listening.close();
      const result = await client.callTool(say("/say hello"));
      expect(result.structuredContent).toMatchObject({ status: "completed", response: "hello" });
      await client.close();
    },
    TIMEOUT_MS,
  );
});

describe("A question on the way to the human of a host", () => {
  test.each(["2025-11-25", "2026-07-28"] as const)(
    "is answered in the very call, in the era of %s",
    async (era) => {
      await using home = await openHome();
      const forms: string[] = [];
      const options = { capabilities: { elicitation: { form: {} } } };
      const human = (message: string) => {
        forms.push(message);
        return { action: "accept" as const, content: { decision: "approve" } };
      };
      const client =
        era === "2025-11-25"
          ? new Client(about, options)
          : new ModernClient(about, { ...options, versionNegotiation: { mode: { pin: era } } });
      if (client instanceof Client) {
        client.setRequestHandler(ElicitRequestSchema, ({ params }) => human(params.message));
        await client.connect(new StdioClientTransport(started(home)));
      } else {
        client.setRequestHandler("elicitation/create", ({ params }) => human(params.message));
        await client.connect(new ModernStdio(started(home)));
      }
      const result = await client.callTool(say("/shell echo done-by-hand", { wait_ms: 30_000 }));
      expect(result.structuredContent).toMatchObject({ status: "completed" });
      expect(JSON.stringify(result.structuredContent)).toContain("done-by-hand");
      expect(forms).toEqual([expect.stringContaining("echo done-by-hand")]);
      await client.close();
    },
    TIMEOUT_MS,
  );
});

describe("The bridge", () => {
  test(
    "writes nothing but messages to stdout, whatever stdin holds, and ends with it",
    async () => {
      await using home = await openHome();
      await using bridge = startBridge(home, ["-v"]);
      bridge.write("no message\n[1,2]\n\n42\n");
      await shakeHands(bridge);
      const unknown = await bridge.ask("tools/call", { name: "no_such", arguments: {} });
      expect(JSON.stringify(unknown)).toContain("no_such");
      const broken = await bridge.ask("tools/call", {
        name: "inspect_po",
        arguments: { po_name: "nobody" },
      });
      expect(broken.result).toMatchObject({
        isError: true,
        _meta: { "jamey/error": { code: "po_not_found" } },
      });
      bridge.send({ id: "last", ...{ method: "tools/call", params: say("/say at the end") } });
      expect(await bridge.end()).toBe(0);
      expect(bridge.foreign).toEqual([]);
      const last = bridge.lines.find(({ id }) => id === "last");
      expect(structureOf(last ?? {})).toMatchObject({ response: "at the end" });
    },
    TIMEOUT_MS,
  );

  test(
    "goes on when the daemon is killed in the middle of a turn, and loses no answer",
    async () => {
      await using home = await openHome();
      await using bridge = startBridge(home);
      await shakeHands(bridge);
      await bridge.ask("resources/subscribe", { uri: "sessions://list" });
      const asking = bridge.ask("tools/call", say("/ask Which?", { wait_ms: 30_000 }));
      const pending = await untilAsked(home);
      process.kill(home.daemonPid(), "SIGKILL");
      const again = await bridge.ask("tools/call", { name: "get_status", arguments: {} });
      expect(structureOf(again)).toMatchObject({ environment: "default" });
      expect((await home.run(["requests", "answer", pending, "this"])).code).toBe(0);
      expect(structureOf(await asking)).toMatchObject({ status: "completed" });
      // The next daemon knows what the host subscribed to.
      const before = bridge.lines.length;
      await home.run(["create-session", "--object", "assistant"]);
      await bridge.until(
        (message) =>
          bridge.lines.indexOf(message) >= before &&
          message.method === "notifications/resources/updated",
      );
      expect(bridge.lines.filter(({ id }) => String(id).startsWith("jamey-bridge"))).toEqual([]);
      expect(bridge.foreign).toEqual([]);
      expect(await bridge.end()).toBe(0);
    },
    TIMEOUT_MS,
  );

  test(
    "starts a daemon that was stopped when its host asks something, and not before",
    async () => {
      await using home = await openHome();
      await using bridge = startBridge(home);
      await shakeHands(bridge);
      expect((await home.run(["daemon", "stop"])).code).toBe(0);
      expect((await home.run(["daemon", "status"])).code).toBe(69);
      const again = await bridge.ask("tools/call", { name: "list_prompt_objects", arguments: {} });
      expect(structureOf(again).prompt_objects).not.toEqual([]);
      expect((await home.run(["daemon", "status"])).code).toBe(0);
      expect(await bridge.end()).toBe(0);
    },
    TIMEOUT_MS,
  );

  test(
    "reaches a daemon elsewhere with a key, and says why one does not hold",
    async () => {
      await using home = await openHome();
      const begun = await home.run(["daemon", "start", "--http", "0", "--json"]);
      const { url } = JSON.parse(begun.stdout);
      const { stdout } = await home.run(["keys", "create", "host", "--scope", "read"]);
      const variables = { ...home.variables, JAMEY_TOKEN: stdout.trim() };
      await using bridge = startBridge({ ...home, variables }, ["--url", url]);
      await shakeHands(bridge);
      const { result } = await bridge.ask("tools/list");
      expect(JSON.stringify(result)).toContain('"name":"list_sessions"');
      expect(JSON.stringify(result)).not.toContain('"name":"send_message"');
      expect(await bridge.end()).toBe(0);
      const wrong = { variables: { JAMEY_TOKEN: "not-a-key-of-this-daemon-at-all-000" } };
      const refused = await home.run(["mcp", "--url", url], wrong);
      expect([refused.code, refused.stdout]).toEqual([77, ""]);
      expect(refused.stderr).toContain("does not know the key");
    },
    TIMEOUT_MS,
  );

  test(
    "of a process that an agent started answers and deletes nothing",
    async () => {
      await using home = await openHome();
      const variables = { ...home.variables, JAMEY_CALL_ID: "a-call" };
      await using bridge = startBridge({ ...home, variables });
      await shakeHands(bridge);
      const { result } = await bridge.ask("tools/list");
      const names = [...JSON.stringify(result).matchAll(/"name":"(\w+)","title"/g)].map(
        ([, name]) => name,
      );
      expect(names).toContain("send_message");
      expect(names).not.toContain("respond_to_request");
      expect(names).not.toContain("delete_session");
      expect(await bridge.end()).toBe(0);
    },
    TIMEOUT_MS,
  );

  test(
    "is refused with the reason where the settings say so",
    async () => {
      await using home = await openHome({ JAMEY_CONNECTORS_MCP_ENABLED: "false" });
      const { code, stdout, stderr } = await home.run(["mcp"]);
      expect([code, stdout]).toEqual([77, ""]);
      expect(stderr).toContain("connectors.mcp.enabled is false");
    },
    TIMEOUT_MS,
  );
});

/** The id of the question that the turn waits with. */
async function untilAsked(home: Home): Promise<string> {
  const wire = await home.connect();
  try {
    const following = await wire.follow({ event_types: ["HumanRequestQueued"], after: 0 });
    const { payload } = await following.until("a question", ({ type }) => type === "event");
    return payload?.request_id ?? "";
  } finally {
    wire.close();
  }
}
