// What a pane is: a part of the interface with a state of its own, beside or over the conversation.
// Rules: 1. A call's `purpose` begins with the pane's name and a colon: `inbox:answer`. Its reply, its failure
//           and an edited text reach that pane alone.
//        2. `frames`, `link` and `tick` reach every pane; keys, pastes, the mouse and `drawn` only the focused one.
//           The mouse is told in rows and columns of the pane.
//        3. The world has folded an input before any pane sees it.
import type { Transcript } from "../client/transcript.ts";
import type { TurnSettings } from "../protocol/agents.ts";
import type { Memo } from "./conversation/memo.ts";
import type { Keymap } from "./keys.ts";
import type { Effect, Input, Line, Size } from "./shapes.ts";
import type { World } from "./world.ts";

/** The conversation that is open, for panes that read in it. */
export interface OpenConversation {
  transcript: Transcript;
  /** The object that is talked with. */
  po_name: string;
  /** The message that keys work on. */
  selected: string | null;
  memo: Memo;
}

/** What every pane may read. */
export interface Shared {
  world: World;
  /** The session that is open in the conversation. */
  session_id: string | null;
  /** null: nothing was said yet. */
  conversation: OpenConversation | null;
  /** Milliseconds since 1970, as of the last tick. */
  now: number;
  isFocused: boolean;
  /** What it has of the screen; null where it is not drawn. */
  size: Size | null;
  /** What the human chose for everything that is begun from here on. */
  settings: Pick<TurnSettings, "model" | "rules">;
  /** Conversations that stand first wherever one is chosen. */
  pinned: readonly string[];
  /** The keys as they are bound now. */
  keymap: Keymap;
}

/** What a pane asks of the interface around it. */
export type PaneRequest =
  | "close"
  | { open_session: string; search?: string; notice?: string }
  /** A new session with this object. */
  | { talk_to: string }
  | { open_pane: string }
  /** A conversation that stands first from here on, or no longer. */
  | { pin: string; isPinned: boolean }
  /** Put into the composer, at its cursor. */
  | { insert: string }
  /** One line, shown for a few seconds. */
  | { notice: string }
  /** The same, and a text that can be called back in the composer. */
  | { keep: string; notice: string };

export interface PaneResult<S> {
  state: S;
  effects: readonly Effect[];
  /** False lets the interface around it look at the key. */
  isTaken: boolean;
  request?: PaneRequest;
}

export interface Pane<S> {
  name: string;
  title: string;
  initial: S;
  /** It takes the place of the agents beside it, too: what is read in it is wide. */
  isWhole?: boolean;
  update(state: S, input: Input, shared: Shared): PaneResult<S>;
  view(state: S, shared: Shared, size: Size): readonly Line[];
  /** Whether something in it goes away by itself, once its time is over. */
  fades?(state: S, shared: Shared): boolean;
}

/** A pane together with its state, whatever type that has. */
export interface LivePane {
  name: string;
  title: string;
  isWhole: boolean;
  update(input: Input, shared: Shared): PaneResult<LivePane>;
  view(shared: Shared, size: Size): readonly Line[];
  fades(shared: Shared): boolean;
}

export function livePane<S>(pane: Pane<S>, state: S = pane.initial): LivePane {
  const live: LivePane = {
    name: pane.name,
    title: pane.title,
    isWhole: pane.isWhole ?? false,
    update(input, shared) {
      const result = pane.update(state, input, shared);
      const next = result.state === state ? live : livePane(pane, result.state);
      return { ...result, state: next };
    },
    view: (shared, size) => pane.view(state, shared, size),
    fades: (shared) => pane.fades?.(state, shared) ?? false,
  };
  return live;
}
