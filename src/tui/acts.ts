// What can be done by name: by a slash command, from the palette, by a pane, by a key. `update/acts.ts` does it.
import type { AgentMode } from "../protocol/messages.ts";
import type { Image } from "./composer/state.ts";
import type { Effect } from "./shapes.ts";

/** What may be done without asking, beside what the environment's rules say. */
export const permissionModes = ["ask", "read-only", "edit", "auto"] as const;
export type PermissionMode = (typeof permissionModes)[number];

/** Conversations that may be pinned: those that are found at a glance. */
export const MAX_PINNED = 20;

export type Act =
  | { type: "open_pane"; name: string }
  | { type: "close_pane" }
  /** At its end; `search`: where this was said in it. */
  | { type: "open_session"; session_id: string; search?: string }
  /** A new session; null: with the object of the open one. Nothing is made before something is said. */
  | { type: "new_session"; po_name: string | null }
  /** It stands first in the switcher, or no longer. */
  | { type: "pin"; session_id: string; isPinned: boolean }
  /** Answers from the next message on; null: as the object says. */
  | { type: "use_model"; model: string | null }
  | { type: "use_mode"; mode: AgentMode | null }
  | { type: "use_permissions"; permissions: PermissionMode }
  | { type: "send"; text: string; how: "send" | "queue"; images?: readonly Image[] }
  /** A line for the shell, in the conversation. */
  | { type: "run_line"; command: string }
  | { type: "insert"; text: string }
  | { type: "interrupt" }
  /** The n-th message from the end, from 1 on, as it was written; null: the last answer. */
  | { type: "copy"; number: number | null }
  /** Empty: only opens the line to type into. */
  | { type: "search"; query: string }
  | { type: "fold_all" }
  /** The conversation on the terminal's own screen, or in the human's editor. */
  | { type: "dump"; to: "page" | "editor" }
  | { type: "help" }
  | { type: "palette" }
  | { type: "mouse"; isOn: boolean }
  | { type: "notice"; text: string }
  /** A text that can be called back in the composer, though it was not sent, and why. */
  | { type: "keep"; text: string; notice: string }
  | { type: "quit" }
  | { type: "perform"; effects: readonly Effect[] };
