// Sessions as rows of a table: an id short enough to type, what it is about, where it stands.
import type { SessionSummary } from "../../protocol/messages.ts";
import { showAge } from "../../terminal/age.ts";
import { oneLine, showHiddenInProse } from "../../terminal/strip.ts";
import { columns } from "../context.ts";

const MIN_ID_LENGTH = 8;
const MAX_SHOWN_TITLE = 50;

export function sessionTable(
  sessions: readonly SessionSummary[],
  options: { directory: string; now: number },
): string {
  const ids = shortIds(sessions.map((session) => session.session_id));
  const rows = sessions.map((session, index) => [
    ids[index] ?? session.session_id,
    titleOf(session),
    session.po_name,
    session.state,
    `${session.message_count} messages`,
    showAge(session.updated_at, options.now),
    marksOf(session, options.directory),
  ]);
  return columns(rows);
}

/** Its name, else what was said first. */
export const titleOf = (session: SessionSummary): string =>
  oneLine(showHiddenInProse(session.name ?? session.title), MAX_SHOWN_TITLE) || "-";

function marksOf(session: SessionSummary, directory: string): string {
  const marks = [
    session.workspace === directory && "here",
    session.ephemeral && "ephemeral",
    session.forked_from && "fork",
  ];
  return marks.filter((mark) => typeof mark === "string").join(" ");
}

/** The beginning of each id that no other id here begins with. */
export function shortIds(ids: readonly string[]): string[] {
  const sorted = ids.toSorted();
  const places = new Map(sorted.map((id, place) => [id, place]));
  return ids.map((id) => {
    const place = places.get(id) ?? 0;
    const near = [sorted[place - 1], sorted[place + 1]].filter((other) => other !== undefined);
    const shared = near.map((other) => sharedLength(id, other));
    return id.slice(0, Math.max(MIN_ID_LENGTH, ...shared.map((length) => length + 1)));
  });
}

function sharedLength(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return length;
}
