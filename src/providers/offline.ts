// `offline/guide`, the embedded default: no network, no chance, honest about not being a model.
// Plain text is answered with how to connect a model and what was received. Lines of the human's own
// message drive it by hand:
//   /tool_name {"key": "value"}   /tool_name key=value other="two words"   /tool_name its only argument
//   @object text                  /ask question                            /say text
// Several such lines become several calls of one answer; lines beside them are only read.
// Rule: what stands in a `<stdin …>…</stdin>` or `<file …>…</file>` block is data and never drives anything.
import type { Model, ModelPart, ModelRequest, RequestMessage } from "../core/model.ts";
import type { ToolCall } from "../protocol/messages.ts";
import { readArguments } from "./arguments.ts";
import { boundedText, fieldsOf } from "./fields.ts";

/** Calls that one message may make by hand. */
const MAX_CALLS = 64;
/** Characters of one tool's result in the answer. */
const MAX_SHOWN_RESULT = 4_000;
const MAX_SHOWN_LINE = 200;
const MAX_SHOWN_TOOLS = 100;

type Directive =
  | { type: "say"; text: string }
  | { type: "call"; name: string; args: ToolCall["args"] }
  | { type: "problem"; text: string };

export interface OfflineOptions {
  /** The model that would answer if the guide had not been chosen; null where none is known. */
  connected: string | null;
}

export function createOffline(options: OfflineOptions): Model {
  return { stream: (request, signal) => answer(request, options, signal) };
}

/** The port is an async stream; this model itself never waits. */
async function* answer(
  request: ModelRequest,
  options: OfflineOptions,
  signal: AbortSignal,
): AsyncGenerator<ModelPart> {
  for await (const part of decide(request, options)) {
    if (signal.aborted) return;
    if (part.type !== "text") yield part;
    // Word by word, so that everything that shows a stream has one to show.
    else for (const text of part.text.match(/\s*\S+\s*/g) ?? []) yield { type: "text", text };
  }
}

function decide(request: ModelRequest, options: OfflineOptions): ModelPart[] {
  const { messages } = request;
  const lastUser = messages.findLastIndex((message) => message.role === "user");
  const results = messages.slice(lastUser + 1).filter((message) => message.role === "tool");
  if (results.length > 0) return ending(showResults(results, messages), []);

  const prompt = messages[lastUser];
  const directives = readDirectives(prompt?.content ?? "", request);
  if (directives.length === 0) return ending(guide(prompt, request, options), []);
  const text = directives
    .flatMap((directive) => (directive.type === "call" ? [] : [directive.text]))
    .join("\n");
  const calls = directives
    .filter((directive) => directive.type === "call")
    .map((call, position): ModelPart => {
      const id = `offline_${messages.length}_${position}`;
      return { type: "tool_call", id, name: call.name, args: call.args, problem: null };
    });
  return ending(text, calls);
}

function ending(text: string, calls: ModelPart[]): ModelPart[] {
  const usage = { input_tokens: 0, output_tokens: 0, cached_tokens: 0, reasoning_tokens: 0 };
  return [
    { type: "text", text },
    ...calls,
    { type: "usage", usage },
    { type: "end", reason: calls.length > 0 ? "tool_calls" : "stop" },
  ];
}

function readDirectives(prompt: string, request: ModelRequest): Directive[] {
  const lines = withoutData(prompt).split(/\r?\n/);
  const directives = lines.flatMap((line) => readLine(line.trim(), request));
  const calls = directives.filter((directive) => directive.type === "call");
  if (calls.length <= MAX_CALLS) return directives;
  return [
    { type: "problem", text: `Nothing was called: one message makes at most ${MAX_CALLS} calls.` },
  ];
}

/** The last closing tag counts: data may hold tags of its own, the human's text comes before it. */
function withoutData(prompt: string): string {
  const start = prompt.search(/<(stdin|file)(\s[^>]*)?>/);
  if (start < 0) return prompt;
  const ends = ["</stdin>", "</file>"].map((tag) => {
    const at = prompt.lastIndexOf(tag);
    return at < 0 ? at : at + tag.length;
  });
  const end = Math.max(...ends);
  return prompt.slice(0, start) + (end < start ? "" : prompt.slice(end));
}

function readLine(line: string, request: ModelRequest): Directive[] {
  const found = /^([/@])([\p{L}\p{N}_][\p{L}\p{N}_.-]*)(?:\s+(.*))?$/u.exec(line);
  if (found === null) return [];
  const [, sign, name = "", rest = ""] = found;
  if (sign === "@") {
    return [callTool(name, request, () => ({ args: { message: rest } }), "object")];
  }
  if (name === "say") return [{ type: "say", text: rest }];
  if (name === "ask") {
    return [callTool("ask_human", request, () => ({ args: { question: rest } }), "tool")];
  }
  return [callTool(name, request, (tool) => readArguments(rest, tool.parameters), "tool")];
}

function callTool(
  name: string,
  request: ModelRequest,
  read: (tool: ModelRequest["tools"][number]) => { args: ToolCall["args"] } | { problem: string },
  kind: "tool" | "object",
): Directive {
  const tool = request.tools.find((offered) => offered.name === name);
  if (tool === undefined) {
    return { type: "problem", text: `There is no ${kind} '${name}' here. ${listTools(request)}` };
  }
  const found = read(tool);
  if ("problem" in found) return { type: "problem", text: `/${name}: ${found.problem}` };
  return { type: "call", name, args: found.args };
}

function listTools(request: ModelRequest): string {
  const names = request.tools.map((tool) => tool.name);
  if (names.length === 0) return "This agent has no tools.";
  const more = names.length > MAX_SHOWN_TOOLS ? ", …" : "";
  return `There are: ${names.slice(0, MAX_SHOWN_TOOLS).join(", ")}${more}.`;
}

function showResults(results: RequestMessage[], messages: RequestMessage[]): string {
  const calls = messages.flatMap((message) => message.tool_calls);
  return results
    .map((result) => {
      const call = calls.findLast((made) => made.id === result.tool_call_id);
      const shown = boundedText(result.content, MAX_SHOWN_RESULT);
      return `${call?.name ?? "A tool"} answered:\n${shown === "" ? "(nothing)" : shown}`;
    })
    .join("\n\n");
}

function guide(
  prompt: RequestMessage | undefined,
  request: ModelRequest,
  { connected }: OfflineOptions,
): string {
  const objects = request.tools.some(takesMessage) ? "@object text, " : "";
  return [
    ...(connected === null ? unconnected : chosen(connected)),
    "",
    `Without a model a line drives a tool by hand: /tool_name key=value, ${objects}/ask question, /say text.`,
    listTools(request),
    "",
    describe(prompt),
  ].join("\n");
}

/** True also where the guide was chosen, and a server without a key might have answered instead. */
const unconnected = [
  "No model is connected to this conversation, so nobody has read this message: I am jamey's offline guide, a fixed program.",
  "",
  "To connect a model, do one of these and ask again:",
  "  jamey init                    asks for a key or a server, and tries it",
  "  export OPENAI_API_KEY=…       then openai/… models answer",
  "  export ANTHROPIC_API_KEY=…    then anthropic/… models answer",
  "  ollama serve                  then a model on this machine answers",
  "  jamey --model vendor/model    chooses one for a single run",
];

const chosen = (connected: string): string[] => [
  "You are talking to jamey's offline guide, a fixed program: no model has read this message.",
  "",
  "The guide was chosen although there is a key for a model. To ask the model:",
  `  jamey --model ${connected}`,
];

/** What `@` can call: it is given one text, as objects are. */
const takesMessage = ({ parameters }: ModelRequest["tools"][number]): boolean =>
  fieldsOf(parameters.properties)?.message !== undefined;

function describe(prompt: RequestMessage | undefined): string {
  const text = prompt?.content ?? "";
  if (text === "" && (prompt?.images.length ?? 0) === 0) return "I received an empty message.";
  const lines = text.split("\n");
  const first = boundedText(lines[0] ?? "", MAX_SHOWN_LINE);
  const attached = (prompt?.images ?? []).map(
    (image) => `  attachment: ${image.media_type}, ${decodedBytes(image.data)} bytes`,
  );
  const size = `${countOfThings(text.length, "character")} in ${countOfThings(lines.length, "line")}`;
  return [`I received ${size}, beginning with:`, `  ${first}`, ...attached].join("\n");
}

function countOfThings(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}

function decodedBytes(base64: string): number {
  return Math.floor((base64.replace(/=+$/, "").length * 3) / 4);
}
