// The conversation as lines: what is on the screen of it, what is new below, what a search found.

import { stripControl } from "../../terminal/strip.ts";
import { MAX_NEW_ROWS, type Window, windowOf } from "../conversation/window.ts";
import { keysOf } from "../keys.ts";
import type { Line, Size, Span } from "../shapes.ts";
import type { State } from "../state.ts";
import { layoutOf, sourceOf } from "../state-questions.ts";
import { cut, line, plainText, span, wrapText } from "../text.ts";

export function conversationLines(state: State, { columns, rows }: Size): readonly Line[] {
  const window = conversationWindow(state, { columns, rows });
  if (!window) return emptyLines(state, columns);
  const query = state.conversation.search?.query ?? "";
  const lines = window.rows.map((row) => cut(found(row.line, query), columns));
  if (!window.hasBelow || lines.length === 0) return lines;
  return [...lines.slice(0, rows - 1), belowLine(state, window, columns)];
}

/** null where there is nothing to show. */
export function conversationWindow(state: State, { columns, rows }: Size): Window | null {
  const source = sourceOf(state);
  if (!source) return null;
  const window = windowOf(layoutOf(state, source, columns), state.conversation.place, rows);
  return window.rows.length === 0 ? null : window;
}

function belowLine({ keymap }: State, { newRows }: Window, columns: number): Line {
  const [key] = keysOf(keymap, "everywhere", "to_end");
  const more = newRows >= MAX_NEW_ROWS ? `${MAX_NEW_ROWS}+` : String(newRows);
  const what = newRows > 0 ? `↓ ${more} new ${newRows === 1 ? "line" : "lines"}` : "↓ more below";
  const text = key === undefined ? `[ ${what} ]` : `[ ${what} · ${key} ]`;
  return cut([span("   "), span(text, newRows > 0 ? "bold" : "dim")], columns);
}

/** What was searched for stands out where it is seen, also where its style changes in the middle. */
function found(of: Line, query: string): Line {
  if (query === "") return of;
  const wanted = query.toLowerCase();
  const text = plainText(of);
  const small = text.toLowerCase();
  // A text that changes its length by its case is not marked: places would not fit.
  if (small.length !== text.length || !small.includes(wanted)) return of;
  const isHit = hits(small, wanted);
  let at = 0;
  return of.flatMap((piece): Span[] => {
    const from = at;
    at += piece.text.length;
    return marked(piece, (index) => isHit.has(from + index));
  });
}

/** Which units of a line belong to a hit. */
function hits(text: string, wanted: string): ReadonlySet<number> {
  const places = new Set<number>();
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
    for (let unit = at; unit < at + wanted.length; unit += 1) places.add(unit);
  }
  return places;
}

function marked(piece: Span, isHit: (index: number) => boolean): Span[] {
  const spans: Span[] = [];
  let from = 0;
  for (let at = 1; at <= piece.text.length; at += 1) {
    if (at < piece.text.length && isHit(at) === isHit(from)) continue;
    const text = piece.text.slice(from, at);
    spans.push({ text, style: isHit(from) ? "selected" : piece.style });
    from = at;
  }
  return spans;
}

function emptyLines(state: State, columns: number): readonly Line[] {
  const { session, po_name, keymap } = state;
  const room = Math.max(1, columns - 6);
  const indented = (lines: readonly Line[]): Line[] => lines.map((each) => [span("   "), ...each]);
  if (session?.waiting) return indented([line("Fetching the conversation …", "dim")]);
  const key = (action: "palette" | "agents" | "sessions" | "inbox"): string =>
    keysOf(keymap, "everywhere", action)[0] ?? "";
  const rows: readonly [string, string][] = [
    ["/", "commands, and workflows by name"],
    ["@", "objects and files"],
    [key("palette"), "everything by name"],
    [key("sessions"), "other conversations"],
    [key("agents"), "who works, and who talks to whom"],
    [key("inbox"), "what waits for you"],
  ];
  const description = stripControl(state.world.objects.get(po_name)?.description ?? "");
  return [
    [],
    ...indented([
      [span(po_name, "heading")],
      ...(description === "" ? [] : wrapText(description, room, "dim")),
      [],
      line("Say something below. Or:"),
      [],
      ...rows
        .filter(([name]) => name !== "")
        .map(([name, help]): Line => [span(name.padEnd(9), "bold"), span(help, "dim")]),
    ]).map((each) => cut(each, columns)),
  ];
}
