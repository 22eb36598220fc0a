// Requests as each vendor's documentation describes them → the conversation in them. What the
// documentation does not allow is a problem.
import { type Item, item, type Reader, type Reading } from "./conversation.ts";

interface Fields {
  [name: string]: unknown;
}

const fields = (value: unknown): Fields =>
  // The one look at unknown JSON: what is no object has no fields.
  typeof value === "object" && value !== null ? (value as Fields) : {};
const list = (value: unknown): Fields[] => (Array.isArray(value) ? value.map(fields) : []);
const text = (value: unknown): string => (typeof value === "string" ? value : "");

interface Notes {
  problems: string[];
  expect(isSo: boolean, problem: string): void;
}

function notes(): Notes {
  const problems: string[] = [];
  return {
    problems,
    expect(isSo, problem) {
      if (!isSo) problems.push(problem);
    },
  };
}

/** Keys that the documentation does not name; vendors answer 400 to those. */
function onlyKnown(value: Fields, known: string[], where: string, { expect }: Notes): void {
  for (const key of Object.keys(value))
    expect(known.includes(key), `${where} has an unknown '${key}'`);
}

function readArguments(value: unknown, { expect }: Notes): unknown {
  try {
    return JSON.parse(text(value));
  } catch {
    expect(false, `arguments that are no JSON: ${String(value)}`);
    return undefined;
  }
}

const dataUrl = (value: unknown, { expect }: Notes): string => {
  const found = /^data:image\/\w+;base64,([A-Za-z0-9+/=]+)$/.exec(text(value));
  expect(found !== null, "an image that is no data URL");
  return found?.[1] ?? "";
};

/** Strings, or typed parts. */
function readParts(
  value: unknown,
  kinds: { text: string[]; image: Record<string, (part: Fields) => string> },
  { expect }: Notes,
): { text: string; images: string[] } {
  if (typeof value === "string") return { text: value, images: [] };
  const read = { text: "", images: [] as string[] };
  for (const part of list(value)) {
    const kind = text(part.type);
    const image = kinds.image[kind];
    if (image) read.images.push(image(part));
    else if (kinds.text.includes(kind)) read.text += text(part.text);
    else expect(false, `a content part of the type '${kind}'`);
  }
  return read;
}

export const readChat: Reader = (body) => {
  const note = notes();
  const { expect } = note;
  const request = fields(body);
  expect(request.stream === true, "stream is not true");
  const image = { image_url: (part: Fields) => dataUrl(fields(part.image_url).url, note) };
  const items = list(request.messages).map((message): Item => {
    const content = readParts(message.content, { text: ["text"], image }, note);
    const known = ["role", "content", "name", "tool_calls", "tool_call_id"];
    onlyKnown(message, known, "a message", note);
    if (message.role === "tool") {
      return item("tool", { ...content, call_id: text(message.tool_call_id) });
    }
    if (message.role === "assistant") {
      expect(
        message.tool_calls === undefined || list(message.tool_calls).length > 0,
        "tool_calls is []",
      );
      const calls = list(message.tool_calls).map((call) => {
        expect(call.type === "function", "a call that is no function");
        const named = fields(call.function);
        return {
          id: text(call.id),
          name: text(named.name),
          args: readArguments(named.arguments, note),
        };
      });
      return item("assistant", { ...content, calls });
    }
    const role = message.role === "developer" ? "system" : message.role;
    expect(role === "system" || role === "user", `the role '${String(message.role)}'`);
    return item(role === "system" ? "system" : "user", content);
  });
  const tools = list(request.tools).map((tool) => text(fields(tool.function).name));
  return { items, tools, problems: note.problems };
};

export const readResponses: Reader = (body) => {
  const note = notes();
  const { expect } = note;
  const request = fields(body);
  expect(request.stream === true, "stream is not true");
  const items: Item[] = [];
  if (text(request.instructions) !== "")
    items.push(item("system", { text: text(request.instructions) }));
  const image = { input_image: (part: Fields) => dataUrl(part.image_url, note) };
  /** Text and calls of one answer are items of their own. */
  const answer = (): Item => {
    const last = items[items.length - 1];
    if (last?.role === "assistant") return last;
    const made = item("assistant");
    items.push(made);
    return made;
  };
  for (const one of list(request.input)) {
    const type = text(one.type) || "message";
    if (type === "function_call") {
      answer().calls.push({
        id: text(one.call_id),
        name: text(one.name),
        args: readArguments(one.arguments, note),
      });
    } else if (type === "function_call_output") {
      const output = readParts(one.output, { text: ["input_text"], image }, note);
      items.push(item("tool", { ...output, call_id: text(one.call_id) }));
    } else if (type === "message" && one.role === "assistant") {
      answer().text += readParts(one.content, { text: ["output_text"], image: {} }, note).text;
    } else if (type === "message" && one.role === "user") {
      items.push(item("user", readParts(one.content, { text: ["input_text"], image }, note)));
    } else expect(type === "reasoning", `an input item '${type}' of '${String(one.role)}'`);
  }
  const tools = list(request.tools).map((tool) => text(tool.name));
  return { items, tools, problems: note.problems };
};

export const readAnthropic: Reader = (body) => {
  const note = notes();
  const { expect } = note;
  const request = fields(body);
  expect(request.stream === true, "stream is not true");
  expect(Number(request.max_tokens) > 0, "max_tokens is missing");
  const items: Item[] = [];
  const system = readParts(request.system ?? "", { text: ["text"], image: {} }, note);
  if (system.text !== "") items.push(item("system", { text: system.text }));
  let before = "";
  for (const message of list(request.messages)) {
    onlyKnown(message, ["role", "content"], "a message", note);
    expect(
      message.role === "user" || message.role === "assistant",
      `the role '${String(message.role)}'`,
    );
    expect(message.role !== before, `two messages of '${before}' in a row`);
    before = text(message.role);
    if (message.role === "assistant") items.push(readAnthropicAnswer(message, note));
    else items.push(...readAnthropicUser(message, note));
  }
  return {
    items,
    tools: list(request.tools).map(({ name }) => text(name)),
    problems: note.problems,
  };
};

function readAnthropicAnswer(message: Fields, { expect }: Notes): Item {
  const made = item("assistant");
  if (typeof message.content === "string") return { ...made, text: message.content };
  for (const block of list(message.content)) {
    if (block.type === "text") {
      expect(text(block.text).trim() !== "", "an empty text block");
      made.text += text(block.text);
    } else if (block.type === "tool_use") {
      expect(typeof block.input === "object", "a tool_use without input");
      made.calls.push({ id: text(block.id), name: text(block.name), args: block.input });
    } else
      expect(/thinking/.test(text(block.type)), `a block '${text(block.type)}' of the assistant`);
  }
  return made;
}

/** Results first, each an item of its own, then what the user says. */
function readAnthropicUser(message: Fields, note: Notes): Item[] {
  const { expect } = note;
  const results: Item[] = [];
  const kinds = {
    text: ["text"],
    image: { image: (part: Fields) => text(fields(part.source).data) },
  };
  const rest: Fields[] = [];
  for (const block of typeof message.content === "string" ? [] : list(message.content)) {
    if (block.type !== "tool_result") rest.push(block);
    else {
      expect(rest.length === 0, "a tool_result after other content");
      const output = readParts(block.content ?? "", kinds, note);
      results.push(item("tool", { ...output, call_id: text(block.tool_use_id) }));
    }
  }
  const said =
    typeof message.content === "string"
      ? { text: message.content, images: [] }
      : readParts(rest, kinds, note);
  return said.text === "" && said.images.length === 0 ? results : [...results, item("user", said)];
}

/** Ollama knows no ids: a result is told by its place and by its tool's name. */
export const readOllama: Reader = (body) => {
  const note = notes();
  const { expect } = note;
  const request = fields(body);
  const items: Item[] = [];
  let due: { id: string; name: string }[] = [];
  for (const [at, message] of list(request.messages).entries()) {
    const known = ["role", "content", "images", "tool_calls", "tool_name", "thinking"];
    onlyKnown(message, known, "a message", note);
    expect(typeof message.content === "string", `message ${at}: content is no text`);
    const images = Array.isArray(message.images) ? message.images.map(text) : [];
    const content = { text: text(message.content), images };
    if (message.role === "tool") {
      const call = due.shift();
      expect(
        call?.name === message.tool_name,
        `message ${at}: result of '${String(message.tool_name)}'`,
      );
      items.push(item("tool", { ...content, call_id: call?.id ?? "" }));
    } else if (message.role === "assistant") {
      const calls = list(message.tool_calls).map((call, position) => {
        const named = fields(call.function);
        expect(typeof named.arguments === "object", "arguments that are no object");
        return { id: `${at}.${position}`, name: text(named.name), args: named.arguments };
      });
      due = calls.map(({ id, name }) => ({ id, name }));
      items.push(item("assistant", { ...content, calls }));
    } else {
      expect(
        message.role === "system" || message.role === "user",
        `the role '${String(message.role)}'`,
      );
      items.push(item(message.role === "system" ? "system" : "user", content));
    }
  }
  const tools = list(request.tools).map((tool) => text(fields(tool.function).name));
  return { items, tools, problems: note.problems };
};

/** A reading of the request's text; no JSON at all is one more problem. */
export function readRequest(read: Reader, body: string): Reading {
  try {
    return read(JSON.parse(body));
  } catch {
    return { items: [], tools: [], problems: ["the body is no JSON"] };
  }
}
