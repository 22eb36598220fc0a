// Tool calls as an editor shows them: kind, title, the places they touch, what they change.
import { resolve } from "node:path";
import { isObject } from "../../protocol/json.ts";
import type { ToolCall } from "../../protocol/messages.ts";
import { editOf } from "../../terminal/edits.ts";
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

export function shownCall(call: ToolCall, workspace: string) {
  const { id, name, args } = call;
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
    content: path === undefined ? [] : changes(call, path),
  };
}

/** No old text says that the file is written whole: what stood there is not known. */
function changes(call: ToolCall, path: string) {
  const edit = editOf(call);
  return edit ? [{ type: "diff", path, oldText: edit.before, newText: edit.after }] : [];
}

export const textContent = (text: string) => [{ type: "content", content: { type: "text", text } }];
