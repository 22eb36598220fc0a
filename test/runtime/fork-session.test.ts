// ForkSession: what a copy holds, where it is cut, that it stands alone, and that it is whole or not there.
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { copyHistory } from "../../src/core/session/copied-history.ts";
import { JameyError } from "../../src/protocol/errors.ts";
import type { Message } from "../../src/protocol/messages.ts";
import { testTool } from "../support/test-tools.ts";
import { openTestWorld, type TestWorld } from "../support/world.ts";

const send = (world: TestWorld, message: string, session_id: string | null = null) =>
  world.ask("SendMessage", { po_name: "helper", message, session_id });

const done = async (world: TestWorld, message: string, session_id: string | null = null) => {
  const accepted = await send(world, message, session_id);
  await world.ask("WaitForTurn", { turn_id: accepted.turn_id });
  return accepted.session_id;
};

/** One round of two calls, then the answer. */
const withTools = () =>
  openTestWorld({
    tools: [testTool("look"), testTool("put")],
    script: ({ messages }) =>
      messages.at(-1)?.role === "tool"
        ? "Both done."
        : {
            text: "I look.",
            reasoning: "Hm.",
            calls: [
              { name: "look", args: { at: "sky" } },
              { name: "put", args: {} },
            ],
          },
  });

const conversation = async (world: TestWorld, session_id: string) =>
  (await world.ask("GetSession", { session_id })).session.conversation;

/** What is said, without ids: calls and results by their places. */
function content(messages: readonly Message[]) {
  const ids: (string | null)[] = messages.flatMap((one) => one.tool_calls.map((call) => call.id));
  return messages.map(({ message_id: _, turn_id: __, ...message }) => ({
    ...message,
    tool_call_id: message.tool_call_id === null ? null : ids.indexOf(message.tool_call_id),
    tool_calls: message.tool_calls.map((call) => ({ ...call, id: ids.indexOf(call.id) })),
  }));
}

describe("a fork", () => {
  test("has the same conversation under ids of its own, in one append, and goes on alone", async () => {
    await using world = await withTools();
    const session_id = await done(world, "go");
    const { caller } = world.connect({ client: "tui", workspace: "/elsewhere" }).connection;
    const { session } = await world.ask("ForkSession", { session_id, name: "copy" }, caller);
    const original = await conversation(world, session_id);
    expect(content(session.conversation)).toEqual(content(original));
    expect(session).toMatchObject({
      name: "copy",
      title: "go",
      state: "idle",
      source: "tui",
      workspace: world.folder,
      forked_from: { session_id, message_id: null },
      message_count: original.length,
    });
    expect(session.conversation.every((one) => one.turn_id === null)).toBe(true);
    const used = new Set(original.flatMap((one) => [one.message_id, one.tool_call_id]));
    const fresh = session.conversation.flatMap((one) => [one.message_id, one.tool_call_id]);
    expect(fresh.filter((id) => id !== null && used.has(id))).toEqual([]);
    const rows = world.rows({ session_id: session.session_id });
    expect(new Set(rows.map((row) => row.at)).size).toBe(1);

    await world.restart();
    expect(await conversation(world, session.session_id)).toEqual(session.conversation);
    await done(world, "further", session.session_id);
    expect(await conversation(world, session_id)).toEqual(original);
    const asked = world.model.requests.at(-1)?.messages.map((one) => [one.role, one.content]);
    expect(asked).toEqual([
      ["user", "go"],
      ["assistant", "I look."],
      ["tool", "look done"],
      ["tool", "put done"],
      ["assistant", "Both done."],
      ["user", "further"],
      ["assistant", "I look."],
      ["tool", "look done"],
      ["tool", "put done"],
    ]);
    await world.ask("DeleteSession", { session_id });
    expect((await conversation(world, session.session_id)).length).toBe(9 + 1);
  });

  test("at a message has what leads to it; a cut within a round takes the whole round", async () => {
    await using world = await withTools();
    const session_id = await done(world, "go");
    await done(world, "again", session_id);
    const messages = await conversation(world, session_id);
    const lengths: number[] = [];
    for (const { message_id } of messages) {
      const { session } = await world.ask("ForkSession", { session_id, message_id });
      const length = session.conversation.length;
      expect(content(session.conversation)).toEqual(content(messages.slice(0, length)));
      lengths.push(length);
    }
    expect(lengths).toEqual([1, 4, 4, 4, 5, 6, 9, 9, 9, 10]);
    const missing = await world.call("ForkSession", { session_id, message_id: "m_none" });
    expect(missing.payload).toMatchObject({ code: "not_found" });
    const none = await world.call("ForkSession", { session_id: "none" });
    expect(none.payload).toMatchObject({ code: "session_not_found" });
  });

  test("of a running session takes what is committed; a call without a result has an unknown one", async () => {
    const { promise: finish, resolve } = Promise.withResolvers<string>();
    await using world = await openTestWorld({
      tools: [testTool("look", { run: () => finish })],
      script: ({ messages }) =>
        messages.at(-1)?.role === "tool" ? "Seen." : { calls: [{ name: "look", args: {} }] },
    });
    const { session_id, turn_id } = await send(world, "go");
    await world.happened("ToolCallStarted");
    const { session } = await world.ask("ForkSession", { session_id });
    expect(session.conversation.map((one) => [one.role, one.content])).toEqual([
      ["user", "go"],
      ["assistant", ""],
      [
        "tool",
        "Interrupted: it is not known whether this call ran. Check before you try it again.",
      ],
    ]);
    expect([session.state, session.turn_id, session.queued]).toEqual(["idle", null, 0]);
    resolve("sun");
    expect((await world.ask("WaitForTurn", { turn_id })).response).toBe("Seen.");
    expect((await conversation(world, session.session_id)).length).toBe(3);
  });

  test("asks the model with the summary that its original has", async () => {
    await using world = await openTestWorld({
      script: ({ messages }) =>
        messages.at(-1)?.content.includes("Summarise") || messages.length === 0
          ? "In short."
          : "word ".repeat(300),
      config: { limits: { compact_above_tokens: 500 } },
    });
    const session_id = await done(world, "first");
    await done(world, "second", session_id);
    await done(world, "third", session_id);
    const [compacted] = world.rows({ session_id, types: ["HistoryCompacted"] });
    const shown = (of: string) =>
      world.rows({ session_id: of, types: ["HistoryCompacted"] }).map((row) => row.payload);
    const { session } = await world.ask("ForkSession", { session_id });
    const before = await conversation(world, session_id);
    const after = await conversation(world, session.session_id);
    const last = shown(session_id).at(-1) as { through_message_id: string; summary: string };
    const place = before.findIndex((one) => one.message_id === last.through_message_id);
    expect(shown(session.session_id)).toEqual([
      {
        session_id: session.session_id,
        through_message_id: after[place]?.message_id ?? "",
        summary: last.summary,
      },
    ]);
    // A cut before what the summary stands for needs none.
    const message_id = before[0]?.message_id ?? "";
    const short = await world.ask("ForkSession", { session_id, message_id });
    expect(compacted).toBeDefined();
    expect(shown(short.session.session_id)).toEqual([]);
  });

  test("keeps its attachments when the original is deleted", async () => {
    await using world = await openTestWorld({ script: () => "ok" });
    const data = Buffer.from("not really a picture").toString("base64");
    const { session_id, turn_id } = await world.ask("SendMessage", {
      po_name: "helper",
      message: "see",
      session_id: null,
      attachments: [{ media_type: "image/png", data, name: "a.png" }],
    });
    await world.ask("WaitForTurn", { turn_id });
    const { session } = await world.ask("ForkSession", { session_id });
    await world.ask("DeleteSession", { session_id });
    const sha256 = session.conversation[0]?.attachments[0]?.sha256 ?? "";
    expect(existsSync(join(world.folder, "attachments", session.session_id, sha256))).toBe(true);
    await done(world, "and now?", session.session_id);
    expect(world.model.requests.at(-1)?.messages[0]?.images).toEqual([
      { media_type: "image/png", data },
    ]);
  });

  test("under a chosen id is made once, and is another's never", async () => {
    await using world = await openTestWorld({ script: () => "ok" });
    const session_id = await done(world, "one");
    const other = await done(world, "two");
    const fork = { session_id, new_session_id: "chosen-fork" };
    const [a, b] = await Promise.all([
      world.ask("ForkSession", fork),
      world.ask("ForkSession", fork),
    ]);
    expect(a).toEqual(b);
    await done(world, "more", "chosen-fork");
    expect((await world.ask("ForkSession", fork)).session.message_count).toBe(4);
    for (const wrong of [
      { ...fork, session_id: other },
      { session_id, new_session_id: other },
    ]) {
      const refused = await world.call("ForkSession", wrong);
      expect(refused.payload).toMatchObject({ code: "session_mismatch" });
    }
  });

  test("that cannot be committed is not there at all, nor are its files", async () => {
    await using world = await openTestWorld({ script: () => "ok" });
    const data = Buffer.from("not really a picture").toString("base64");
    const { session_id, turn_id } = await world.ask("SendMessage", {
      po_name: "helper",
      message: "see",
      session_id: null,
      attachments: [{ media_type: "image/png", data, name: null }],
    });
    await world.ask("WaitForTurn", { turn_id });
    const full = new JameyError("storage_failed", "The disk is full.");
    world.refuse((append) => (append.stream === `session/${session_id}` ? undefined : full));
    const refused = await world.call("ForkSession", { session_id });
    expect(refused.payload).toMatchObject({ code: "storage_failed" });
    world.refuse(undefined);
    expect((await world.ask("ListSessions", {})).sessions.length).toBe(1);
    expect(readdirSync(join(world.folder, "attachments"))).toEqual([session_id]);
  });

  test("that a crash cuts short leaves nothing behind", async () => {
    await using world = await openTestWorld({ script: () => "ok" });
    const data = Buffer.from("not really a picture").toString("base64");
    const { session_id, turn_id } = await world.ask("SendMessage", {
      po_name: "helper",
      message: "see",
      session_id: null,
      attachments: [{ media_type: "image/png", data, name: null }],
    });
    await world.ask("WaitForTurn", { turn_id });
    world.crash();
    void world.call("ForkSession", { session_id, new_session_id: "never-there" });
    const folder = join(world.folder, "attachments", "never-there");
    const isKept = () => readdirSync(folder).some((name) => name.length === 64);
    while (!existsSync(folder) || !isKept()) await new Promise(setImmediate);
    await world.start();
    expect((await world.ask("ListSessions", {})).sessions.map((one) => one.session_id)).toEqual([
      session_id,
    ]);
    expect(existsSync(folder)).toBe(false);
    const again = await world.ask("ForkSession", { session_id });
    expect(again.session.message_count).toBe(2);
  });
});

describe("a copied history", () => {
  const message = (fields: Partial<Message> & Pick<Message, "message_id" | "role">): Message => ({
    turn_id: "t1",
    content: fields.message_id,
    name: null,
    tool_call_id: null,
    tool_calls: [],
    attachments: [],
    reasoning: null,
    source: "cli",
    created_at: "2026-01-01T00:00:00.000Z",
    ...fields,
  });
  const call = (id: string) => ({ id, name: "look", args: {} });
  const copy = (messages: Message[]) => {
    let next = 0;
    const newId = (prefix: string) => `${prefix}${++next}`;
    return copyHistory({ messages, compactions: [], newId }).messages.map(
      ({ role, content, tool_calls, tool_call_id }) => [
        role,
        content.slice(0, 11),
        tool_calls.map((one) => one.id).join(" ") || tool_call_id,
      ],
    );
  };

  test("gives every call one result: what is missing is unknown, what answers nothing goes", () => {
    const result = (message_id: string, tool_call_id: string | null) =>
      message({ message_id, role: "tool", tool_call_id });
    expect(
      copy([
        result("lost", "c0"),
        message({ message_id: "ask", role: "assistant", tool_calls: [call("c1"), call("c2")] }),
        result("r2", "c2"),
        result("r2 again", "c2"),
        message({ message_id: "ask more", role: "assistant", tool_calls: [call("c2")] }),
        message({ message_id: "between", role: "user" }),
        result("late", "c2"),
        result("nobody", null),
      ]),
    ).toEqual([
      ["assistant", "ask", "k2 k3"],
      ["tool", "r2", "k3"],
      ["tool", "Interrupted", "k2"],
      ["assistant", "ask more", "k6"],
      ["user", "between", null],
      ["tool", "late", "k6"],
    ]);
  });
});
