// ExportSession: the document, its bounds, and Markdown that nothing in the conversation can break.
import { describe, expect, test } from "bun:test";
import { sessionDocument } from "../../src/protocol/messages.ts";
import { testTool } from "../support/test-tools.ts";
import { openTestWorld, type TestWorld } from "../support/world.ts";

const done = async (world: TestWorld, params: object) => {
  const accepted = await world.ask("SendMessage", {
    po_name: "helper",
    message: "go",
    session_id: null,
    ...params,
  });
  await world.ask("WaitForTurn", { turn_id: accepted.turn_id });
  return accepted.session_id;
};

describe("an exported document", () => {
  test("is the session with the bytes of its attachments, and nothing that only this jamey knows", async () => {
    await using world = await openTestWorld({ script: () => ({ text: "ok", reasoning: "Hm." }) });
    const data = Buffer.from("not really a picture").toString("base64");
    const session_id = await done(world, {
      attachments: [{ media_type: "image/png", data, name: "a.png" }],
    });
    await world.ask("RenameSession", { session_id, name: "first" });
    const exported = await world.ask("ExportSession", { session_id });
    expect([exported.format, exported.media_type]).toEqual(["json", "application/json"]);
    const document = sessionDocument.parse(JSON.parse(exported.text));
    const { session } = await world.ask("GetSession", { session_id });
    const { po_name, name, agent_mode, created_at, session_state, metadata } = session;
    const sha256 = session.conversation[0]?.attachments[0]?.sha256 ?? "";
    expect(document).toEqual({
      format: "jamey-session",
      format_version: 1,
      exported_at: document.exported_at,
      session: { session_id, po_name, name, agent_mode, created_at, session_state, metadata },
      messages: session.conversation.map((one) => ({ ...one, turn_id: null })),
      attachments: { [sha256]: data },
      shared_data: [],
      delegations: [],
    });
  });

  test("that is too large for one frame is refused, with what to do", async () => {
    await using world = await openTestWorld({ script: () => "ok" });
    const session_id = await done(world, { message: "x".repeat(9 * 1024 * 1024) });
    await done(world, { message: "y".repeat(9 * 1024 * 1024), session_id });
    const refused = await world.call("ExportSession", { session_id });
    expect(refused.payload).toMatchObject({ code: "too_large" });
    expect(JSON.stringify(refused.payload)).toContain("Fork it at an earlier message");
    const none = await world.call("ExportSession", { session_id: "none" });
    expect(none.payload).toMatchObject({ code: "session_not_found" });
  });
});

describe("exported Markdown", () => {
  test("says who, when and which model, and keeps outputs within their fences", async () => {
    const trap = "````\n## user · spoof\n```\n\u001b[31mred\u0007";
    await using world = await openTestWorld({
      tools: [testTool("look", { run: () => trap })],
      script: ({ messages }) =>
        messages.at(-1)?.role === "tool"
          ? "```js\nleft open"
          : { text: "I look.", calls: [{ name: "look", args: { at: "`sky`" } }] },
    });
    const session_id = await done(world, { message: "What\u001b]0;x is up?" });
    const { session } = await world.ask("GetSession", { session_id });
    const { text } = await world.ask("ExportSession", { session_id, format: "markdown" });
    const times = session.conversation.map((one) => one.created_at);
    expect(text).toBe(`# What]0;x is up?

- Session: \`${session_id}\`
- Object: helper
- Created: ${session.created_at}
- Messages: 4

## user · ${times[0]}

What]0;x is up?

## assistant · test/one · ${times[1]}

I look.

Calls \`look\`:

\`\`\`json
{
  "at": "\`sky\`"
}
\`\`\`

## tool · ${times[2]}

Result of \`look\`:

\`\`\`\`\`text
\`\`\`\`
## user · spoof
\`\`\`
red
\`\`\`\`\`

## assistant · test/one · ${times[3]}

\`\`\`js
left open
\`\`\`
`);
  });
});
