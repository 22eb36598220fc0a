// ImportSession: what was exported comes back whole; what somebody else wrote is judged, and refused whole.
import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import type { Params } from "../../src/protocol/commands/index.ts";
import { MAX_IMPORTED_MESSAGES } from "../../src/protocol/limits.ts";
import { type SessionDocument, sessionDocument } from "../../src/protocol/messages.ts";
import { testTool } from "../support/test-tools.ts";
import { objectText, openTestWorld, type TestWorld } from "../support/world.ts";

const picture = Buffer.from("not really a picture");
const data = picture.toString("base64");

async function exported(world: TestWorld, session_id: string): Promise<SessionDocument> {
  const { text } = await world.ask("ExportSession", { session_id });
  return sessionDocument.parse(JSON.parse(text));
}

/** A session with a picture, calls and reasoning. */
async function sessionIn(world: TestWorld): Promise<string> {
  const { session_id, turn_id } = await world.ask("SendMessage", {
    po_name: "helper",
    message: "zwei\u0000 \ud83e\udd8a\u2028 <b>",
    session_id: null,
    attachments: [{ media_type: "image/png", data, name: "a.png" }],
  });
  await world.ask("WaitForTurn", { turn_id });
  return session_id;
}

const options = () => ({
  tools: [testTool("look")],
  script: ({ messages }: { messages: { role: string }[] }) =>
    messages.at(-1)?.role === "tool"
      ? "Done."
      : { text: "", reasoning: "Hm.", calls: [{ name: "look", args: { deep: [{ er: null }] } }] },
});

/** By places instead of by ids. */
function withoutIds({ messages }: SessionDocument) {
  const ids: (string | null)[] = messages.flatMap((one) => one.tool_calls.map((call) => call.id));
  return messages.map(({ message_id: _, ...one }) => ({
    ...one,
    tool_call_id: one.tool_call_id === null ? null : ids.indexOf(one.tool_call_id),
    tool_calls: one.tool_calls.map((call) => ({ ...call, id: ids.indexOf(call.id) })),
  }));
}

test("a name that is blank or too long is refused, given beside the document or in it", async () => {
  await using world = await openTestWorld(options());
  const document = await exported(world, await sessionIn(world));
  const named = (name: string) => ({ ...document, session: { ...document.session, name } });
  for (const asked of [
    { document, name: " \t" },
    { document: named("") },
    { document: named("x".repeat(201)) },
  ]) {
    await expect(world.ask("ImportSession", asked)).rejects.toThrow("name");
  }
});

describe("an imported session", () => {
  test("has the messages of its document byte for byte, and goes on", async () => {
    await using here = await openTestWorld(options());
    await using there = await openTestWorld(options());
    const document = await exported(here, await sessionIn(here));
    const { session } = await there.ask("ImportSession", { document, name: "again" });
    expect([session.po_name, session.name, session.title]).toEqual([
      "helper",
      "again",
      "zwei 🦊 <b>",
    ]);
    const back = await exported(there, session.session_id);
    expect(withoutIds(back)).toEqual(withoutIds(document));
    expect(back.attachments).toEqual(document.attachments);
    const { turn_id } = await there.ask("SendMessage", {
      po_name: "helper",
      message: "on",
      session_id: session.session_id,
    });
    await there.ask("WaitForTurn", { turn_id });
    expect(there.model.requests[0]?.messages[0]?.images).toEqual([
      { media_type: "image/png", data },
    ]);
    // Twice in one environment is two sessions.
    const second = await there.ask("ImportSession", { document });
    expect(second.session.session_id).not.toBe(session.session_id);
  });

  test("needs an object: the document's, or the one that is named", async () => {
    await using here = await openTestWorld(options());
    const document = await exported(here, await sessionIn(here));
    await using there = await openTestWorld({
      objects: { "other.md": objectText({ name: "other" }) },
    });
    const refused = await there.call("ImportSession", { document });
    expect(refused.payload).toMatchObject({
      code: "po_not_found",
      message:
        "The document is a session of 'helper', and there is no such object (PO not found): name the one to import it for (po_name, --object). There are: other.",
    });
    const { session } = await there.ask("ImportSession", { document, po_name: "other" });
    expect(session.po_name).toBe("other");
    const missing = await there.call("ImportSession", { document, po_name: "none" });
    expect(missing.payload).toMatchObject({ code: "po_not_found" });
  });

  test("repairs calls without results, and leaves out results without calls", async () => {
    await using world = await openTestWorld(options());
    const document = await exported(world, await sessionIn(world));
    const [said, asked, result] = document.messages;
    if (!said || !asked || !result) throw new Error("three messages");
    const cut = (messages: SessionDocument["messages"]) =>
      world.ask("ImportSession", { document: { ...document, messages } });
    const roles = async (messages: SessionDocument["messages"]) =>
      (await cut(messages)).session.conversation.map((one) => one.role);
    expect(await roles([said, asked])).toEqual(["user", "assistant", "tool"]);
    expect(await roles([said, result])).toEqual(["user"]);
    expect(await roles([said, asked, result, result])).toEqual(["user", "assistant", "tool"]);
  });

  test("has as many messages as may be committed in one go, and no more", async () => {
    await using world = await openTestWorld(options());
    const document = await exported(world, await sessionIn(world));
    const like = document.messages[0];
    if (!like) throw new Error("The document has no message.");
    const message = { ...like, attachments: [] };
    const messages = Array.from({ length: MAX_IMPORTED_MESSAGES }, (_, index) => ({
      ...message,
      message_id: `m${index}`,
    }));
    const whole = { ...document, messages, attachments: {} };
    const { session } = await world.ask("ImportSession", { document: whole });
    expect(session.message_count).toBe(MAX_IMPORTED_MESSAGES);
    const longer = { ...whole, messages: [...messages, message] };
    const answer = await world.call("ImportSession", { document: longer });
    expect(answer.payload).toMatchObject({ code: "invalid_request" });
  });

  test("is for humans only", async () => {
    await using world = await openTestWorld(options());
    const document = await exported(world, await sessionIn(world));
    const { caller } = world.connect({ call_id: "k1" }).connection;
    const refused = await world.call("ImportSession", { document }, caller);
    expect(refused.payload).toMatchObject({ code: "forbidden" });
  });
});

describe("a hostile document", () => {
  type Change = (document: SessionDocument) => unknown;
  const first = (document: SessionDocument, fields: object): unknown => ({
    ...document,
    messages: document.messages.map((one, index) => (index === 0 ? { ...one, ...fields } : one)),
  });
  const hostile: [string, string, Change][] = [
    ["of another format", "invalid_request", (it) => ({ ...it, format: "zip" })],
    ["of a later version", "invalid_request", (it) => ({ ...it, format_version: 2 })],
    ["that is no object", "invalid_request", () => "text"],
    [
      "with an id without end",
      "invalid_request",
      (it) => first(it, { message_id: "x".repeat(129) }),
    ],
    ["with a time that is none", "invalid_request", (it) => first(it, { created_at: "soon" })],
    ["that speaks as the system", "bad_data", (it) => first(it, { role: "system" })],
    [
      "with calls of a human",
      "bad_data",
      (it) => first(it, { tool_calls: [{ id: "c", name: "look", args: {} }] }),
    ],
    ["with a call id where none is", "bad_data", (it) => first(it, { tool_call_id: "c" })],
    [
      "with what only a vendor may have written",
      "bad_data",
      (it) => ({
        ...it,
        messages: it.messages.map((one) =>
          one.role === "assistant"
            ? { ...one, reasoning: { text: "", opaque: { vendor: "openai", items: [{}] } } }
            : one,
        ),
      }),
    ],
    ["with bytes under another hash", "bad_data", (it) => ({ ...it, attachments: changed(it) })],
    [
      "with bytes that no message has",
      "bad_data",
      (it) => ({ ...it, attachments: { ...it.attachments, ["a".repeat(64)]: data } }),
    ],
    [
      "with a path instead of a hash",
      "bad_data",
      (it) => first(it, { attachments: [attachment({ sha256: "../../keys.yml" })] }),
    ],
    [
      "with an attachment that is no picture",
      "bad_data",
      (it) => first(it, { attachments: [attachment({ media_type: "text/html" })] }),
    ],
    [
      "with an event that is too large",
      "too_large",
      (it) => first(it, { content: "x".repeat(13 * 1024 * 1024) }),
    ],
  ];
  const attachment = (fields: object) => ({
    media_type: "image/png",
    bytes: 1,
    sha256: "a".repeat(64),
    name: null,
    ...fields,
  });
  const changed = ({ attachments }: SessionDocument) =>
    Object.fromEntries(
      Object.keys(attachments).map((sha256) => [
        sha256,
        Buffer.from("not really a pictura").toString("base64"),
      ]),
    );

  test("is refused whole", async () => {
    await using world = await openTestWorld(options());
    const session_id = await sessionIn(world);
    const document = await exported(world, session_id);
    for (const [name, code, change] of hostile) {
      // Whether it has the shape is what is asked.
      const params = { document: change(document) } as Params<"ImportSession">;
      const answer = await world.call("ImportSession", params);
      expect({ name, ...(answer.payload as object) }).toMatchObject({ name, code });
    }
    expect((await world.ask("ListSessions", {})).sessions.length).toBe(1);
    expect(readdirSync(`${world.folder}/attachments`)).toEqual([session_id]);
  });
});
