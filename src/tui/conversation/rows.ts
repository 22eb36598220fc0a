// The rows of one item. What was laid out before is remembered as long as the message is the same.

import type { TurnState } from "../../client/transcript.ts";
import { CANCELLED_BY_CLIENT } from "../../protocol/commands/session.ts";
import type { GroupStep } from "../../protocol/events/turn.ts";
import { isObject } from "../../protocol/json.ts";
import type { HumanRequest, Message, ToolCall } from "../../protocol/messages.ts";
import { endSentence } from "../../terminal/activity.ts";
import { showDuration } from "../../terminal/duration.ts";
import { oneLine, stripControl } from "../../terminal/strip.ts";
import type { Line, Span } from "../shapes.ts";
import { cut, line, span, spread, widthOf, wrapText } from "../text.ts";
import { callRows } from "./call.ts";
import { hasCall, type Item, resultOf, type Source } from "./items.ts";
import { markdownLines } from "./markdown.ts";
import { MARGIN, type Row, rowsOf, withMark } from "./row.ts";
import type { Conversation } from "./state.ts";

/** Reasoning that is shown while it is thought. Lines. */
const MAX_THOUGHT_LINES = 3;
/** What is thought is looked at from the beginning of the last step but one. UTF-16 units. */
const THOUGHT_STEP = 8 * 1024;
/** Of a message of a human. Units; the whole is in the journal, and is what `/copy` copies. */
const MAX_SAID_LENGTH = 256 * 1024;

export interface Layout {
  source: Source;
  conversation: Conversation;
  columns: number;
  now: number;
  /** What this session, and those that it called, ask of a human. */
  requests: readonly HumanRequest[];
  /** What another session does just now, in words. */
  actionOf(session_id: string): string | undefined;
}

const YOU = span("❯", "bold");
const OBJECT = span("◆", "dim");

/** An empty row stands before every item but the first. */
export function itemRows(item: Item, index: number, layout: Layout): readonly Row[] {
  const rows = contentRows(item, index, layout);
  const isAttached = item.type === "message" && item.isAttached;
  const isFirst = index === 0 || rows.length === 0 || isAttached;
  return isFirst ? rows : [...rowsOf([[]]), ...rows];
}

function contentRows(item: Item, index: number, layout: Layout): readonly Row[] {
  switch (item.type) {
    case "message":
      return [
        ...messageRows(item.message, index, layout),
        ...rowsOf(endingBelow(item.message, index, layout)),
      ];
    case "streaming":
      return streamingRows(layout);
    case "working":
      return rowsOf([workingLine(layout)]);
    case "ended":
      return rowsOf(endedLines(layout.source.transcript.turn, layout));
    case "line": {
      const { command, since, isStopping } = item.line;
      const time = showDuration(Math.max(0, layout.now - since));
      const side = span(isStopping ? " stopping" : ` running ${time}`, "dim");
      return rowsOf(saidLines(`! ${command}`, layout, [side]));
    }
    case "pending": {
      const { text, problem } = item.pending;
      const side = problem === null ? span(" sending", "dim") : span(" not sent", "bad");
      const why = wrapText(stripControl(problem ?? ""), textColumns(layout), "bad");
      const below = problem === null ? [] : withMark(why, [span("✗", "bad")]);
      return rowsOf([...saidLines(text, layout, [side]), ...below]);
    }
  }
}

const textColumns = ({ columns }: Layout): number => Math.max(1, columns - MARGIN - 1);

function messageRows(message: Message, index: number, layout: Layout): readonly Row[] {
  const { memo, selected } = layout.conversation;
  const isSelected = selected === message.message_id;
  const variant = `${layout.columns} ${isSelected}`;
  switch (message.role) {
    case "user":
      return memo.of(message, `${variant} ${isRunByHand(layout.source, index)}`, () =>
        rowsOf(marked(userLines(message, index, layout), isSelected)),
      );
    case "system":
      return memo.of(message, variant, () =>
        rowsOf(marked(withMark(noteLines(message.content, layout), span1("·")), isSelected)),
      );
    case "tool":
      if (hasCall(layout.source, index)) return [];
      return memo.of(message, variant, () =>
        rowsOf(marked(withMark(noteLines(message.content, layout), span1("·")), isSelected)),
      );
    case "assistant": {
      const said = memo.of(message, variant, () =>
        rowsOf(marked(answerLines(message, layout), isSelected)),
      );
      const thought = thoughtRows(message, layout);
      const calls = callsOf(message, index, layout, said.length > 0);
      return [...thought, ...said, ...calls];
    }
  }
}

const span1 = (text: string): Line => [span(text, "dim")];

/** The selected message has a bar at the very left. */
function marked(lines: readonly Line[], isSelected: boolean): readonly Line[] {
  if (!isSelected) return lines;
  return lines.map((each) => {
    const [first, ...rest] = each;
    if (!first) return [span("▌", "selected")];
    return [span("▌", "selected"), { ...first, text: first.text.slice(1) }, ...rest];
  });
}

const noteLines = (text: string, layout: Layout): readonly Line[] =>
  wrapText(stripControl(text).trimEnd(), textColumns(layout), "dim");

const timeOf = (at: string): string => new Date(at).toTimeString().slice(0, 5);

/** A line for the shell, as it was typed: the journal says which tool ran with what. */
const HAND_MADE = /^\/shell (\{"command":".*"\})$/s;

function asTyped({ content }: Message, index: number, { source }: Layout): string {
  // Said to an agent it is a message like any other.
  if (!isRunByHand(source, index)) return content;
  const [, json] = HAND_MADE.exec(content.slice(0, MAX_SAID_LENGTH)) ?? [];
  try {
    const args: unknown = json === undefined ? null : JSON.parse(json);
    const isOne = isObject(args) && Object.keys(args).length === 1;
    return isOne && typeof args.command === "string" ? `! ${args.command}` : content;
  } catch (_otherText) {
    return content;
  }
}

function userLines(message: Message, index: number, layout: Layout): readonly Line[] {
  const files = message.attachments.map(({ name, media_type, bytes }) =>
    line(`+ ${oneLine(name ?? media_type, 60)}, ${bytes} bytes`, "dim"),
  );
  const said = saidLines(asTyped(message, index, layout), layout, [
    span(` ${timeOf(message.created_at)}`, "dim"),
  ]);
  return [...said, ...files.map((each): Line => [span(" ".repeat(MARGIN)), ...each])];
}

/** What a human said, with something dim at the right of its first row. */
function saidLines(text: string, layout: Layout, side: readonly Span[]): readonly Line[] {
  const columns = textColumns(layout);
  // One more column keeps them apart.
  const room = Math.max(1, columns - 1 - side.reduce((sum, each) => sum + widthOf(each.text), 0));
  const shown = stripControl(text.slice(0, MAX_SAID_LENGTH)).trimEnd();
  const lines = wrapText(shown, room, "bold");
  const [first = [], ...rest] = lines;
  return withMark([spread(first, side, columns), ...rest], [YOU]);
}

function answerLines(message: Message, layout: Layout): readonly Line[] {
  const text = message.content.trimEnd();
  if (text === "") return [];
  const lines = markdownLines(stripControl(text), textColumns(layout));
  const isOther = message.name !== null && message.name !== layout.source.po_name;
  const named = isOther ? [line(oneLine(message.name ?? "", 64), "bold"), ...lines] : lines;
  return withMark(named, [OBJECT]);
}

/** Reasoning is one line, until it is unfolded. */
function thoughtRows(message: Message, layout: Layout): readonly Row[] {
  const text = message.reasoning?.text.trim() ?? "";
  if (text === "") return [];
  const fold = `thought ${message.message_id}`;
  const isOpen = layout.conversation.folds[fold] ?? false;
  const { memo } = layout.conversation;
  return memo.of(message, `thought ${layout.columns} ${isOpen}`, () => {
    const words = text.split(/\s+/).length;
    const head = line(`${isOpen ? "▾" : "▸"} thought, ${words} words`, "dim");
    const body = isOpen ? noteLines(text, layout) : [];
    return rowsOf(withMark([head, ...body], [span(" ")]), fold, isOpen);
  });
}

function callsOf(
  message: Message,
  index: number,
  layout: Layout,
  isBelow: boolean,
): readonly Row[] {
  const { source, conversation, now } = layout;
  const { transcript } = source;
  const { turn } = transcript;
  const { memo, ignoresSpace } = conversation;
  const page = { columns: textColumns(layout), now, memo, ignoresSpace };
  const rows = message.tool_calls.flatMap((call) => {
    const delegation = transcript.delegations[call.id];
    const view = {
      call,
      state: transcript.calls[call.id],
      result: resultOf(source, index, call.id),
      delegation,
      action: delegation ? layout.actionOf(delegation.child_session_id) : undefined,
      // Calls are told apart within a session only.
      isAsked: layout.requests.some(
        ({ tool_call, session_id }) =>
          tool_call?.id === call.id && session_id === transcript.session_id,
      ),
      isByHand: isByHand(message, call, source.transcript.messages[index - 1]),
      isLive: turn.type === "running" && turn.turn_id === message.turn_id,
      isUnfolded: conversation.folds[call.id] ?? conversation.isUnfolded ?? undefined,
      marked: conversation.change?.call_id === call.id ? conversation.change.nth : null,
    };
    return callRows(view, page);
  });
  const margin = [span(" ".repeat(MARGIN))];
  const isSelected = conversation.selected === message.message_id;
  const [left = margin] = marked([margin], isSelected);
  const shown = rows.map((row): Row => ({ ...row, line: [...left, ...row.line] }));
  return isBelow && shown.length > 0 ? [...rowsOf([[]]), ...shown] : shown;
}

/** A human ran it: what they typed stands before it, and no turn has to do with it. Copies of a conversation
 * have no turns at all; but what a human ran was written down at one moment, and no turn is that fast. */
const isByHand = (
  { turn_id, created_at }: Message,
  { name }: ToolCall,
  before: Message | undefined,
): boolean =>
  turn_id === null &&
  before?.role === "user" &&
  before.created_at === created_at &&
  before.content.startsWith(`/${name} {`);

/** Whether this message stands for what a human ran: what they ran follows it. */
function isRunByHand({ transcript }: Source, index: number): boolean {
  const [before, next] = transcript.messages.slice(index, index + 2);
  return next?.tool_calls.some((call) => isByHand(next, call, before)) ?? false;
}

function streamingRows(layout: Layout): readonly Row[] {
  const { streaming } = layout.source.transcript;
  if (!streaming) return [];
  const { message_id, attempt, text, reasoning } = streaming;
  if (text.trim() === "") {
    const thought = noteLines(endOf(reasoning), layout).slice(-MAX_THOUGHT_LINES);
    const head = [span("thinking …", "dim")];
    return rowsOf(withMark([head, ...thought], [span("●")]));
  }
  const growing = layout.conversation.memo.growing(`${message_id} ${attempt}`, textColumns(layout));
  return rowsOf(withMark(growing.lines(text), [span("●")]));
}

/** From the beginning of a line, or of a word. It moves in steps: rows that are shown stay as they are wrapped. */
function endOf(text: string): string {
  const from = (Math.floor(text.length / THOUGHT_STEP) - 1) * THOUGHT_STEP;
  if (from <= 0) return text;
  const beginning = text.slice(from, from + THOUGHT_STEP / 2);
  const end = beginning.indexOf("\n");
  return text.slice(from + Math.max(0, end < 0 ? beginning.search(/\s/) : end));
}

function workingLine({ source, columns, requests }: Layout): Line {
  const { turn, steps } = source.transcript;
  const retry = turn.type === "running" ? turn.retry : null;
  if (retry) {
    const text = `${endSentence(oneLine(retry.message, 200))} Asking again.`;
    return cut([span(" "), span("!", "bad"), span(` ${text}`)], columns);
  }
  const [asked] = requests;
  if (asked) {
    const isOther = asked.session_id !== source.transcript.session_id;
    const who = isOther ? ` ${oneLine(asked.from_po, 64)}` : "";
    return cut([span(" "), span("✋", "accent"), span(`${who} waits for you`, "accent")], columns);
  }
  const step = steps.findLast(({ type }) => type !== "edge_taken");
  const doing = step ? `working: ${oneLine(stepText(step), 200)}` : "working …";
  return cut([span(" "), span("●"), span(` ${doing}`, "dim")], columns);
}

/** How far a group or a workflow is. */
function stepText(step: GroupStep): string {
  switch (step.type) {
    case "round_started":
      return `round ${step.round} of ${step.mode}, ${step.members.join(", ")}`;
    case "verdict":
      return `${step.reviewer} ${step.accepted ? "accepted" : "asked for changes"}`;
    case "node_started":
      return `${step.node} (${step.po_name})`;
    case "node_completed":
      return `${step.node} ${step.success ? "done" : "failed"}`;
    case "edge_taken":
      return `${step.from} → ${step.to}`;
    case "ended":
      return step.reason;
  }
}

/** How a turn ended stays below its last message; of the newest turn it stands at the end of all. */
function endingBelow({ turn_id }: Message, index: number, layout: Layout): readonly Line[] {
  const { endings, messages, turn } = layout.source.transcript;
  const ending = turn_id === null ? undefined : endings[turn_id];
  if (!ending || messages[index + 1]?.turn_id === turn_id) return [];
  const isNewest = turn.type !== "idle" && turn.turn_id === turn_id;
  return isNewest ? [] : [[], ...endedLines(ending, layout)];
}

function endedLines(turn: TurnState, layout: Layout): readonly Line[] {
  if (turn.type === "failed") {
    const text = `${endSentence(oneLine(turn.error.message, 1000))} (${turn.error.code})`;
    return withMark(wrapText(text, textColumns(layout), "bad"), [span("✗", "bad")]);
  }
  const reason = turn.type === "cancelled" ? turn.reason : "";
  const isHuman = reason === "" || reason === CANCELLED_BY_CLIENT;
  const text = isHuman ? "you stopped it" : `stopped: ${oneLine(reason, 200)}`;
  return withMark([line(text, "dim")], [span("■", "dim")]);
}
