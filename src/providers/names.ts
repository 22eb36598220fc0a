// Names and ids as vendors accept them. Ours may hold any letter and be long; theirs may not.
import type { RequestMessage } from "../core/model.ts";
import type { ToolSpec } from "../protocol/messages.ts";

const MAX_TOOL_NAME_LENGTH = 64;
/** The strictest vendor's limit on ids. */
const MAX_CALL_ID_LENGTH = 40;

/** A tool's name for the wire: unchanged where it is plain, else made plain and kept unique. */
export function wireName(name: string): string {
  if (/^[a-zA-Z0-9_-]{1,64}$/.test(name)) return name;
  const plain = name.replace(/[^a-zA-Z0-9_-]/g, "_").slice(0, MAX_TOOL_NAME_LENGTH - 9);
  return `${plain}_${shortHash(name).slice(0, 8)}`;
}

/** The wire's names of these tools → our own. */
export function toolNames(tools: ToolSpec[]): Map<string, string> {
  return new Map(tools.map((tool) => [wireName(tool.name), tool.name]));
}

/** A call's id for the wire: the vendor's own comes back as it was, a foreign one is made plain. */
export function wireId(id: string): string {
  return /^[a-zA-Z0-9_-]+$/.test(id) && id.length <= MAX_CALL_ID_LENGTH
    ? id
    : `call_${shortHash(id)}`;
}

/** For vendors that insist on nine letters and digits. */
export function nineLetterId(id: string): string {
  return /^[a-zA-Z0-9]{9}$/.test(id) ? id : shortHash(id).padStart(9, "0").slice(-9);
}

function shortHash(text: string): string {
  return Bun.hash(text).toString(36);
}

/** A message's text with its speaker, where several speak. */
export function spokenText(message: RequestMessage): string {
  return message.name === null || message.role !== "user"
    ? message.content
    : `${message.name}: ${message.content}`;
}

export function dataUrl(image: RequestMessage["images"][number]): string {
  return `data:${image.media_type};base64,${image.data}`;
}
