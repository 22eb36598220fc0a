// How the environment stands: since when it runs, how much there is in it, and what waits for a human. Objects that
// may know it are told, by tools and on the pages of their interfaces.
import type { EnvironmentStanding } from "../core/environment-port.ts";
import type { Views } from "./store/views/index.ts";

/** Requests that are named; all of them are counted. */
const MAX_NAMED = 50;
/** Characters of a question. */
const MAX_TEXT = 120;

export function createStanding(parts: {
  environment: string;
  views: Pick<Views, "listRequests" | "counts">;
  now(): string;
}): () => EnvironmentStanding {
  const { environment, views, now } = parts;
  const started_at = now();
  return () => {
    const { sessions, running_turns, pending_requests } = views.counts();
    const lasted = Date.parse(now()) - Date.parse(started_at);
    return {
      ...{ environment, started_at, sessions, running_turns, pending_requests },
      uptime_seconds: Math.max(0, Math.round(lasted / 1_000)),
      // The arguments of a call are for who answers: here only what waits, and since when.
      waiting: views
        .listRequests(null)
        .slice(0, MAX_NAMED)
        .map(({ from_po, kind, question, created_at }) => {
          return { po_name: from_po, kind, question: question.slice(0, MAX_TEXT), at: created_at };
        }),
    };
  };
}
