// What a client sends, as one conversation: the instructions, what was said before, and what is said now.
import { JameyError } from "../../../../protocol/errors.ts";
import type { Json, ToolSpec } from "../../../../protocol/messages.ts";
import type {
  ChatRequest,
  OpenAiContent,
  OpenAiFormat,
  OpenAiToolChoice,
  ResponsesRequest,
} from "../../../../protocol/openai.ts";

export interface SaidBefore {
  role: "user" | "assistant" | "tool";
  content: string;
  calls: { id: string; name: string; args: Json }[];
  /** Of a result: the call that it answers. */
  call_id: string | null;
}

export interface Image {
  media_type: string;
  data: string;
}

export type SaidNow =
  | { type: "message"; text: string; images: Image[] }
  | { type: "results"; results: { call_id: string; output: string }[] };

export interface Conversation {
  instructions: string;
  before: SaidBefore[];
  now: SaidNow;
}

type Entry = SaidBefore & { images: Image[] };

export function readChat({ messages }: ChatRequest): Conversation {
  const entries = messages.map(({ role, content, tool_calls, tool_call_id }) => ({
    role,
    ...readContent(content),
    calls: (tool_calls ?? []).map((call) => ({
      id: call.id,
      name: call.function.name,
      args: readArguments(call.function.arguments),
    })),
    call_id: role === "tool" ? (tool_call_id ?? "") : null,
  }));
  return split(entries);
}

export function readInput({ input, instructions }: ResponsesRequest): Conversation {
  const items = typeof input === "string" ? [{ role: "user" as const, content: input }] : input;
  const entries: (Omit<Entry, "role"> & { role: Role })[] = [];
  for (const item of items) {
    const { type = "message", role = "user", call_id = "", name = "" } = item;
    if (type === "message") {
      entries.push({ role, ...readContent(item.content), calls: [], call_id: null });
    } else if (type === "function_call") {
      const call = { id: call_id, name, args: readArguments(item.arguments ?? "{}") };
      const last = entries.at(-1);
      if (last?.role === "assistant") last.calls.push(call);
      else
        entries.push({ role: "assistant", content: "", images: [], calls: [call], call_id: null });
    } else if (type === "function_call_output") {
      entries.push({ role: "tool", ...readContent(item.output), calls: [], call_id });
    } else if (type !== "reasoning") {
      throw refused(`Items of the type '${type}' are not known here.`, "input");
    }
  }
  const conversation = split(entries);
  const words = [instructions, conversation.instructions].filter(Boolean).join("\n\n");
  return { ...conversation, instructions: words };
}

type Role = ChatRequest["messages"][number]["role"];

function split(all: (Omit<Entry, "role"> & { role: Role })[]): Conversation {
  const entries: Entry[] = [];
  const words: string[] = [];
  for (const { role, ...entry } of all) {
    if (role === "system" || role === "developer") words.push(entry.content);
    else entries.push({ ...entry, role });
  }
  const instructions = words.join("\n\n");
  const last = entries.at(-1);
  if (last?.role === "user") {
    if (last.content === "") throw refused("The last message says nothing.", "messages");
    const now = { type: "message" as const, text: last.content, images: last.images };
    return { instructions, before: before(entries.slice(0, -1)), now };
  }
  const said = entries.findLastIndex((entry) => entry.role !== "tool") + 1;
  const results = entries.slice(said).map(({ call_id, content }) => ({
    call_id: call_id ?? "",
    output: content,
  }));
  if (results.length === 0) {
    throw refused("The last message must be the user's, or the result of a tool.", "messages");
  }
  return {
    instructions,
    before: before(entries.slice(0, said)),
    now: { type: "results", results },
  };
}

/** Pictures of what was said before are not said again. */
const before = (entries: Entry[]): SaidBefore[] => entries.map(({ images: _, ...said }) => said);

function readContent(content: OpenAiContent | null | undefined): {
  content: string;
  images: Image[];
} {
  if (typeof content === "string") return { content, images: [] };
  const texts: string[] = [];
  const images: Image[] = [];
  for (const { type, text, refusal, image_url } of content ?? []) {
    if (image_url !== undefined) {
      images.push(readImage(typeof image_url === "string" ? image_url : image_url.url));
    } else if (text !== undefined || refusal !== undefined) {
      texts.push(text ?? refusal ?? "");
    } else {
      throw refused(`Parts of the type '${type}' are not known here.`, "messages");
    }
  }
  return { content: texts.join("\n"), images };
}

function readImage(url: string): Image {
  const found = /^data:(image\/[a-z+.-]+);base64,(.+)$/s.exec(url);
  const [, media_type, data] = found ?? [];
  if (media_type !== undefined && data !== undefined) return { media_type, data };
  throw refused(
    "Images come as data: URLs in Base64; none is fetched from elsewhere.",
    "image_url",
  );
}

/** A client may hand back what it could not read itself. */
function readArguments(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export const readFormat = (format: OpenAiFormat | null | undefined) => {
  if (!format || format.type === "text") return null;
  const schema = format.json_schema?.schema ?? format.schema;
  return { schema: schema ?? { type: "object" } };
};

interface FunctionWords {
  name: string;
  description?: string | null | undefined;
  parameters?: Record<string, Json> | null | undefined;
}

/** The client's tools, and what the model is told where it has to call one. */
export function readTools(
  tools: readonly FunctionWords[],
  choice: OpenAiToolChoice,
): { specs: ToolSpec[]; words: string } {
  if (choice === "none") return { specs: [], words: "" };
  const specs = tools.map(({ name, description, parameters }) => ({
    name,
    description: description ?? "",
    parameters: parameters ?? { type: "object", properties: {} },
  }));
  const names = specs.map((spec) => spec.name).join(", ");
  if (choice === "required") return { specs, words: `Answer by calling one of: ${names}.` };
  if (!choice || choice === "auto") return { specs, words: "" };
  const chosen = choice.function?.name ?? choice.name ?? "";
  if (!specs.some((spec) => spec.name === chosen)) {
    throw refused(`There is no tool '${chosen}' to choose.`, "tool_choice");
  }
  return { specs, words: `Answer by calling ${chosen}.` };
}

export function refused(message: string, field: string): JameyError {
  return new JameyError("invalid_request", message, { details: { issues: [{ field }] } });
}
