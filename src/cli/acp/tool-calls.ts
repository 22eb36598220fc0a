// Tool calls as an editor shows them: kind, title, the places they touch, what they change.
import { resolve } from "node:path";
import { isObject } from "../../protocol/json.ts";
import type { ToolCall } from "../../protocol/messages.ts";
import { oneLine } from "../../terminal/strip.ts";

const MAX_TITLE_LENGTH = 200;

/** Tools of ours that an editor has a picture for. */
const kinds: Readonly<Record<string, string>> = {
  file_read: "read",
  file_write: "edit",
  file_edit: "edit",
  file_list: "search",
  file_search: "search",
  shell: "execute",
  http_request: "fetch",
  think: "think",
};

/** What the call is about, in the order in which arguments say it. */
const SUBJECTS = ["path", "command", "url", "pattern", "question", "message"];

export function shownCall({ id, name, args }: ToolCall, workspace: string) {
  const given = isObject(args) ? args : {};
  const subject = SUBJECTS.map((key) => given[key]).find((value) => typeof value === "string");
  const path = typeof given.path === "string" ? resolve(workspace, given.path) : undefined;
  const title = subject === undefined ? name : `${name} ${String(subject)}`;
  return {
    toolCallId: id,
    title: oneLine(title, MAX_TITLE_LENGTH),
    kind: kinds[name] ?? "other",
    rawInput: args,
    locations: path === undefined ? [] : [{ path }],
    content: path === undefined ? [] : changes(name, path, given),
  };
}

function changes(name: string, path: string, args: Record<string, unknown>) {
  const { old_text, new_text, content } = args;
  if (name === "file_edit" && typeof new_text === "string") {
    return [{ type: "diff", path, oldText: String(old_text ?? ""), newText: new_text }];
  }
  if (name === "file_write" && typeof content === "string") {
    return [{ type: "diff", path, oldText: null, newText: content }];
  }
  return [];
}

export const textContent = (text: string) => [{ type: "content", content: { type: "text", text } }];
