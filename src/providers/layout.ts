// What a vendor wants back unchanged, kept in the order in which it came. The journal keeps text and
// calls once, in the message itself; here stand only their places between the vendor's own items.
import type { ModelPart, RequestMessage } from "../core/model.ts";
import type { Json, ToolCall } from "../protocol/messages.ts";
import { countOf, type Fields, fieldsOf } from "./fields.ts";

export type LayoutItem =
  /** So many characters of the message's content, with what the vendor said about them. */
  | { type: "text"; characters: number; about: Json }
  /** The next of the message's calls, with what the vendor said about it. */
  | { type: "call"; about: Json }
  | { type: "item"; item: Json };

export type Piece =
  | { type: "text"; text: string; about: unknown }
  | { type: "call"; call: ToolCall; about: unknown }
  | { type: "item"; item: Fields };

/** The part that keeps a layout; none when it holds nothing of the vendor's own. */
export function sealLayout(vendor: string, model: string, layout: LayoutItem[]): ModelPart[] {
  const isPlain = layout.every((item) => item.type !== "item" && item.about === null);
  if (isPlain) return [];
  return [{ type: "reasoning_opaque", opaque: { vendor, items: [{ model }, ...layout] } }];
}

/**
 * A message in the order in which the model made it. Without a layout of the same vendor and model,
 * or where the message no longer fits it, plainly: the text, then the calls.
 */
export function openLayout(message: RequestMessage, vendor: string, model: string): Piece[] {
  const opaque = message.reasoning?.opaque;
  const [head, ...items] = opaque?.vendor === vendor ? opaque.items : [];
  if (fieldsOf(head)?.model !== model) return plain(message);
  return arrange(message, items) ?? plain(message);
}

function arrange(message: RequestMessage, items: unknown[]): Piece[] | undefined {
  const pieces: Piece[] = [];
  let read = 0;
  let calls = 0;
  for (const value of items) {
    const item = fieldsOf(value);
    const own = fieldsOf(item?.item);
    const call = message.tool_calls[calls];
    if (item?.type === "text") {
      const characters = countOf(item.characters);
      const text = message.content.slice(read, read + characters);
      read += characters;
      pieces.push({ type: "text", text, about: item.about });
    } else if (item?.type === "call" && call !== undefined) {
      calls += 1;
      pieces.push({ type: "call", call, about: item.about });
    } else if (own !== undefined) pieces.push({ type: "item", item: own });
    else return undefined;
  }
  const fits = read === message.content.length && calls === message.tool_calls.length;
  return fits ? pieces : undefined;
}

function plain(message: RequestMessage): Piece[] {
  const text: Piece[] =
    message.content === "" ? [] : [{ type: "text", text: message.content, about: null }];
  return [
    ...text,
    ...message.tool_calls.map((call): Piece => ({ type: "call", call, about: null })),
  ];
}

/** Chunks are parsed JSON, so a value in them is JSON; absent is null. */
export function jsonOf(value: unknown): Json {
  return value === undefined ? null : (value as Json);
}
