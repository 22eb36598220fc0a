// The inbox: what waits for a human, of every session, answered in place.
import type { Pane } from "../pane.ts";
import { type InboxState, initialInbox } from "./inbox/state.ts";
import { updateInbox } from "./inbox/update.ts";
import { viewInbox } from "./inbox/view.ts";

export const inboxPane: Pane<InboxState> = {
  name: "inbox",
  title: "Waiting for you",
  initial: initialInbox,
  update: updateInbox,
  view: viewInbox,
};
