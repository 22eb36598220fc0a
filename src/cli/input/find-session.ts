// Which session a human means: its id, its name, or the beginning of its id.
import type { Link } from "../../client/link.ts";
import { JameyError } from "../../protocol/errors.ts";
import { MAX_LIST_LENGTH, MAX_TITLE_LENGTH } from "../../protocol/limits.ts";
import type { SessionSummary } from "../../protocol/messages.ts";
import { oneLine, showHiddenInProse } from "../../terminal/strip.ts";
import { type Arguments, usageError } from "./arguments.ts";

/** How many candidates an ambiguous answer names. */
const MAX_NAMED = 5;
/** Sessions of clients that are here now may stand before the one that is looked for. */
const MAX_LATEST = 100;

export function checkSession(given: Arguments): void {
  if (given.has("continue") && given.has("resume")) {
    throw usageError("-c and -r both name a session: give one of them.");
  }
}

export async function findSession(link: Link, text: string): Promise<SessionSummary> {
  if (text === "" || text.length > MAX_TITLE_LENGTH) throw unknownSession(text);
  const { sessions } = await link.call("ListSessions", { match: text, limit: MAX_LIST_LENGTH });
  return pickSession(sessions, text);
}

/** A whole id is nobody else's; a name and the beginning of an id are alike, because anybody may give a name. */
export function pickSession(sessions: readonly SessionSummary[], text: string): SessionSummary {
  const exact = sessions.find(({ session_id }) => session_id === text);
  if (exact) return exact;
  const found = sessions.filter(
    ({ session_id, name }) => name === text || (text !== "" && session_id.startsWith(text)),
  );
  const [only, ...others] = found;
  if (!only) throw unknownSession(text);
  if (others.length === 0) return only;
  const named = found
    .slice(0, MAX_NAMED)
    .map((one) =>
      `${one.session_id} ${oneLine(showHiddenInProse(one.name ?? one.title), 40)}`.trim(),
    );
  throw usageError(
    `'${oneLine(text, MAX_TITLE_LENGTH)}' fits ${found.length} sessions: ${named.join(", ")}. Give more of the id.`,
  );
}

const unknownSession = (text: string): JameyError =>
  new JameyError(
    "session_not_found",
    `There is no session '${oneLine(text, MAX_TITLE_LENGTH)}'. See 'jamey sessions list'.`,
  );

/** By its name `-r` finds a session: two of one name would be found by none. */
export async function requireFreeName(link: Link, name: string, own_id?: string): Promise<void> {
  const taken = (await sessionsNamed(link, name)).find(({ session_id }) => session_id !== own_id);
  if (!taken) return;
  throw new JameyError(
    "conflict",
    `There is a session '${oneLine(name, MAX_TITLE_LENGTH)}' already: ${taken.session_id}. Go on with it (-r), or give another name.`,
  );
}

/** Numbers that are tried behind a name. */
const MAX_NAME_NUMBER = 1000;

/** The name, or the name with a number behind it. */
export async function freeName(link: Link, name: string): Promise<string> {
  for (let number = 1; number <= MAX_NAME_NUMBER; number += 1) {
    const tried = number === 1 ? name : `${name} (${number})`;
    if ((await sessionsNamed(link, tried)).length === 0) return tried;
  }
  return name;
}

async function sessionsNamed(link: Link, name: string): Promise<SessionSummary[]> {
  if (name === "" || name.length > MAX_TITLE_LENGTH) return [];
  const { sessions } = await link.call("ListSessions", { match: name, limit: MAX_LIST_LENGTH });
  return sessions.filter((session) => session.name === name);
}

/** The session that was used last in this folder, with this object where one is named. */
export async function latestSession(
  link: Link,
  where: { directory: string; object: string | undefined },
): Promise<SessionSummary> {
  const { sessions } = await link.call("ListSessions", {
    workspace: where.directory,
    po_name: where.object ?? null,
    limit: MAX_LATEST,
  });
  // One that is gone with its client is nobody else's to go on with.
  const kept = sessions.filter((session) => !session.ephemeral);
  // A chat that was opened and left again is no conversation to go on with.
  const latest = kept.find((session) => session.message_count > 0) ?? kept[0];
  if (latest) return latest;
  throw new JameyError(
    "session_not_found",
    `No session was used in ${where.directory} yet. Start one without -c.`,
  );
}
