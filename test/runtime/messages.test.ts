// Messages: admitted, committed, acknowledged; steered, queued, cancelled, waited for.
import { describe, expect, test } from "bun:test";
import { JameyError } from "../../src/protocol/errors.ts";
import { heldRun, testTool } from "../support/test-tools.ts";
import { objectText, openTestWorld, type TestWorld } from "../support/world.ts";

const send = (world: TestWorld, message: string, session_id: string | null = null) =>
  world.ask("SendMessage", { po_name: "helper", message, session_id });

const codeOf = async (world: TestWorld, command: string, params: unknown) => {
  const answer = await world.call(command, params);
  return answer.ok ? "ok" : answer.payload.code;
};

const said = async (world: TestWorld, session_id: string) => {
  const { session } = await world.ask("GetSession", { session_id });
  return session.conversation.map(({ role, content }) => `${role}: ${content}`);
};

const echo = ({ messages }: { messages: { content: string }[] }) =>
  `You said: ${messages[messages.length - 1]?.content}`;

describe("SendMessage", () => {
  test("has four errors of its own, and none of them leaves a trace", async () => {
    await using world = await openTestWorld({
      objects: {
        "helper.md": objectText({ name: "helper" }),
        "other.md": objectText({ name: "other" }),
      },
    });
    const { session } = await world.ask("CreateSession", { po_name: "other" });
    const head = world.store.journal.head();
    const code = (po_name: string, session_id: string | null, message = "hi") =>
      codeOf(world, "SendMessage", { po_name, session_id, message });
    expect([
      await code("nobody", null),
      await code("helper", "no-such-session"),
      await code("helper", session.session_id),
      await code("helper", null, ""),
    ]).toEqual(["po_not_found", "session_not_found", "session_mismatch", "invalid_request"]);
    expect(world.store.journal.head()).toBe(head);
  });

  test("with a rule or a tool that does not exist is refused before anything is kept", async () => {
    await using world = await openTestWorld({ tools: [testTool("look", { risk: "read" })] });
    const head = world.store.journal.head();
    const rule = (tool: string) => ({ rules: [{ tool, match: null, action: "deny" }] });
    const refused = async (settings: unknown) => {
      const answer = await world.call("SendMessage", {
        po_name: "helper",
        message: "hi",
        settings,
      });
      return answer.ok ? "ok" : [answer.payload.code, answer.payload.message];
    };
    const expected = ["invalid_request", "There is no tool 'bogus'. There are: look."];
    expect(await refused(rule("bogus"))).toEqual(expected);
    expect(await refused({ tools: ["look", "bogus"] })).toEqual(expected);
    expect(world.store.journal.head()).toBe(head);
    expect([await refused(rule("bog*")), await refused({ tools: ["look"] })]).toEqual(["ok", "ok"]);
  });

  test("to an object that is not there names those that are", async () => {
    await using world = await openTestWorld();
    expect(await world.call("SendMessage", { po_name: "x", message: "hi" })).toEqual({
      ok: false,
      type: "Error",
      payload: {
        code: "po_not_found",
        message: "There is no object 'x' (PO not found). There are: helper.",
        details: { po_name: "x", known: ["helper"] },
      },
    });
  });

  test("without a session begins one in the caller's folder, from the caller's kind", async () => {
    await using world = await openTestWorld({ script: echo });
    const client = world.connect({ client: "cli", workspace: "/tmp" });
    const params = { po_name: "helper", message: "hi", session_id: null };
    const one = await world.ask("SendMessage", params, client.connection.caller);
    const two = await world.ask("SendMessage", params, client.connection.caller);
    expect(one.session_id).not.toBe(two.session_id);
    const { session } = await world.ask("GetSession", { session_id: one.session_id });
    expect([session.workspace, session.source]).toEqual(["/tmp", "cli"]);
  });

  test("that cannot be committed is answered with why, and nothing of the session is left", async () => {
    await using world = await openTestWorld({ script: echo });
    const full = new JameyError("storage_failed", "The disk is full.");
    world.refuse((append) => (append.stream.startsWith("session/") ? full : undefined));
    expect(await codeOf(world, "SendMessage", { po_name: "helper", message: "hi" })).toBe(
      "storage_failed",
    );
    expect(await codeOf(world, "CreateSession", { po_name: "helper" })).toBe("storage_failed");
    world.refuse(undefined);
    expect(await world.ask("ListSessions", {})).toEqual({ sessions: [], next_cursor: null });
    expect(world.runtime().isIdle()).toBe(true);
    const { turn_id } = await send(world, "again");
    expect((await world.ask("WaitForTurn", { turn_id })).response).toBe("You said: again");
  });

  test("is refused in a session that was deleted", async () => {
    await using world = await openTestWorld({ script: echo });
    const { session_id, turn_id } = await send(world, "hi");
    await world.ask("WaitForTurn", { turn_id });
    await world.ask("DeleteSession", { session_id });
    const params = { po_name: "helper", message: "hi", session_id };
    expect(await codeOf(world, "SendMessage", params)).toBe("session_not_found");
  });

  test("above the limit of what waits is refused, and the first goes on", async () => {
    await using world = await openTestWorld();
    const { session_id } = await send(world, "first");
    const call = await world.model.next();
    for (let count = 0; count < 100; count += 1) await send(world, `${count}`, session_id);
    const params = { po_name: "helper", message: "one too many", session_id };
    expect(await codeOf(world, "SendMessage", params)).toBe("overloaded");
    call.answer("ok");
    (await world.model.next()).answer("ok");
    expect(await codeOf(world, "SendMessage", params)).toBe("ok");
  });

  test("in one session is queued in the order it was sent, also behind one with an image", async () => {
    await using world = await openTestWorld();
    const { session_id } = await send(world, "START");
    const data = Buffer.from("not really a picture").toString("base64");
    const attachments = [{ media_type: "image/png", data, name: "a.png" }];
    const pictured = { po_name: "helper", message: "FIRST", session_id, attachments };
    const refused = {
      ...pictured,
      message: "NONE",
      attachments: [{ ...attachments[0], data: "" }],
    };
    const codes = await Promise.all([
      codeOf(world, "SendMessage", pictured),
      codeOf(world, "SendMessage", refused),
      codeOf(world, "SendMessage", { po_name: "helper", message: "SECOND", session_id }),
    ]);
    expect(codes).toEqual(["ok", "bad_data", "ok"]);
    const queued = world
      .rows({ types: ["MessageQueued"] })
      .map((row) => (row.type === "MessageQueued" ? row.payload.content : ""));
    expect(queued).toEqual(["START", "FIRST", "SECOND"]);
  });

  test("takes images, keeps them once under their hash, and shows them to the model", async () => {
    await using world = await openTestWorld({ script: echo });
    const data = Buffer.from("not really a picture").toString("base64");
    const attachments = [
      { media_type: "image/png", data, name: "a.png" },
      { media_type: "image/png", data, name: null },
    ];
    const params = { po_name: "helper", message: "see", session_id: null, attachments };
    const { turn_id, session_id } = await world.ask("SendMessage", params);
    await world.ask("WaitForTurn", { turn_id });
    expect(world.model.requests[0]?.messages[0]?.images).toEqual([
      { media_type: "image/png", data },
      { media_type: "image/png", data },
    ]);
    const { session } = await world.ask("GetSession", { session_id });
    const kept = session.conversation[0]?.attachments ?? [];
    expect(kept.map(({ bytes, name }) => [bytes, name])).toEqual([
      [20, "a.png"],
      [20, null],
    ]);
    expect(new Set(kept.map((one) => one.sha256)).size).toBe(1);
    const wrong = [{ media_type: "text/html", data, name: null }];
    expect(await codeOf(world, "SendMessage", { ...params, attachments: wrong })).toBe("bad_data");
    const large = [{ media_type: "image/png", data: "A".repeat(12_000_000), name: null }];
    expect(await codeOf(world, "SendMessage", { ...params, attachments: large })).toBe("too_large");
  });
});

describe("a history that the vendor finds too long", () => {
  test("is compacted, and the turn answers", async () => {
    await using world = await openTestWorld({
      script: ({ system, messages }) => {
        if (system.startsWith("Summarise")) return "They talked.";
        return messages.length > 2 ? { fail: "context_full" } : `saw ${messages[0]?.content}`;
      },
    });
    const first = await send(world, "x".repeat(1_000));
    await world.ask("WaitForTurn", { turn_id: first.turn_id });
    const params = { po_name: "helper", message: "and now?", session_id: first.session_id };
    const { turn_id } = await world.ask("SendMessage", params);
    const { status, response } = await world.ask("WaitForTurn", { turn_id });
    expect([status, response]).toEqual([
      "completed",
      "saw <summary of the conversation so far>\nThey talked.\n</summary>",
    ]);
  });
});

describe("a message that steers", () => {
  test("is refused when it wants another model or limit than the running turn has", async () => {
    const held = heldRun();
    await using world = await openTestWorld({
      tools: [testTool("put", { run: held.run })],
      script: ({ messages }) =>
        messages.length > 1 ? "done" : { calls: [{ name: "put", args: {} }] },
    });
    const { session_id, turn_id } = await send(world, "go");
    await held.started;
    const settings = { model: "test/two", limits: { max_tokens: 9 } };
    const params = { po_name: "helper", message: "left", session_id, settings };
    const { caller } = world.connect({ variables: { JAMEY_MODEL: "test/three" } }).connection;
    const keyed = { ...params, message_key: "k1" };
    const refused = await world.call("SendMessage", { ...keyed, delivery: "steer" }, caller);
    expect(refused).toMatchObject({
      ok: false,
      payload: {
        code: "invalid_request",
        details: { settings: ["model", "limits.max_tokens"] },
      },
    });
    const plain = { ...params, settings: {}, delivery: "steer" as const };
    expect((await world.ask("SendMessage", plain, caller)).turn_id).toBe(turn_id);
    // What was refused has taken no key: the same message may wait behind the turn.
    const waiting = { ...keyed, settings: { model: "test/two" }, delivery: "queue" as const };
    expect((await world.ask("SendMessage", waiting, caller)).turn_id).not.toBe(turn_id);
    held.finish("done");
    await world.ask("WaitForTurn", { turn_id });
  });

  test("joins the running turn after the round of tools, and returns that turn's id", async () => {
    const held = heldRun();
    await using world = await openTestWorld({
      tools: [testTool("put", { run: held.run })],
      script: ({ messages }) =>
        messages.length > 1
          ? messages.map((message) => message.content).join(" | ")
          : { text: "Wait.", calls: [{ name: "put", args: {} }] },
    });
    const first = await send(world, "go");
    await held.started;
    const steered = await world.ask("SendMessage", {
      po_name: "helper",
      message: "to the left",
      session_id: first.session_id,
      delivery: "steer",
    });
    expect(steered.turn_id).toBe(first.turn_id);
    held.finish("done");
    const { response } = await world.ask("WaitForTurn", { turn_id: first.turn_id });
    expect(response).toBe("go | Wait. | done | to the left");
  });

  test("where no turn runs begins one", async () => {
    await using world = await openTestWorld({ script: echo });
    const params = { po_name: "helper", message: "hi", session_id: null };
    const { turn_id } = await world.ask("SendMessage", { ...params, delivery: "steer" });
    expect((await world.ask("WaitForTurn", { turn_id })).response).toBe("You said: hi");
  });
});

describe("a limit of tokens", () => {
  test("is what the model may write at most", async () => {
    await using world = await openTestWorld();
    const { turn_id } = await world.ask("SendMessage", {
      po_name: "helper",
      message: "hi",
      session_id: null,
      settings: { limits: { max_tokens: 10 } },
    });
    const call = await world.model.next();
    expect(call.request.max_output_tokens).toBe(10);
    call.answer("short");
    expect((await world.ask("WaitForTurn", { turn_id })).response).toBe("short");
  });
});

describe("CancelTurn", () => {
  test("stops the running turn, aborts its model call, and parks what is queued", async () => {
    await using world = await openTestWorld();
    const first = await send(world, "first");
    const call = await world.model.next();
    call.write("I was about to");
    const second = await send(world, "second", first.session_id);
    await world.ask("CancelTurn", { turn_id: first.turn_id, reason: "changed my mind" });
    expect(call.signal.aborted).toBe(true);
    const run = await world.ask("WaitForTurn", { turn_id: first.turn_id });
    expect([run.status, run.error]).toEqual(["cancelled", null]);
    expect(world.model.requests.length).toBe(1);
    const { session } = await world.ask("GetSession", { session_id: first.session_id });
    expect([session.state, session.queued]).toEqual(["idle", 1]);
    expect(await said(world, first.session_id)).toEqual([
      "user: first",
      "assistant: I was about to",
    ]);
    // The next message lets the parked one go first.
    const third = await send(world, "third", first.session_id);
    (await world.model.next()).answer("two");
    (await world.model.next()).answer("three");
    await world.ask("WaitForTurn", { turn_id: second.turn_id });
    await world.ask("WaitForTurn", { turn_id: third.turn_id });
    expect((await said(world, first.session_id)).slice(-4)).toEqual([
      "user: second",
      "assistant: two",
      "user: third",
      "assistant: three",
    ]);
  });

  test("stops a running tool, and the call is told as stopped, with what it had written", async () => {
    const held = heldRun();
    await using world = await openTestWorld({
      tools: [testTool("put", { run: held.run })],
      script: () => ({ calls: [{ name: "put", args: {} }] }),
    });
    const { turn_id, session_id } = await send(world, "go");
    const { signal, emit } = await held.started;
    emit("one\n");
    await world.ask("CancelTurn", { turn_id });
    expect(signal.aborted).toBe(true);
    expect((await said(world, session_id)).at(-1)?.replace(/after [\d.]+ s/, "after a while")).toBe(
      "tool: Stopped after a while, before it ended; what it did until then stays done. " +
        "What it had written:\none\n",
    );
    const [ended] = world.rows({ types: ["ToolCallCompleted"] });
    expect(ended?.payload).toMatchObject({ outcome: "cancelled", output_bytes: 4 });
  });

  test("takes a queued turn out of the queue, and the others run", async () => {
    await using world = await openTestWorld();
    const first = await send(world, "first");
    const call = await world.model.next();
    const second = await send(world, "second", first.session_id);
    const third = await send(world, "third", first.session_id);
    await world.ask("CancelTurn", { turn_id: second.turn_id });
    expect((await world.ask("WaitForTurn", { turn_id: second.turn_id })).status).toBe("cancelled");
    call.answer("one");
    (await world.model.next()).answer("three");
    await world.ask("WaitForTurn", { turn_id: third.turn_id });
    expect(await said(world, first.session_id)).toEqual([
      "user: first",
      "assistant: one",
      "user: third",
      "assistant: three",
    ]);
  });

  test("of a turn that is over or was never there is refused", async () => {
    await using world = await openTestWorld({ script: echo });
    const { turn_id } = await send(world, "hi");
    await world.ask("WaitForTurn", { turn_id });
    expect(await codeOf(world, "CancelTurn", { turn_id })).toBe("turn_not_found");
    expect(await codeOf(world, "CancelTurn", { turn_id: "none" })).toBe("turn_not_found");
  });
});
