// Deleting sessions, and those that are deleted by themselves: an ephemeral session lives no longer than
// the connection that created it, and none outlives its daemon.
import { messageOf } from "../protocol/errors.ts";
import type { From } from "./actor.ts";
import type { Log } from "./log.ts";
import type { SessionFiles } from "./session-files.ts";
import type { Sessions } from "./sessions.ts";
import { type Journal, sessionStream } from "./store/journal.ts";
import type { Views } from "./store/views/index.ts";

interface Parts {
  views: Views;
  sessions: Sessions;
  journal: Journal;
  sessionFiles: SessionFiles;
  log: Log;
}

/** Deletes a session, and those that answered its calls, with text and files; running turns are cancelled. */
export async function removeSession(
  { views, sessions, journal, sessionFiles }: Omit<Parts, "log">,
  session_id: string,
  from: From,
): Promise<void> {
  const below = views.descendants(session_id);
  // The caller first: nobody calls anew, and what a crash leaves is found to have no root.
  await sessions.take(session_id, { type: "delete" }, from);
  for (const one of below)
    if (views.findSession(one)) await sessions.take(one, { type: "delete" }, from);
  for (const one of [...below, session_id]) {
    await journal.erase(sessionStream(one));
    await sessionFiles.forget(one);
  }
}

/** Deletes it when the signal is aborted; where that fails, the next start does. */
export function removeWhenGone(parts: Parts, session_id: string, signal: AbortSignal): void {
  const { views, log } = parts;
  const remove = async () => {
    // Somebody may have deleted it before.
    if (!views.findSession(session_id)) return;
    try {
      await removeSession(parts, session_id, { caller: "daemon", causation_id: null });
    } catch (thrown) {
      log.warn("ephemeral session not deleted yet", { session_id, reason: messageOf(thrown) });
    }
  };
  if (signal.aborted) void remove();
  else signal.addEventListener("abort", () => void remove(), { once: true });
}

/** What a daemon that was killed left; before anything is revived. Their files go with the sweep. */
export async function removeLeftSessions(parts: Omit<Parts, "sessionFiles">): Promise<void> {
  const { views, sessions, journal, log } = parts;
  for (const session_id of views.ephemeralSessions()) {
    try {
      await sessions.conclude(session_id, { type: "delete" });
      await journal.erase(sessionStream(session_id));
    } catch (thrown) {
      log.error("ephemeral session not deleted", { session_id, reason: messageOf(thrown) });
    }
  }
}
