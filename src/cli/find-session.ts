// Which session a human means: its id, its name, or the beginning of its id.
import type { Link } from "../client/link.ts";
import { JameyError } from "../protocol/errors.ts";
import { MAX_LIST_LENGTH } from "../protocol/limits.ts";
import type { SessionSummary } from "../protocol/messages.ts";
import { type Arguments, usageError } from "./arguments.ts";
import { oneLine } from "./strip.ts";

/** How many candidates an ambiguous answer names. */
const MAX_NAMED = 5;

export function checkSession(given: Arguments): void {
  if (given.has("continue") && given.has("resume")) {
    throw usageError("-c and -r both name a session: give one of them.");
  }
}

export async function findSession(link: Link, text: string): Promise<SessionSummary> {
  const { sessions } = await link.call("ListSessions", { limit: MAX_LIST_LENGTH });
  return pickSession(sessions, text);
}

export function pickSession(sessions: readonly SessionSummary[], text: string): SessionSummary {
  const ways = [
    sessions.filter((session) => session.session_id === text),
    sessions.filter((session) => session.name === text),
    text === "" ? [] : sessions.filter((session) => session.session_id.startsWith(text)),
  ];
  const found = ways.find((way) => way.length > 0) ?? [];
  const [only, ...others] = found;
  if (!only) {
    throw new JameyError(
      "session_not_found",
      `There is no session '${text}'. See 'jamey sessions list'.`,
    );
  }
  if (others.length === 0) return only;
  const named = found
    .slice(0, MAX_NAMED)
    .map((one) => `${one.session_id} ${oneLine(one.name ?? "", 40)}`.trim());
  throw usageError(
    `'${text}' fits ${found.length} sessions: ${named.join(", ")}. Give more of the id.`,
  );
}

/** The session that was used last in this folder, with this object where one is named. */
export async function latestSession(
  link: Link,
  where: { directory: string; object: string | undefined },
): Promise<SessionSummary> {
  const { sessions } = await link.call("ListSessions", {
    workspace: where.directory,
    po_name: where.object ?? null,
    limit: 1,
  });
  const [latest] = sessions;
  if (latest) return latest;
  throw new JameyError(
    "session_not_found",
    `No session was used in ${where.directory} yet. Start one without -c.`,
  );
}
