// The calls that change a file: which, and what they put in place of what, as far as their arguments tell.
// Rule: texts stand as the arguments have them; who draws them takes out, or shows, what would control a terminal.
import { posix } from "node:path";
import { isObject } from "../protocol/json.ts";
import type { ToolCall } from "../protocol/messages.ts";

export interface Edit {
  path: string;
  /** null: the whole file is written, whatever stood there. */
  before: string | null;
  after: string;
  /** Wherever `before` stands, not only once. */
  isEverywhere: boolean;
}

/** null for any other call. */
export function editOf({ name, args }: Pick<ToolCall, "name" | "args">): Edit | null {
  if (!isObject(args)) return null;
  const text = (key: string): string | null => {
    const value = args[key];
    return typeof value === "string" ? value : null;
  };
  const isEdit = name === "file_edit";
  if (!isEdit && name !== "file_write") return null;
  const before = isEdit ? text("old_text") : null;
  const after = text(isEdit ? "new_text" : "content");
  if (after === null || (isEdit && before === null)) return null;
  const isEverywhere = isEdit && args.replace_all === true;
  return { path: text("path") ?? "", before, after, isEverywhere };
}

/** The same file has the same name however a call writes it; inside the workspace without its folders. */
export function fileName(path: string, workspace: string): string {
  const whole = posix.resolve("/", workspace, path);
  if (workspace === "") return posix.isAbsolute(path) ? whole : posix.normalize(path);
  const inside = posix.relative(workspace, whole);
  return inside === "" || inside === ".." || inside.startsWith("../") ? whole : inside;
}
