// The conversation as lines: what is on the screen of it, what is new below, what a search found.

import { stripControl } from "../../terminal/strip.ts";
import { withFound } from "../conversation/found.ts";
import { MAX_NEW_ROWS, type Window, windowOf } from "../conversation/window.ts";
import { keysOf } from "../keys.ts";
import type { Line, Size } from "../shapes.ts";
import type { State } from "../state.ts";
import { layoutOf, sourceOf } from "../state-questions.ts";
import { cut, line, span, wrapText } from "../text.ts";

export function conversationLines(state: State, { columns, rows }: Size): readonly Line[] {
  const window = conversationWindow(state, { columns, rows });
  if (!window) return emptyLines(state, columns);
  const query = state.conversation.search?.query ?? "";
  const lines = window.rows.map((row) => cut(withFound(row.line, query), columns));
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
      ...unconnected(state).flatMap((text) => wrapText(text, room, "accent")),
      line("Say something below. Or:"),
      [],
      ...rows
        .filter(([name]) => name !== "")
        .map(([name, help]): Line => [span(name.padEnd(9), "bold"), span(help, "dim")]),
    ]).map((each) => cut(each, columns)),
  ];
}

/** Where nothing that was said would reach a model. */
function unconnected({ chosen, default_model }: State): readonly string[] {
  const isOffline = (chosen.model ?? default_model) === "offline/guide";
  if (!isOffline) return [];
  return [
    "No model is connected: a fixed program answers. In a shell, jamey init connects one.",
    "",
  ];
}
