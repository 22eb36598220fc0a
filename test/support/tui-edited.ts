// A conversation that changed files: edits one after the other, a file written anew, commands, a failure.
import { foldFrame, type Transcript, transcriptOf } from "../../src/client/transcript.ts";
import type { Reply } from "../../src/protocol/commands/index.ts";
import type { Message, ToolCall } from "../../src/protocol/messages.ts";
import { type Changes, createChanges } from "../../src/tui/conversation/file-changes.ts";
import { createMemo } from "../../src/tui/conversation/memo.ts";
import type { OpenConversation } from "../../src/tui/pane.ts";
import { agentOf, createFrames, message } from "./tui-frames.ts";
import { answered, ids, noMoney, said, sessionOf } from "./tui-whole.ts";

const server = `import { listen } from "./net";

export function start(port: number) {
  const log = console.log;
  log("starting");
  const region = "eu";
  const retries = 2;
  const timeout = 1000;
  return listen({ port, region, retries });
}

export function stop() {
  close();
}
`;

const edit = (id: string, path: string, old_text: string, new_text: string): ToolCall => ({
  id,
  name: "file_edit",
  args: { path, old_text, new_text },
});

export const editCalls = {
  /** Two changes in one call. */
  server: edit(
    "e1",
    "src/server.ts",
    server,
    server
      .replace('{ listen } from "./net"', '{ close, listen } from "./net"')
      .replace("const timeout = 1000;\n  return", "return")
      .replace("  close();\n}", "  close();\n  console.log('stopped');\n}"),
  ),
  region: edit("e2", "src/server.ts", 'const region = "eu";', 'const region = "us";'),
  space: edit("e3", "src/space.ts", "if (a) {\n  b();\n}\n", "if (a) {\n\tb( );\n}\n"),
  notes: {
    id: "e4",
    name: "file_write",
    args: { path: "NOTES.md", content: "# Notes\n\nThe region is us now.\n" },
  },
  missing: edit("e5", "src/missing.ts", "const one = 1;", "const one = 2;"),
  tests: { id: "e6", name: "shell", args: { command: "bun test --bail" } },
} as const satisfies Record<string, ToolCall>;

export const testOutput = Array.from({ length: 60 }, (_, index) => `(pass) test ${index + 1}`).join(
  "\n",
);

const outputs: Record<string, string> = {
  e1: "Edited /home/ada/project/src/server.ts: 1 replacement at line 1, 330 bytes written.",
  e2: "Edited /home/ada/project/src/server.ts: 1 replacement at line 6, 330 bytes written.",
  e3: "Edited /home/ada/project/src/space.ts: 1 replacement at line 1, 20 bytes written.",
  e4: "Created /home/ada/project/NOTES.md: 33 bytes written.",
  e5: "src/missing.ts: there is no such file.",
  e6: testOutput,
};

const resultOf = ({ id }: ToolCall): Message =>
  message({ message_id: `r-${id}`, role: "tool", tool_call_id: id, content: outputs[id] ?? "" });

/** The messages, in order: what was said, then calls with what they answered. */
export function editedMessages(): Message[] {
  const { server: first, region, space, notes, missing, tests } = editCalls;
  return [
    said("u1", "Move it to the other region."),
    answered("a1", "First the server.", { tool_calls: [first, region] }),
    resultOf(first),
    resultOf(region),
    answered("a2", "Now the rest.", { tool_calls: [space, notes, missing] }),
    resultOf(space),
    resultOf(notes),
    resultOf(missing),
    answered("a3", "", {
      tool_calls: [tests],
      reasoning: { text: "The tests tell whether it holds.", opaque: null },
    }),
    resultOf(tests),
    answered("a4", "It is in **us** now, and the tests pass."),
  ];
}

/** What a follower is told of it beside its messages. */
export function editedFrames() {
  const { frames, add } = createFrames();
  add("TurnStarted", { ...ids, agent: { ...agentOf("assistant"), context_tokens: 200_000 } });
  for (const { id, name } of Object.values(editCalls)) {
    const success = id !== "e5";
    add("ToolCallCompleted", {
      ...ids,
      call_id: id,
      name,
      success,
      outcome: success ? "completed" : "failed",
      duration_ms: 20,
      output_bytes: 80,
      spilled_to: null,
      denial: null,
    });
  }
  add("UsageRecorded", {
    ...ids,
    call_id: "k1",
    model: "test/one",
    usage: { ...noMoney, input_tokens: 17_000, output_tokens: 1_200, cost_usd: 0.12 },
  });
  add("TurnCompleted", { ...ids, message_id: "a4", stop_reason: "stop" });
  return frames;
}

export const editedTranscript = (messages: Message[] = editedMessages()): Transcript =>
  editedFrames().reduce(foldFrame, transcriptOf(sessionOf(messages)));

export type Done = readonly [
  name: "file_edit" | "file_write",
  args: Record<string, string | boolean>,
  said?: string,
];

/** A conversation in which these calls were made, one after the other, as it is fetched: no outcome is kept. */
export function transcriptOfEdits(...done: Done[]): Transcript {
  const messages = done.flatMap(([name, args, said], index) => {
    const call: ToolCall = { id: `c${index}`, name, args };
    const content = said ?? (name === "file_edit" ? "Edited it." : "Replaced it.");
    return [
      answered(`m${index}`, "", { tool_calls: [call] }),
      message({ message_id: `r${index}`, role: "tool", tool_call_id: call.id, content }),
    ];
  });
  return transcriptOf(sessionOf(messages));
}

/** What is told to who asks for the first time. */
export const changesOf = (transcript: Transcript, workspace: string): Changes =>
  createChanges()(transcript, workspace);

/** What the daemon says of the object. */
export const assistantInfo: Reply<"InspectPO"> = {
  name: "assistant",
  description: "Helps.",
  state: "idle",
  capabilities: [
    { name: "shell", kind: "tool", description: "Runs a command line." },
    { name: "file_edit", kind: "tool", description: "Replaces text." },
  ],
  universal: ["ask_human"],
  session_id: "s1",
  mode: "single",
  prompt: "You help. ".repeat(40),
  parameters: [],
  model: "test/one",
  limits: { ...agentOf("assistant").config, compact_above_tokens: 150_000 },
  rules: [],
  group: agentOf("assistant").group,
  on_start: null,
  wake: [],
  version: "aaaaaaaaaaaaaaaa",
  file: "objects/assistant.md",
  warnings: [],
};

export const editedConversation = (fields: Partial<OpenConversation> = {}): OpenConversation => ({
  transcript: editedTranscript(),
  po_name: "assistant",
  selected: null,
  memo: createMemo(),
  ...fields,
});
