// The inbox: what waits for a human, of every session, answered in place.
import type { Pane } from "../pane.ts";
import { type InboxState, initialInbox, isGuarded } from "./inbox/state.ts";
import { updateInbox } from "./inbox/update.ts";
import { viewInbox } from "./inbox/view.ts";

export const inboxPane: Pane<InboxState> = {
  name: "inbox",
  title: "Waiting for you",
  initial: initialInbox,
  update: updateInbox,
  view: viewInbox,
  // For a moment keys count for nothing, and it says so.
  fades: (state, { now, size }) => size !== null && isGuarded(state, now),
};
