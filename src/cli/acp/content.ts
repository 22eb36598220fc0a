// What an editor's user says, as one message: text, files that are named, files that are given, images.

import type { Params } from "../../protocol/commands/index.ts";
import { JameyError } from "../../protocol/errors.ts";
import type { Block } from "./params.ts";

type Said = Pick<Params<"SendMessage">, "message"> & {
  attachments: NonNullable<Params<"SendMessage">["attachments"]>;
};

export function messageOfPrompt(prompt: readonly Block[]): Said {
  const texts: string[] = [];
  const attachments: Said["attachments"] = [];
  for (const block of prompt) {
    if (block.type === "text") texts.push(block.text);
    else if (block.type === "resource_link") texts.push(`${block.name} (${pathOf(block.uri)})`);
    else if (block.type === "resource") {
      const { uri, text } = block;
      texts.push(`<file path="${pathOf(uri)}">\n${text}\n</file>`);
    } else attachments.push({ media_type: block.mimeType, data: block.data, name: null });
  }
  const message = texts.join("\n").trim();
  if (message === "" && attachments.length === 0) {
    throw new JameyError("invalid_request", "prompt: it says nothing.");
  }
  return { message: message || "See the image.", attachments };
}

const pathOf = (uri: string): string =>
  uri.startsWith("file://") ? decoded(uri.slice("file://".length)) : uri;

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (_malformed) {
    return path;
  }
}
