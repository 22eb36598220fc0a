// A tool call: one line while folded, with its result, its live tail or what it changed below.
import type { CallState, Delegation } from "../../client/calls.ts";
import type { Message, ToolCall } from "../../protocol/messages.ts";
import { describeCall } from "../../terminal/activity.ts";
import { showDuration } from "../../terminal/duration.ts";
import { editOf } from "../../terminal/edits.ts";
import { oneLine, stripControl } from "../../terminal/strip.ts";
import type { Line, Span } from "../shapes.ts";
import { cut, line, span, spread, wrapText } from "../text.ts";
import {
  type Difference,
  type DifferenceLine,
  differenceLines,
  differenceOf,
  UNKNOWN_COUNT,
} from "./diff.ts";
import { hasChanged, hasCreated } from "./file-changes.ts";
import type { Memo } from "./memo.ts";
import { type Row, rowsOf } from "./row.ts";

/** Lines of a tool that still writes. */
const MAX_TAIL_LINES = 5;
/** Lines of a result, or of a difference, that nobody unfolded by hand. */
const MAX_GLANCE_LINES = 12;
const MAX_UNFOLDED_LINES = 400;
/** Units of a result that are wrapped at all. */
const MAX_SHOWN_LENGTH = 64 * 1024;

export interface CallView {
  call: ToolCall;
  state: CallState | undefined;
  result: Message | undefined;
  delegation: Delegation | undefined;
  /** What the called object does just now. */
  action: string | undefined;
  /** Waits for a human: asked, not begun. */
  isAsked: boolean;
  /** The human ran it: what it says is the answer. */
  isByHand: boolean;
  /** The turn that asked for it runs. */
  isLive: boolean;
  /** What the human wants; undefined: what is usual for it. */
  isUnfolded: boolean | undefined;
  /** Which of its changes is the one that keys go on from, from 0. */
  marked: number | null;
}

export interface Page {
  columns: number;
  now: number;
  memo: Memo;
  /** White space alone is no difference. */
  ignoresSpace: boolean;
}

export function callRows(view: CallView, page: Page): readonly Row[] {
  const { call, isUnfolded } = view;
  const difference = isUndone(view) ? null : differenceFor(call, page);
  const isOpen = isUnfolded ?? isOpenByItself(view, difference);
  const head = headLine(view, difference, isOpen, page);
  const body = bodyLines(view, difference, isOpen, { ...page, columns: page.columns - 2 });
  let nth = -1;
  const below = body.map(({ line, isStart }): Row => {
    if (isStart) nth += 1;
    const margin = isStart && nth === view.marked ? span("› ", "accent") : span("  ");
    const row: Row = { line: [margin, ...line], fold: call.id, isOpen };
    return isStart ? { ...row, isChange: true } : row;
  });
  return [...rowsOf([head], call.id, isOpen), ...below];
}

type Status = "waiting" | "asked" | "running" | "done" | "ok" | "failed";

function statusOf({ state, result, delegation, isAsked, isLive }: CallView): Status {
  if (state?.success === false || delegation?.success === false) return "failed";
  if (state?.success === true || delegation?.success === true) return "ok";
  if (result) return "done";
  if (isAsked || delegation?.isPaused) return "asked";
  if (state || delegation) return "running";
  return isLive ? "waiting" : "done";
}

const marks = {
  waiting: span("○", "dim"),
  asked: span("✋", "accent"),
  running: span("●", "plain"),
  done: span("·", "dim"),
  ok: span("✓", "good"),
  failed: span("✗", "bad"),
} as const satisfies Record<Status, Span>;

const isOpenByItself = (view: CallView, difference: Difference | null): boolean =>
  statusOf(view) === "failed" ||
  view.isByHand ||
  (view.result !== undefined && isUndone(view) && editOf(view.call) !== null) ||
  (difference !== null && statusOf(view) !== "asked");

/** Nothing says that an edit was made: what it would have changed is not shown as if it was. */
function isUndone({ state, result, isAsked, isLive }: CallView): boolean {
  if (result) return !hasChanged(state?.success, result.content);
  return state?.success === false || !(state || isAsked || isLive);
}

function headLine(
  view: CallView,
  difference: Difference | null,
  isOpen: boolean,
  page: Page,
): Line {
  const { call, delegation } = view;
  const what = page.memo.of(call, "head", () => describeCall(editOf(call) ? pathOnly(call) : call));
  const [name = "", ...rest] = what.split(" ");
  const right = sideOf(view, difference, page.now);
  const fold = span(isOpen ? "▾ " : "▸ ", "dim");
  const said: Line = delegation
    ? [
        span("→ ", "dim"),
        span(oneLine(delegation.po_name, 64), "bold"),
        span(` ${rest.join(" ")}`, "dim"),
      ]
    : [span(name, "bold"), span(rest.length > 0 ? ` ${rest.join(" ")}` : "", "dim")];
  const mark = marks[statusOf(view)];
  return spread([fold, mark, span(" "), ...said], right, page.columns);
}

/** Status, time and size: dim, on the right. */
function sideOf(view: CallView, difference: Difference | null, now: number): Line {
  const { state, result, delegation } = view;
  const status = statusOf(view);
  const parts: string[] = [];
  if (status === "asked") return [span(" waits for you", "accent")];
  if (state?.outcome && state.outcome !== "completed") parts.push(state.outcome.replace("_", " "));
  if (status === "running" && state?.started_at) {
    parts.push(showDuration(Math.max(0, now - Date.parse(state.started_at))));
  }
  // What was refused or stopped before it began took no time at all.
  const hasRun = state?.outcome === "completed" || (state?.duration_ms ?? 0) > 0;
  if (hasRun && state?.duration_ms !== null && state?.duration_ms !== undefined) {
    const { duration_ms } = state;
    parts.push(duration_ms < 1000 ? `${duration_ms}ms` : showDuration(duration_ms));
  }
  if (delegation?.usage.cost_usd) parts.push(`$${delegation.usage.cost_usd.toFixed(2)}`);
  if (difference) {
    const [added, removed] = [
      span(` +${difference.added}`, "added"),
      span(` −${isUnknownBefore(view) ? UNKNOWN_COUNT : difference.removed}`, "removed"),
    ];
    return [added, removed, span(parts.map((part) => `  ${part}`).join(""), "dim")];
  }
  if (result) parts.push(sizeOf(result.content));
  return line(parts.map((part) => `  ${part}`).join(""), "dim");
}

/** Where a whole file is written, what it held before is known only of one that was not there. */
const isUnknownBefore = ({ call, result }: CallView): boolean =>
  editOf(call)?.before === null && !hasCreated(result?.content ?? "");

function sizeOf(text: string): string {
  let lines = 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines += 1;
  if (lines > 1) return `${lines} lines`;
  return text.length < 1000 ? `${text.length} chars` : `${(text.length / 1000).toFixed(1)}k chars`;
}

function bodyLines(
  view: CallView,
  difference: Difference | null,
  isOpen: boolean,
  page: Page,
): readonly DifferenceLine[] {
  const { call, state, result, isUnfolded, delegation, action } = view;
  if (delegation?.success === null) {
    return action ? plain([cut(line(action, "dim"), page.columns)]) : [];
  }
  if (state && state.outcome === null) return plain(tailLines(state.live_output, page.columns));
  if (!isOpen) return [];
  const most = isUnfolded || view.isByHand ? MAX_UNFOLDED_LINES : MAX_GLANCE_LINES;
  if (difference) {
    const variant = `lines ${page.columns}`;
    const all = page.memo.of(difference, variant, () => differenceLines(difference, page.columns));
    return [...all.slice(0, kept(all, most)), ...plain(moreLine(all, most))];
  }
  const asked = isUnfolded ? argumentLines(call, page) : [];
  if (!result) return plain(asked);
  const shown = page.memo.of(result, `result ${page.columns}`, () =>
    wrapText(stripControl(result.content.slice(0, MAX_SHOWN_LENGTH)), page.columns, "dim"),
  );
  return plain([...asked, ...bounded(shown, most)]);
}

const plain = (lines: readonly Line[]): readonly DifferenceLine[] =>
  lines.map((line) => ({ line, isStart: false }));

const argumentLines = (call: ToolCall, { columns, memo }: Page): readonly Line[] =>
  memo.of(call, `arguments ${columns}`, () => {
    const text = stripControl(JSON.stringify(call.args, null, 2) ?? "");
    return bounded(wrapText(text.slice(0, MAX_SHOWN_LENGTH), columns, "code"), MAX_UNFOLDED_LINES);
  });

/** The newest lines of a tool that still writes, cut rather than wrapped. */
function tailLines(output: string, columns: number): readonly Line[] {
  const lines = stripControl(output).trimEnd().split("\n").slice(-MAX_TAIL_LINES);
  return lines.filter((text) => text !== "").map((text) => cut(line(text, "dim"), columns));
}

const bounded = (lines: readonly Line[], most: number): readonly Line[] => [
  ...lines.slice(0, kept(lines, most)),
  ...moreLine(lines, most),
];

/** One more line takes no more room than to say that there is one. */
const kept = ({ length }: readonly unknown[], most: number): number =>
  length <= most + 1 ? length : most;

function moreLine(lines: readonly unknown[], most: number): readonly Line[] {
  const left = lines.length - kept(lines, most);
  return left > 0 ? [line(`… ${left} more lines`, "dim")] : [];
}

/** What an edit of a file changes, as far as its arguments tell; null for any other call. */
export const differenceFor = (
  call: ToolCall,
  { memo, ignoresSpace }: Pick<Page, "memo" | "ignoresSpace">,
): Difference | null =>
  memo.of(call, `difference ${ignoresSpace}`, () => {
    const edit = editOf(call);
    if (!edit) return null;
    const [before, after] = [stripControl(edit.before ?? ""), stripControl(edit.after)];
    return differenceOf(before, after, { ignoresSpace });
  });

/** An edit as it is named: what it changes is shown otherwise. */
export function pathOnly(call: ToolCall): ToolCall {
  const { args } = call;
  const isObject = typeof args === "object" && args !== null && !Array.isArray(args);
  return { ...call, args: isObject ? (args.path ?? null) : args };
}
