// The session switcher: conversations by name and by what was said in them.
import type { Pane } from "../pane.ts";
import { initialSessions, type SessionsState, updateSessions } from "./sessions/update.ts";
import { viewSessions } from "./sessions/view.ts";

export const sessionsPane: Pane<SessionsState> = {
  name: "sessions",
  title: "Conversations",
  initial: initialSessions,
  update: updateSessions,
  view: viewSessions,
};
