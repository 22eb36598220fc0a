// --input-format stream-json: messages as lines of JSON on stdin, as programs that drive agents send them.
//   {"type":"user","text":"…"}   {"type":"user","message":"…"}
//   {"type":"user","message":{"role":"user","content":"…" | [{"type":"text","text":"…"}, {"type":"image",…}]}}
// Rules: 1. Lines end with LF or CRLF, and only there; blank ones are nothing. 2. A line that is not
//        understood is an error that names it: nothing is skipped. 3. A line is read when the turn before it
//        has ended: whoever drives may close stdin at any time.
import { JameyError } from "../../protocol/errors.ts";
import { MAX_FRAME_BYTES, MAX_MESSAGE_BYTES } from "../../protocol/limits.ts";
import { showSize } from "../input/byte-size.ts";
import { IMAGE_ALONE } from "./compose.ts";
import type { AttachmentPart } from "./files.ts";
import { openStdin } from "./stdin.ts";

export interface InputMessage {
  text: string;
  attachments: AttachmentPart[];
}

/** A line with its images fits one frame of the daemon's protocol. */
const MAX_LINE_BYTES = MAX_FRAME_BYTES - 64 * 1024;
const LF = 0x0a;

export interface InputLines {
  /** The next message; undefined at the end of the input. */
  next(): Promise<InputMessage | undefined>;
  close(): Promise<void>;
}

export function openInputLines(stream: ReadableStream<Uint8Array> = openStdin()): InputLines {
  const reader = stream.getReader();
  /** What was read of the line that is not yet whole. */
  let pieces: Uint8Array[] = [];
  let length = 0;
  let rest: Uint8Array = new Uint8Array();
  let number = 0;
  let isAtEnd = false;

  function keep(piece: Uint8Array): void {
    pieces.push(piece);
    length += piece.length;
    if (length <= MAX_LINE_BYTES) return;
    throw wrongLine(number + 1, `is longer than ${showSize(MAX_LINE_BYTES)}`, "too_large");
  }

  function takeLine(): Uint8Array {
    const line = Buffer.concat(pieces);
    pieces = [];
    length = 0;
    number += 1;
    return line;
  }

  /** One line without its end; undefined when there is no more. */
  async function readLine(): Promise<Uint8Array | undefined> {
    for (;;) {
      const end = rest.indexOf(LF);
      if (end >= 0) {
        keep(rest.subarray(0, end));
        rest = rest.subarray(end + 1);
        return takeLine();
      }
      keep(rest);
      rest = new Uint8Array();
      if (isAtEnd) return length > 0 ? takeLine() : undefined;
      const { done, value } = await reader.read();
      if (done) isAtEnd = true;
      else rest = value;
    }
  }

  return {
    async next() {
      for (;;) {
        const line = await readLine();
        if (line === undefined) return undefined;
        const text = decodeLine(line, number).trim();
        if (text !== "") return parseInputLine(text, number);
      }
    },
    close: async () => await reader.cancel(),
  };
}

function decodeLine(line: Uint8Array, number: number): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(line);
  } catch {
    throw wrongLine(number, "is not UTF-8");
  }
}

export function parseInputLine(line: string, number: number): InputMessage {
  const value = parseJson(line, number);
  const { type } = value;
  if (type !== "user") {
    throw wrongLine(number, `has the type ${show(type)}; only "user" is understood`);
  }
  const given = value.message ?? value.text;
  const content = isObject(given) ? contentOf(given, number) : given;
  const message = readContent(content, number);
  if (message.text.trim() === "" && message.attachments.length === 0) {
    throw wrongLine(number, "has no text: give it as 'message' or 'text'");
  }
  if (Buffer.byteLength(message.text) > MAX_MESSAGE_BYTES) {
    throw wrongLine(number, `has more than ${showSize(MAX_MESSAGE_BYTES)} of text`, "too_large");
  }
  return { ...message, text: message.text || IMAGE_ALONE };
}

type Fields = Record<string, unknown>;

const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function parseJson(line: string, number: number): Fields {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw wrongLine(number, "is not valid JSON");
  }
  if (isObject(value)) return value;
  throw wrongLine(number, "is no JSON object");
}

function contentOf(message: Fields, number: number): unknown {
  if (message.role !== undefined && message.role !== "user") {
    throw wrongLine(number, `has the role ${show(message.role)}; only "user" may speak`);
  }
  return message.content;
}

function readContent(content: unknown, number: number): InputMessage {
  if (typeof content === "string") return { text: content, attachments: [] };
  if (!Array.isArray(content)) throw wrongLine(number, "has neither a 'message' nor a 'text'");
  const texts: string[] = [];
  const attachments: AttachmentPart[] = [];
  for (const part of content) {
    if (isObject(part) && part.type === "text" && typeof part.text === "string") {
      texts.push(part.text);
    } else if (isObject(part) && part.type === "image") {
      attachments.push(imageOf(part.source, number));
    } else {
      throw wrongLine(number, "has a part that is neither text nor an image");
    }
  }
  return { text: texts.join("\n\n"), attachments };
}

function imageOf(source: unknown, number: number): AttachmentPart {
  if (isObject(source) && source.type === "base64") {
    const { media_type, data } = source;
    if (typeof media_type === "string" && typeof data === "string") {
      return { media_type, data, name: null };
    }
  }
  throw wrongLine(number, "has an image without a base64 source, its media_type and data");
}

const show = (value: unknown): string =>
  typeof value === "string" ? JSON.stringify(value.slice(0, 100)) : typeof value;

function wrongLine(
  number: number,
  problem: string,
  code: "bad_data" | "too_large" = "bad_data",
): JameyError {
  return new JameyError(code, `stdin line ${number} ${problem}.`, { details: { line: number } });
}
