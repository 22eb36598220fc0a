// The calls that change a file: which, and what they put in place of what, as far as their arguments tell.
import { isObject } from "../../protocol/json.ts";
import type { ToolCall } from "../../protocol/messages.ts";
import { stripControl } from "../../terminal/strip.ts";

export interface Edit {
  path: string;
  /** null: the whole file is written, whatever stood there. */
  before: string | null;
  after: string;
  /** Wherever `before` stands, not only once. */
  isEverywhere: boolean;
}

/** null for any other call. */
export function editOf({ name, args }: ToolCall): Edit | null {
  if (!isObject(args)) return null;
  const text = (key: string): string | null => {
    const value = args[key];
    return typeof value === "string" ? stripControl(value) : null;
  };
  const isEdit = name === "file_edit";
  if (!isEdit && name !== "file_write") return null;
  const before = isEdit ? text("old_text") : null;
  const after = text(isEdit ? "new_text" : "content");
  if (after === null || (isEdit && before === null)) return null;
  return { path: text("path") ?? "", before, after, isEverywhere: args.replace_all === true };
}
