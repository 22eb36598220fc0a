// Which conversations are shown, in which order: by what is typed, else the newest first.
import type { Reply } from "../../../protocol/commands/index.ts";
import { rank } from "../../palette/rank.ts";
import { clip } from "../../world/clip.ts";
import { MAX_TEXT_LENGTH, type SessionEntry, type World } from "../../world.ts";
import { sessionTitle } from "../parts/words.ts";

export type Hits = Reply<"SearchSessions">["hits"];
/** Those whose name fits, of all that there are: the world knows only the newest. */
export type Named = Reply<"ListSessions">;

/** What the daemon found for the words that stand there. */
export interface Found {
  hits: Hits;
  named: Named;
}

export const nothingFound: Found = { hits: [], named: { sessions: [], next_cursor: null } };

/** What is known of a conversation that the world does not hold: an old one that is pinned. */
export type Summary = Pick<Named["sessions"][number], "session_id" | "po_name" | "name" | "title">;

export interface SessionRow {
  session_id: string;
  po_name: string;
  title: string;
  session: SessionEntry | null;
  /** Where its content fits: some words around it. */
  snippet: string | null;
  isPinned: boolean;
}

/** What stands first: which conversations, in which order, and what was fetched of those that are old. */
export interface Pins {
  pinned: readonly string[];
  older: readonly Summary[];
}

/** Where nothing is typed: what is pinned, then the newest. Else what the words fit, by name and by content. */
export function sessionRows(
  world: World,
  query: string,
  { found, pins }: { found: Found; pins: Pins },
): readonly SessionRow[] {
  const rows = fittingRows(world, query, found);
  const isPinned = (session_id: string) => pins.pinned.includes(session_id);
  const marked = rows.map((one) => (isPinned(one.session_id) ? { ...one, isPinned: true } : one));
  if (query !== "") return marked;
  const first = pins.pinned.flatMap((session_id): SessionRow[] => {
    const known = marked.find((one) => one.session_id === session_id);
    const older = pins.older.find((one) => one.session_id === session_id);
    if (known) return [known];
    return older ? [{ ...summaryRow(older, null), isPinned: true }] : [];
  });
  return [...first, ...marked.filter((one) => !one.isPinned)];
}

/** Those whose name, id, object or folder fits, then those in which the words were said. */
function fittingRows(
  world: World,
  query: string,
  { hits, named: older }: Found,
): readonly SessionRow[] {
  const all = [...world.sessions.values()]
    .filter(({ parent_id }) => parent_id === null)
    .sort((left, right) => right.updated_at.localeCompare(left.updated_at));
  const named = rank(query, all, {
    nameOf: (one) => `${sessionTitle(one)} ${one.po_name} ${one.workspace} ${one.session_id}`,
  });
  const rows = new Map(named.map((one) => [one.session_id, rowOf(one)]));
  if (query === "") return [...rows.values()];
  for (const one of older.sessions) {
    if (rows.has(one.session_id)) continue;
    rows.set(one.session_id, summaryRow(one, world.sessions.get(one.session_id) ?? null));
  }
  for (const { session_id, po_name, session_name, snippet } of hits) {
    const known = rows.get(session_id);
    const session = world.sessions.get(session_id) ?? null;
    const title = session
      ? sessionTitle(session)
      : clip(session_name ?? session_id, MAX_TEXT_LENGTH);
    rows.set(
      session_id,
      known
        ? { ...known, snippet }
        : { session_id, po_name, title, session, snippet, isPinned: false },
    );
  }
  return [...rows.values()];
}

const summaryRow = (
  { session_id, po_name, name, title }: Summary,
  session: SessionEntry | null,
): SessionRow => ({
  session_id,
  po_name,
  title: session ? sessionTitle(session) : clip(name || title, MAX_TEXT_LENGTH),
  session,
  snippet: null,
  isPinned: false,
});

const rowOf = (session: SessionEntry): SessionRow => ({
  session_id: session.session_id,
  po_name: session.po_name,
  title: sessionTitle(session),
  session,
  snippet: null,
  isPinned: false,
});
