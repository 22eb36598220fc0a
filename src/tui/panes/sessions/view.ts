// How the session switcher looks: the list, and beside or below it what was said last.
import { keysOf } from "../../keys.ts";
import type { Shared } from "../../pane.ts";
import type { Line, Size } from "../../shapes.ts";
import { pad, padText, shorten, span, wrap } from "../../text.ts";
import { clip } from "../../world/clip.ts";
import { type Bound, keyFooter } from "../parts/bound.ts";
import { fieldLine, fieldText } from "../parts/field.ts";
import { fill } from "../parts/list.ts";
import { ago, emptyText, iconSpan, row, ruled, shapes } from "../parts/words.ts";
import type { SessionRow } from "./rows.ts";
import { chosenOf, rowsOf, type SessionsState } from "./update.ts";

/** From this width on the preview stands beside the list. Columns. */
const BESIDE_FROM = 100;
const NAME_COLUMNS = 12;
const MAX_SNIPPET_COLUMNS = 40;

export function viewSessions(state: SessionsState, shared: Shared, size: Size): readonly Line[] {
  const { columns, rows } = size;
  const foot = [...olderLines(state, shared, columns), ...footLines(state, shared, columns)];
  const room = Math.max(0, rows - foot.length);
  const found = rowsOf(state, shared);
  const chosen = chosenOf(found, state);
  const listLines = (area: Size) => listOf({ found, chosen, state, shared }, area);
  const isBeside = columns >= BESIDE_FROM;
  if (!state.isPreviewing || !chosen) return fill(listLines({ columns, rows: room }), foot, size);
  if (!isBeside) {
    const below = Math.floor(room / 3);
    const list = listLines({ columns, rows: room - below });
    const gap: Line[] = Array.from({ length: Math.max(0, room - below - list.length) }, () => []);
    return fill(
      [...list, ...gap, ...previewLines(state, chosen, { columns, rows: below })],
      foot,
      size,
    );
  }
  const left = Math.floor(columns / 2);
  const right = columns - left - 3;
  const list = listLines({ columns: left, rows: room });
  const preview = previewLines(state, chosen, { columns: right, rows: room });
  const both = Array.from({ length: room }, (_none, index): Line => {
    return [...pad(list[index] ?? [], left), span(" │ ", "rule"), ...(preview[index] ?? [])];
  });
  return fill(both, foot, size);
}

/** What is not in the list, and how it is found. */
function olderLines(
  { query, found, mode }: SessionsState,
  shared: Shared,
  columns: number,
): Line[] {
  if (mode.type === "rename" || mode.type === "delete") return [];
  const isSearched = fieldText(query).trim() !== "";
  const hasMore = isSearched ? found.named.next_cursor !== null : shared.world.hasOlder;
  if (!hasMore) return [];
  const words = isSearched
    ? "More conversations fit: further words find them."
    : `Older conversations are not shown: ${keysOf(shared.keymap, "sessions", "search")[0] ?? "a search"} finds them.`;
  return [[span(shorten(words, columns), "dim")]];
}

function footLines(state: SessionsState, bound: Bound, columns: number): Line[] {
  const { mode, query } = state;
  switch (mode.type) {
    case "rename":
      return [
        fieldLine(mode.field, columns),
        keyFooter(bound, "field", ["submit", "leave"], columns, { submit: "rename" }),
      ];
    case "delete": {
      const asked =
        mode.times === 1
          ? `Delete '${shorten(mode.title, 40)}'?`
          : "Really? Everything that was said in it is gone for good.";
      return [[span(asked, "bad")], keyFooter(bound, "confirm", ["yes", "no"], columns)];
    }
    case "search":
      return [
        fieldLine(query, columns),
        keyFooter(bound, "field", ["submit", "leave"], columns, { submit: "open" }),
      ];
    case "list": {
      const actions = [
        "open",
        "search",
        "pin",
        "fork",
        "rename",
        "delete",
        "preview",
        "close",
      ] as const;
      const keys = keyFooter(bound, "sessions", actions, columns);
      return fieldText(query) === ""
        ? [keys]
        : [fieldLine(query, columns, { isTyped: false }), keys];
    }
  }
}

function listOf(
  given: {
    found: readonly SessionRow[];
    chosen: SessionRow | undefined;
    state: SessionsState;
    shared: Shared;
  },
  { columns, rows }: Size,
): readonly Line[] {
  const { found, chosen, state, shared } = given;
  if (!chosen) return emptyText(emptyWords(state, shared), columns);
  const at = found.indexOf(chosen);
  const start = Math.min(Math.max(0, at - Math.floor(rows / 2)), Math.max(0, found.length - rows));
  return found
    .slice(start, start + Math.max(0, rows))
    .map((one, index) =>
      sessionLine(one, shared, { columns, index: start + index, isSelected: one === chosen }),
    );
}

function emptyWords({ query }: SessionsState, { world }: Shared): string {
  if (fieldText(query) !== "") return "No conversation fits. esc shows all of them.";
  return world.isLoaded
    ? "No conversations yet. Say something, and it begins."
    : "Asking the daemon for conversations …";
}

function sessionLine(
  { title, po_name, session, snippet, session_id, isPinned }: SessionRow,
  { now, session_id: open }: Shared,
  options: { columns: number; index: number; isSelected: boolean },
): Line {
  const { columns, index, isSelected } = options;
  const unread = session && session.unread > 0 ? [span(` ${session.unread} new`, "bold")] : [];
  const here = session_id === open ? [span(" (open)", "dim")] : [];
  const found =
    snippet === null
      ? []
      : [span(`  ${shorten(clip(snippet, MAX_SNIPPET_COLUMNS * 2), MAX_SNIPPET_COLUMNS)}`, "dim")];
  const left = [
    span(index < 9 ? `${index + 1} ` : "  ", "dim"),
    iconSpan(shapeOf(session)),
    span(padText(po_name, NAME_COLUMNS), "bold"),
    span(` ${title}`),
    ...(isPinned ? [span(" (pinned)", "dim")] : []),
    ...here,
    ...unread,
    ...found,
  ];
  return row(left, session ? ago(session.updated_at, now) : "", { columns, isSelected });
}

function shapeOf(session: SessionRow["session"]) {
  if (session?.state === "waiting") return shapes.approval;
  if (session?.state === "working") return shapes.working;
  return session?.outcome ? shapes[session.outcome] : shapes.idle;
}

function previewLines(
  { preview }: SessionsState,
  { session, session_id, title, po_name }: SessionRow,
  { columns, rows }: Size,
): readonly Line[] {
  const fetched = preview?.session_id === session_id ? preview.lines : [];
  const said = session && session.tail.length > fetched.length ? session.tail : fetched;
  const lines = said.flatMap(({ who, text }) =>
    wrap([span(`${who} `, "bold"), span(text)], columns),
  );
  const place = session && session.workspace !== "" ? `, ${session.workspace}` : "";
  const head = [ruled(`${po_name}: ${title}${place}`, columns)];
  const shown = lines.slice(-Math.max(0, rows - 1));
  const empty: Line[] = [[span("Nothing was said in it yet, or it is on its way.", "dim")]];
  return [...head, ...(shown.length > 0 ? shown : empty)];
}
