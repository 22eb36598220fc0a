// `jamey acp` from the compiled binary, driven by the protocol's own SDK: everything that the agent writes is
// held against the schema that the SDK ships.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type ClientContext,
  type CreateElicitationRequest,
  client,
  ndJsonStream,
  type RequestPermissionRequest,
  type SessionNotification,
} from "@agentclientprotocol/sdk";
import schema from "@agentclientprotocol/sdk/schema/v1/schema.json";
import Ajv from "ajv/dist/2020";
import { type Home, openHome } from "../support/home.ts";

let home: Home;
beforeAll(async () => {
  home = await openHome();
});
afterAll(async () => {
  await home[Symbol.asyncDispose]();
});

const ajv = new Ajv({ strict: false, validateFormats: false });
ajv.addSchema(schema, "acp");

const answers: Record<string, string> = {
  initialize: "InitializeResponse",
  "session/new": "NewSessionResponse",
  "session/load": "LoadSessionResponse",
  "session/resume": "ResumeSessionResponse",
  "session/list": "ListSessionsResponse",
  "session/prompt": "PromptResponse",
  "session/set_mode": "SetSessionModeResponse",
};
const asks: Record<string, string> = {
  "session/update": "SessionNotification",
  "session/request_permission": "RequestPermissionRequest",
  "elicitation/create": "CreateElicitationRequest",
  "$/cancel_request": "CancelRequestNotification",
};

interface Editor {
  context: ClientContext;
  updates: SessionNotification["update"][];
  permissions: RequestPermissionRequest[];
  forms: CreateElicitationRequest[];
  /** Forms that need no answer any more. */
  takenBack: CreateElicitationRequest[];
  /** Which option is chosen; undefined: the question is dismissed. */
  choose(optionId: string | undefined): void;
}

/** What an editor that shows forms answers in each; undefined: it declines; "": its human does not answer. */
interface Forms {
  answer: string | undefined;
}

/** Runs the agent, and holds each of its lines against the schema. */
async function withEditor(
  args: string[],
  work: (editor: Editor) => Promise<void>,
  form?: Forms,
): Promise<void> {
  const child = Bun.spawn([home.binary, "acp", ...args], {
    cwd: home.workspace,
    env: home.variables,
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
  });
  const faults: string[] = [];
  const methods = new Map<unknown, string>();
  const hold = (name: string | undefined, value: unknown) => {
    if (name === undefined) return void faults.push(`unknown: ${JSON.stringify(value)}`);
    const check = ajv.compile({ $ref: `acp#/$defs/${name}` });
    if (!check(value)) faults.push(`${name}: ${ajv.errorsText(check.errors)}`);
  };
  const [own, theirs] = child.stdout.tee();
  const held = (async () => {
    const text = await new Response(own).text();
    for (const line of text.split("\n").filter(Boolean)) {
      const message = JSON.parse(line);
      if (message.method) hold(asks[message.method], message.params);
      else if (message.error) hold("Error", message.error);
      else hold(answers[methods.get(message.id) ?? ""], message.result);
    }
  })();
  const output = new WritableStream<Uint8Array>({
    write(bytes) {
      for (const line of new TextDecoder().decode(bytes).split("\n").filter(Boolean)) {
        const { id, method } = JSON.parse(line);
        if (method) methods.set(id, method);
      }
      child.stdin.write(bytes);
      child.stdin.flush();
    },
  });
  let optionId: string | undefined = "once";
  const updates: Editor["updates"] = [];
  const permissions: RequestPermissionRequest[] = [];
  const forms: CreateElicitationRequest[] = [];
  const takenBack: CreateElicitationRequest[] = [];
  const app = client()
    .onNotification("session/update", ({ params }) => void updates.push(params.update))
    .onRequest("session/request_permission", ({ params }) => {
      permissions.push(params);
      return {
        outcome:
          optionId === undefined ? { outcome: "cancelled" } : { outcome: "selected", optionId },
      };
    })
    .onRequest("elicitation/create", async ({ params, signal }) => {
      forms.push(params);
      const { answer } = form ?? {};
      if (answer === "") {
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        takenBack.push(params);
      }
      return answer === undefined
        ? { action: "decline" as const }
        : { action: "accept" as const, content: { answer } };
    });
  try {
    await app.connectWith(ndJsonStream(output, theirs), async (context) => {
      const choose = (id: string | undefined) => {
        optionId = id;
      };
      const clientCapabilities = form ? { elicitation: { form: {} } } : {};
      await context.request("initialize", { protocolVersion: 1, clientCapabilities });
      await work({ context, updates, permissions, forms, takenBack, choose });
    });
    child.stdin.end();
    expect(await child.exited).toBe(0);
    await held;
    expect(faults).toEqual([]);
  } finally {
    child.kill("SIGKILL");
    await child.exited;
  }
}

const begin = ({ context }: Editor) =>
  context.request("session/new", { cwd: home.workspace, mcpServers: [] });

const say = ({ context }: Editor, sessionId: string, text: string) =>
  context.request("session/prompt", { sessionId, prompt: [{ type: "text", text }] });

/** What is open, as the command line lists it. */
const questions = async (): Promise<{ request_id: string }[]> =>
  JSON.parse((await home.run(["requests", "list", "--json"])).stdout).requests;

const textOf = (updates: Editor["updates"], kind = "agent_message_chunk") =>
  updates
    .map((update) =>
      update.sessionUpdate === kind &&
      "content" in update &&
      update.content &&
      "text" in update.content
        ? update.content.text
        : "",
    )
    .join("");

describe("an editor", () => {
  test("speaks with an object, lists, loads and resumes what was said", async () => {
    let sessionId = "";
    await withEditor([], async (editor) => {
      ({ sessionId } = await begin(editor));
      expect(await say(editor, sessionId, "/say Good morning")).toMatchObject({
        stopReason: "end_turn",
      });
      expect(textOf(editor.updates)).toContain("Good morning");
    });
    await withEditor([], async (editor) => {
      const { sessions } = await editor.context.request("session/list", { cwd: home.workspace });
      expect(sessions.map((one) => one.sessionId)).toContain(sessionId);
      const place = { sessionId, cwd: home.workspace, mcpServers: [] };
      await editor.context.request("session/load", place);
      expect(textOf(editor.updates, "user_message_chunk")).toBe("/say Good morning");
      expect(textOf(editor.updates)).toContain("Good morning");
      await editor.context.request("session/resume", place);
      expect(await say(editor, sessionId, "/say Again")).toMatchObject({ stopReason: "end_turn" });
    });
  });

  test("is asked before a file is written, and shows the change", async () => {
    await withEditor([], async (editor) => {
      const { sessionId } = await begin(editor);
      const path = join(home.workspace, "note.txt");
      await say(editor, sessionId, '/file_write {"path":"note.txt","content":"one\\n"}');
      expect(readFileSync(path, "utf8")).toBe("one\n");
      expect(editor.permissions.map(({ options }) => options.map((one) => one.kind))).toEqual([
        ["allow_once", "allow_always", "reject_once"],
      ]);
      const call = editor.updates.find((update) => update.sessionUpdate === "tool_call");
      expect(call).toMatchObject({
        kind: "edit",
        locations: [{ path }],
        content: [{ type: "diff", path, oldText: null, newText: "one\n" }],
      });
      editor.choose("reject");
      await say(editor, sessionId, '/file_write {"path":"note.txt","content":"two\\n"}');
      expect(readFileSync(path, "utf8")).toBe("one\n");
      const last = editor.updates.findLast((update) => update.sessionUpdate === "tool_call_update");
      expect(last).toMatchObject({ status: "failed" });
    });
  });

  test("chooses a mode: 'edit' asks for no file, 'read-only' lets none be written", async () => {
    await withEditor([], async (editor) => {
      const { sessionId } = await begin(editor);
      const path = join(home.workspace, "mode.txt");
      await editor.context.request("session/set_mode", { sessionId, modeId: "edit" });
      await say(editor, sessionId, '/file_write {"path":"mode.txt","content":"one"}');
      await editor.context.request("session/set_mode", { sessionId, modeId: "read-only" });
      await say(editor, sessionId, '/file_write {"path":"mode.txt","content":"two"}');
      expect(readFileSync(path, "utf8")).toBe("one");
      expect(editor.permissions).toEqual([]);
    });
  });

  test("cancels, and the prompt ends as cancelled", async () => {
    await withEditor([], async (editor) => {
      const { sessionId } = await begin(editor);
      await editor.context.request("session/set_mode", { sessionId, modeId: "auto" });
      const asked = say(editor, sessionId, '/shell {"command":"sleep 60"}');
      const started = async () => {
        while (!editor.updates.some((one) => one.sessionUpdate === "tool_call_update")) {
          await new Promise(setImmediate);
        }
      };
      await started();
      await editor.context.notify("session/cancel", { sessionId });
      expect(await asked).toMatchObject({ stopReason: "cancelled" });
    });
  });

  test("answers a question with the next prompt, and the same turn goes on", async () => {
    await withEditor([], async (editor) => {
      const { sessionId } = await begin(editor);
      expect(await say(editor, sessionId, "/ask Which town?")).toEqual({ stopReason: "end_turn" });
      expect(textOf(editor.updates)).toContain("Which town?\n\nAnswer with your next message");
      expect(await say(editor, sessionId, "Bonn")).toEqual({ stopReason: "end_turn" });
      expect(textOf(editor.updates)).toContain("ask_human answered:\nBonn");
      expect((await questions()).length).toBe(0);
      expect(await say(editor, sessionId, "/say And on")).toEqual({ stopReason: "end_turn" });
      expect(textOf(editor.updates)).toEndWith("And on");
      expect([editor.permissions, editor.forms]).toEqual([[], []]);
    });
  });

  test("that shows forms is asked in one; what it declines is answered by the next prompt", async () => {
    const form: Forms = { answer: "Bonn" };
    await withEditor(
      [],
      async (editor) => {
        const { sessionId } = await begin(editor);
        expect(await say(editor, sessionId, "/ask Which town?")).toEqual({
          stopReason: "end_turn",
        });
        expect(editor.forms).toMatchObject([{ mode: "form", sessionId, message: "Which town?" }]);
        expect(textOf(editor.updates)).toContain("ask_human answered:\nBonn");
        form.answer = undefined;
        await say(editor, sessionId, "/ask Which river?");
        expect(textOf(editor.updates)).toContain("Which river?\n\nAnswer with your next message");
        await say(editor, sessionId, "Rhine");
        expect(textOf(editor.updates)).toContain("ask_human answered:\nRhine");
      },
      form,
    );
  });

  for (const method of ["session/load", "session/resume"] as const) {
    test(`is shown by ${method} what a terminal's question asks, before a prompt answers it`, async () => {
      const sessionId = `asked-before-${method.slice("session/".length)}`;
      const asking = ["run", "--session-id", sessionId, "--on-ask", "queue", "/ask Which town?"];
      const asked = home.run(asking);
      while ((await questions()).length === 0);
      await withEditor([], async (editor) => {
        await editor.context.request(method, { sessionId, cwd: home.workspace, mcpServers: [] });
        expect(textOf(editor.updates)).toContain("Which town?\n\nAnswer with your next message");
        expect(await say(editor, sessionId, "Bonn")).toEqual({ stopReason: "end_turn" });
        expect(textOf(editor.updates)).toContain("ask_human answered:\nBonn");
      });
      expect((await asked).code).toBe(0);
    });
  }

  test("cancels a turn that waits for an answer, and says something else", async () => {
    await withEditor([], async (editor) => {
      const { sessionId } = await begin(editor);
      await say(editor, sessionId, "/ask Which town?");
      await editor.context.notify("session/cancel", { sessionId });
      expect(await say(editor, sessionId, "/say Never mind")).toEqual({ stopReason: "end_turn" });
      expect(textOf(editor.updates)).toEndWith("Never mind");
    });
  });

  test("says something new where the question was answered in a terminal", async () => {
    await withEditor([], async (editor) => {
      const { sessionId } = await begin(editor);
      await say(editor, sessionId, "/ask Which town?");
      const [{ request_id } = { request_id: "" }] = await questions();
      await home.run(["requests", "answer", request_id, "Cologne"]);
      expect(await say(editor, sessionId, "/say Thank you")).toEqual({ stopReason: "end_turn" });
      expect(textOf(editor.updates)).toContain("ask_human answered:\nCologne");
      expect(textOf(editor.updates)).toEndWith("Thank you");
    });
  });

  test("is told that a form needs no answer any more, where it was answered in a terminal", async () => {
    await withEditor(
      [],
      async (editor) => {
        const { sessionId } = await begin(editor);
        const asked = say(editor, sessionId, "/ask Which town?");
        while (editor.forms.length === 0) await new Promise(setImmediate);
        const [{ request_id } = { request_id: "" }] = await questions();
        await home.run(["requests", "answer", request_id, "Cologne"]);
        expect(await asked).toEqual({ stopReason: "end_turn" });
        expect(textOf(editor.updates)).toContain("ask_human answered:\nCologne");
        while (editor.takenBack.length === 0) await new Promise(setImmediate);
        expect(editor.takenBack).toEqual(editor.forms);
        expect(textOf(editor.updates)).not.toContain("Answer with your next message");
      },
      { answer: "" },
    );
  });

  test("goes on after the daemon was killed", async () => {
    await withEditor([], async (editor) => {
      const { sessionId } = await begin(editor);
      await say(editor, sessionId, "/say before");
      process.kill(home.daemonPid(), "SIGKILL");
      expect(await say(editor, sessionId, "/say after")).toMatchObject({ stopReason: "end_turn" });
      expect(textOf(editor.updates)).toContain("after");
    });
  });

  test("is refused what there is not, in the protocol's own errors", async () => {
    await withEditor([], async (editor) => {
      const caught = async (asked: Promise<unknown>) => await asked.catch((thrown) => thrown);
      expect(await caught(editor.context.request("session/none", {}))).toMatchObject({
        code: -32601,
      });
      expect(await caught(say(editor, "not-a-session", "x"))).toMatchObject({ code: -32002 });
      const { sessionId } = await begin(editor);
      const params = { sessionId, modeId: "none" };
      expect(await caught(editor.context.request("session/set_mode", params))).toMatchObject({
        code: -32602,
      });
    });
  });
});
