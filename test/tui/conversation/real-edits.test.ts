// What the tools that change files say, read as the interface reads it: both words are held together here.
import { expect, test } from "bun:test";
import { transcriptOf } from "../../../src/client/transcript.ts";
import type { Message, ToolCall } from "../../../src/protocol/messages.ts";
import { fileEditTool } from "../../../src/tools/file-edit.ts";
import { fileWriteTool } from "../../../src/tools/file-write.ts";
import { openToolWorld } from "../../support/tool-world.ts";
import { changesOf } from "../../support/tui-edited.ts";
import { message } from "../../support/tui-frames.ts";
import { answered, sessionOf } from "../../support/tui-whole.ts";

const tools = { file_edit: fileEditTool(), file_write: fileWriteTool() };

test("what the real tools answer tells which of their calls changed a file, and which made one", async () => {
  await using rig = await openToolWorld();
  const messages: Message[] = [];
  async function run(name: keyof typeof tools, args: Record<string, string>): Promise<void> {
    const call: ToolCall = { id: `c${messages.length}`, name, args };
    const { output } = await rig.call(tools[name], args);
    messages.push(
      answered(`m${messages.length}`, "", { tool_calls: [call] }),
      message({ message_id: `r${call.id}`, role: "tool", tool_call_id: call.id, content: output }),
    );
  }
  await run("file_write", { path: "made.ts", content: "one\ntwo\n" });
  await run("file_edit", { path: "./made.ts", old_text: "two", new_text: "three" });
  await run("file_edit", { path: "made.ts", old_text: "nowhere", new_text: "x" });
  await run("file_write", { path: "../outside.ts", content: "x" });
  await run("file_write", { path: "kept.ts", content: "first\n" });
  // Of an earlier conversation, as far as this one knows.
  messages.splice(-2);
  await run("file_write", { path: `${rig.workspace}/kept.ts`, content: "second\n" });
  // As it is fetched: nothing but the messages tells how a call ended.
  const { files } = changesOf(transcriptOf(sessionOf(messages)), rig.workspace);
  expect(files.map(({ path, calls, fragments }) => [path, calls, fragments])).toEqual([
    ["made.ts", 2, [{ before: "", after: "one\nthree\n", isWhole: true }]],
    ["kept.ts", 1, [{ before: null, after: "second\n", isWhole: true }]],
  ]);
});
