// What an MCP tool gave back, as the text that a model gets. What is no text is named with its size.
import type { CallToolResult } from "@modelcontextprotocol/client";
import { isObject } from "../../protocol/json.ts";

type Block = CallToolResult["content"][number];

export function textOf({ content, structuredContent }: CallToolResult): string {
  const blocks = content.map(blockText);
  // Servers that give structured content say it in text too; the others said it only here.
  if (blocks.length === 0 && structuredContent !== undefined) {
    return JSON.stringify(structuredContent);
  }
  return blocks.join("\n");
}

/** UTF-16 units of an answer that a problem quotes. */
const MAX_QUOTED = 200;

/** What is wrong with a result, if anything is. The SDK takes one without content for an empty one; it may be
 * that only where it says nothing else either. */
export function problemOf(result: CallToolResult): string | undefined {
  const { content, structuredContent, isError, _meta, ...rest } = result;
  const says = content.length > 0 || structuredContent !== undefined || isError === true;
  if (says || Object.keys(rest).length === 0) return undefined;
  return `its answer has no content, but this: ${JSON.stringify(rest).slice(0, MAX_QUOTED)}`;
}

function blockText(block: Block): string {
  switch (block.type) {
    case "text":
      return block.text;
    case "image":
    case "audio":
      return `[${block.type} ${block.mimeType}, ${decodedBytes(block.data)} bytes, not shown]`;
    case "resource_link":
      return `[resource ${block.uri}: ${block.name}]`;
    case "resource": {
      const { resource } = block;
      if ("text" in resource) return resource.text;
      return `[resource ${resource.uri}, ${decodedBytes(resource.blob)} bytes, not shown]`;
    }
    default:
      return "[content of a kind that is not known here]";
  }
}

/** Of base64. */
const decodedBytes = (text: string): number => Math.floor((text.replace(/=+$/, "").length * 3) / 4);

/** The error of a call that wants pages opened first. */
const PAGES_WANTED = -32_042;
/** Of these, and of what is said of each, in UTF-16 units. */
const MAX_PAGES = 5;
const MAX_PAGE_LENGTH = 500;

/** What a call that failed is said to have failed of. */
export function failureOf(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const { code, data } = Object(thrown);
  const wanted = code === PAGES_WANTED && isObject(data) ? data.elicitations : undefined;
  if (!Array.isArray(wanted)) return message;
  const pages = wanted
    .slice(0, MAX_PAGES)
    .map((page) =>
      isObject(page) ? `${page.message}: ${page.url}`.slice(0, MAX_PAGE_LENGTH) : "",
    );
  const why = "it wants a human to open a page first, which jamey does not do";
  return `${why}: ${pages.join("; ")}`;
}
