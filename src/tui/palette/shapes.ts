// What commands by name know of the interface, and what a text that was sent turns out to be.
import type { TurnSettings } from "../../protocol/agents.ts";
import type { Act, PermissionMode } from "../acts.ts";
import type { Candidate } from "../composer/index.ts";
import type { Action, Keymap } from "../keys.ts";

export interface PaletteContext {
  keymap: Keymap;
  session_id: string | null;
  /** The session that called the one that is open. */
  caller: string | null;
  /** Where the human was before they began the workflow whose session is open; null: none is. */
  cameFrom: { session_id: string | null; po_name: string } | null;
  /** Conversations that stand first. */
  pinned: readonly string[];
  /** The object that is talked with. */
  po_name: string;
  isMouseOn: boolean;
  /** Milliseconds since 1970, as of the last tick. */
  now: number;
  permissions: PermissionMode;
  /** What the human chose for everything that is begun from here on. */
  settings: Pick<TurnSettings, "model" | "rules">;
  objects: readonly { name: string; description: string }[];
  /** Pinned ones first, then the newest. */
  sessions: readonly {
    session_id: string;
    name: string | null;
    title: string;
    po_name: string;
    updated_at: string;
  }[];
  workflows: readonly { name: string; description: string }[];
  /** Models that answered before. */
  models: readonly string[];
  /** Empty where the daemon has not said yet. */
  vendors: readonly { vendor: string; api: string; example: string; is_ready: boolean }[];
  tools: readonly string[];
}

/** Why a command does nothing, and what to do next. */
export interface Problem {
  type: "problem";
  text: string;
}

export interface Command {
  help: string;
  /** What stands behind its name, as help names it; empty where nothing does. */
  argument: string;
  /** It does nothing without one: the palette puts its name into the composer. */
  needsArgument?: boolean;
  offered?(context: PaletteContext): readonly Candidate[];
  /** Another name of something: typed by those who know it, listed only in the help. */
  isAlias?: boolean;
  /** The key that does the same. */
  key?: Action<"everywhere">;
  run(argument: string, context: PaletteContext): Act | Problem;
}

export const problem = (text: string): Problem => ({ type: "problem", text });
