// What the inbox knows: the question that is shown, how much of it has been seen, and what is being typed.
import type { HumanRequest } from "../../../protocol/messages.ts";
import type { Field } from "../parts/field.ts";
import { isTooSoon } from "../parts/guard.ts";
import type { Piece } from "../parts/long-text.ts";
import type { Typing } from "./choices.ts";

export interface Shown {
  request: HumanRequest;
  body: readonly Piece[];
  /** When it was on the screen first, or the last of it; null before. */
  since: number | null;
  /** Pieces of the body that have been on the screen, from its beginning on. */
  read: number;
}

export interface InboxState {
  selected: string | null;
  shown: Shown | null;
  choice: number;
  scroll: number;
  /** White space alone is no difference; for the question that is shown, and no other. */
  ignoresSpace: boolean;
  typing: { what: Typing; field: Field } | null;
  /** Answered, and not yet gone. */
  sending: readonly string[];
}

export const initialInbox: InboxState = {
  selected: null,
  shown: null,
  choice: 0,
  scroll: 0,
  ignoresSpace: false,
  typing: null,
  sending: [],
};

export const isGuarded = ({ shown }: InboxState, now: number): boolean =>
  shown !== null && (shown.since === null || isTooSoon(shown.since, now));

/** Nothing of it is left that has not been on the screen. */
export const isRead = ({ body, read }: Shown): boolean => read >= body.length;
