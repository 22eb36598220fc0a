// What an MCP tool gave back, as the text that a model gets. What is no text is named with its size.
import type { CallToolResult } from "@modelcontextprotocol/client";

type Block = CallToolResult["content"][number];

export function textOf({ content, structuredContent }: CallToolResult): string {
  const blocks = content.map(blockText);
  // Servers that give structured content say it in text too; the others said it only here.
  if (blocks.length === 0 && structuredContent !== undefined) {
    return JSON.stringify(structuredContent);
  }
  return blocks.join("\n");
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
