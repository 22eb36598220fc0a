// What panes write alike: shapes, times, money, rows.
import type { HumanRequest } from "../../../protocol/messages.ts";
import { showAge } from "../../../terminal/age.ts";
import { showDuration } from "../../../terminal/duration.ts";
import type { PaneResult } from "../../pane.ts";
import type { Effect, Line, Span, Style } from "../../shapes.ts";
import { line, padText, restyle, shorten, span, spread, widthOf, wrapText } from "../../text.ts";
import type { Outcome, SessionEntry } from "../../world.ts";

export interface Shape {
  icon: string;
  style: Style;
}

/** Shape before colour; the accent only for what waits for a human. */
export const shapes = {
  working: { icon: "●", style: "bold" },
  idle: { icon: "○", style: "dim" },
  done: { icon: "✓", style: "good" },
  failed: { icon: "✗", style: "bad" },
  cancelled: { icon: "✗", style: "dim" },
  approval: { icon: "✋", style: "accent" },
  question: { icon: "?", style: "accent" },
  secret: { icon: "?", style: "accent" },
} as const satisfies Record<Outcome | HumanRequest["kind"] | "working" | "idle", Shape>;

/** The widest shape and a blank. Columns. */
const ICON_COLUMNS = 3;

export const iconSpan = ({ icon, style }: Shape): Span => span(padText(icon, ICON_COLUMNS), style);

/** Whole seconds: nothing flickers. */
export function elapsed(at: string, now: number): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(at)) / 1000));
  return Number.isNaN(seconds) || seconds < 60 ? `${seconds || 0}s` : showDuration(seconds * 1000);
}

export const ago = (at: string, now: number): string => {
  const age = showAge(at, now);
  return age === "now" ? age : `${age} ago`;
};

export const money = (usd: number | null): string => (usd === null ? "$?" : `$${usd.toFixed(2)}`);

export function tokens(count: number): string {
  if (count < 1_000) return String(count);
  return count < 1_000_000
    ? `${(count / 1_000).toFixed(1)}k`
    : `${(count / 1_000_000).toFixed(1)}M`;
}

/** `12:03` of a UTC time, in the zone of this machine. */
export function clock(at: string): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, "0");
  return Number.isNaN(date.getTime())
    ? "     "
    : `${two(date.getHours())}:${two(date.getMinutes())}`;
}

export const sessionTitle = ({ name, title, session_id }: SessionEntry): string =>
  name ?? (title === "" ? `session ${session_id}` : title);

/** One row: what it is, on the left; times and money on the right. The selected one is marked. */
export function row(
  left: Line,
  right: string,
  { columns, isSelected }: { columns: number; isSelected: boolean },
): Line {
  const mark = isSelected ? "▸" : " ";
  const whole = spread([span(`${mark} `), ...left], line(right, "dim"), columns);
  return isSelected ? restyle(padded(whole, columns), "selected") : whole;
}

function padded(of: Line, columns: number): Line {
  const used = of.reduce((sum, { text }) => sum + widthOf(text), 0);
  return used < columns ? [...of, span(" ".repeat(columns - used))] : of;
}

export const heading = (text: string, style: Style = "heading"): Line => [span(text, style)];

export const ruled = (text: string, columns: number): Line => {
  const label = text === "" ? "" : `─ ${shorten(text, Math.max(0, columns - 4))} `;
  return [span(label + "─".repeat(Math.max(0, columns - widthOf(label))), "rule")];
};

/** What an empty pane says: what this is, and what to do. */
export const emptyText = (text: string, columns: number): readonly Line[] => [
  [],
  ...wrapText(text, Math.max(10, columns - 4), "dim").map((one): Line => [span("  "), ...one]),
];

export const stay = <S>(state: S, effects: readonly Effect[] = []): PaneResult<S> => ({
  state,
  effects,
  isTaken: true,
});
export const pass = <S>(state: S): PaneResult<S> => ({ state, effects: [], isTaken: false });
