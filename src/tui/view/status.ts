// The bottom line: where one is, who answers, what it costs, what waits. Narrow screens keep what matters most.

import { oneLine } from "../../terminal/strip.ts";
import { keysOf } from "../keys.ts";
import type { Line, Span, Style } from "../shapes.ts";
import type { State } from "../state.ts";
import { isWorking, openRequests, requestsHere } from "../state-questions.ts";
import { shorten, span, spread, widthOf, widthOfLine } from "../text.ts";

const SEPARATOR = span(" · ", "dim");

interface Segment {
  text: string;
  style: Style;
  /** What has the lowest goes first where there is no room. */
  weight: number;
}

export function statusLine(state: State, columns: number): Line {
  let segments = segmentsOf(state);
  const room = columns - 2;
  while (segments.length > 1 && widthOfLine(joined(segments)) > room) {
    const least = Math.min(...segments.map(({ weight }) => weight));
    segments = segments.filter(({ weight }) => weight !== least);
  }
  // What the human's own command says has what the others leave.
  const free = room - widthOfLine(joined(segments));
  segments = segments.map((one) =>
    one.weight === OWN ? { ...one, text: shorten(state.status, widthOf(one.text) + free) } : one,
  );
  const right = segments.filter(({ weight }) => weight === HELP);
  const left = segments.filter(({ weight }) => weight !== HELP);
  return [span(" "), ...spread(joined(left), joined(right), room)];
}

/** What is open waits for the human, and for nothing else. */
const isAsking = (state: State): boolean => requestsHere(state).length > 0;

/** The object says which, once its next turn begins. */
const UNTOLD_MODEL = "default model";
const HELP = 56;
/** What the human's own command says. */
const OWN = 65;
/** So much of it stays, as long as any of it does. Columns. */
const MIN_OWN_COLUMNS = 20;
/** Of a connection that is lost: tried again by itself, or not. */
const awayWords = { lost: "⇄ Reconnecting...", gone: "⇄ no daemon" } as const;

function segmentsOf(state: State): Segment[] {
  const { chosen, session, link } = state;
  const model = chosen.model ?? session?.transcript.model ?? state.default_model;
  const asked = openRequests(state).length;
  const queued = session?.transcript.queued.length ?? 0;
  const mode = chosen.mode ?? session?.facts?.agent_mode ?? "single";
  const [help] = keysOf(state.keymap, "everywhere", "help");
  const segments: (Segment | null)[] = [
    link.type === "up" ? null : { text: awayWords[link.type], style: "accent", weight: 100 },
    asked > 0 ? { text: `✋${asked}`, style: "accent", weight: 99 } : null,
    isWorking(state) && !isAsking(state) ? { text: "● working", style: "bold", weight: 85 } : null,
    { text: oneLine(state.po_name, 30), style: "plain", weight: 90 },
    model === null
      ? null
      : { text: model === "" ? UNTOLD_MODEL : oneLine(model, 40), style: "dim", weight: 70 },
    {
      text: chosen.permissions,
      style: chosen.permissions === "auto" ? "changed" : "dim",
      // What is allowed without a question, and that nothing is, stays at any width.
      weight: 97,
    },
    mode === "single" ? null : { text: mode, style: "dim", weight: 40 },
    ...usageSegments(state),
    queued > 0 ? { text: `${queued} queued`, style: "plain", weight: 75 } : null,
    state.status === ""
      ? null
      : { text: shorten(state.status, MIN_OWN_COLUMNS), style: "plain", weight: OWN },
    { text: oneLine(state.environment, 30), style: "dim", weight: 30 },
    help === undefined ? null : { text: `${help} help`, style: "dim", weight: HELP },
  ];
  return segments.filter((segment) => segment !== null);
}

function usageSegments({ session }: State): Segment[] {
  if (!session) return [];
  const { context, usage, max_cost_usd } = session.transcript;
  const segments: Segment[] = [];
  if (context?.of && context.used > 0) {
    const share = Math.min(999, Math.round((100 * context.used) / context.of));
    segments.push({ text: `ctx ${share}%`, style: share >= 80 ? "changed" : "dim", weight: 60 });
  }
  const tokens = usage.input_tokens + usage.output_tokens;
  if (tokens > 0) segments.push({ text: `${showCount(tokens)} tok`, style: "dim", weight: 25 });
  if (usage.cost_usd !== null && usage.cost_usd > 0) {
    const budget = max_cost_usd === null ? "" : `/$${max_cost_usd.toFixed(2)}`;
    segments.push({ text: `$${usage.cost_usd.toFixed(2)}${budget}`, style: "dim", weight: 55 });
  }
  return segments;
}

/** 950, 18.2k, 1.4M */
export function showCount(count: number): string {
  if (count < 1000) return String(count);
  return count < 1_000_000 ? `${(count / 1000).toFixed(1)}k` : `${(count / 1_000_000).toFixed(1)}M`;
}

const joined = (segments: readonly Segment[]): Line =>
  segments.flatMap(({ text, style }, index): Span[] =>
    index === 0 ? [{ text, style }] : [SEPARATOR, { text, style }],
  );
