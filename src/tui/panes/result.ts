// One call by itself: what it was given, and the whole of what it said.
import type { Message, ToolCall } from "../../protocol/messages.ts";
import { describeCall } from "../../terminal/activity.ts";
import { stripControl } from "../../terminal/strip.ts";
import { differenceFor, pathOnly } from "../conversation/call.ts";
import { differenceLines } from "../conversation/diff.ts";
import { hasChanged } from "../conversation/file-changes.ts";
import { resultsOf } from "../conversation/results.ts";
import type { OpenConversation, Pane, Shared } from "../pane.ts";
import type { Line } from "../shapes.ts";
import { line, wrapText } from "../text.ts";
import { readerPane } from "./parts/reader.ts";
import { beginning, type Paper, type ReaderState } from "./parts/reader-shapes.ts";

/** What is longer goes on in the editor. UTF-16 units. */
const MAX_READ_LENGTH = 1024 * 1024;

export interface ResultState extends ReaderState {
  /** The call that was turned to; null: that of the message which keys work on. */
  call_id: string | null;
  /** The message that keys worked on then. */
  selected: string | null;
  ignoresSpace: boolean;
}

export const resultPane: Pane<ResultState> = readerPane({
  name: "result",
  title: "What a call said",
  initial: { ...beginning, call_id: null, selected: null, ignoresSpace: false },
  isWhole: true,
  paper: paperOf,
  empty: "No call of this conversation has said anything yet.",
  keys: ["down", "next", "search", "editor", "next_change", "whitespace", "page_down", "close"],
  pressed(state, action, shared) {
    if (action === "next") return turned(state, 1, shared);
    if (action === "previous") return turned(state, -1, shared);
    if (action !== "whitespace") return undefined;
    return { ...state, ignoresSpace: !state.ignoresSpace, change: null };
  },
  /** Another message was selected since: its call is read, from its beginning. */
  told(state, _, { conversation }) {
    const selected = conversation?.selected ?? null;
    const next = { ...state, ...beginning, call_id: null, selected };
    return { state: selected === state.selected ? state : next, effects: [] };
  },
});

interface Said {
  call: ToolCall;
  /** Of the message that asked for it. */
  message_id: string;
  result: Message | undefined;
}

/** Every call that was answered, or that runs and has written something. */
const saidOf = ({ transcript, memo }: OpenConversation): readonly Said[] =>
  memo.of(transcript.messages, `said ${Object.keys(transcript.calls).length}`, () => {
    const results = resultsOf(transcript.messages);
    return transcript.messages.flatMap(({ message_id, tool_calls }) =>
      tool_calls.flatMap((call): Said[] => {
        const result = results.get(call.id);
        return result || transcript.calls[call.id] ? [{ call, message_id, result }] : [];
      }),
    );
  });

/** That which was turned to; else of the selected message, or the newest. */
function chosen(
  all: readonly Said[],
  { call_id }: ResultState,
  { selected }: OpenConversation,
): Said | undefined {
  const turnedTo = all.find(({ call }) => call.id === call_id);
  return turnedTo ?? all.find(({ message_id }) => message_id === selected) ?? all.at(-1);
}

function turned(state: ResultState, step: -1 | 1, { conversation }: Shared): ResultState {
  if (!conversation) return state;
  const all = saidOf(conversation);
  const now = chosen(all, state, conversation);
  const next = now && all[all.indexOf(now) + step];
  return next ? { ...state, ...beginning, call_id: next.call.id } : state;
}

function paperOf(state: ResultState, { conversation }: Shared, columns: number): Paper | null {
  if (!conversation) return null;
  const all = saidOf(conversation);
  const said = chosen(all, state, conversation);
  if (!said) return null;
  const { call, result } = said;
  const { transcript, memo } = conversation;
  const { ignoresSpace } = state;
  const known = transcript.calls[call.id];
  const hasFailed = known?.success === false;
  const isUndone = result ? !hasChanged(known?.success, result.content) : hasFailed;
  const difference = isUndone ? null : differenceFor(call, { memo, ignoresSpace });
  const asked = difference
    ? memo.of(difference, `lines ${columns}`, () => differenceLines(difference, columns))
    : memo.of(call, `asked ${columns}`, () => plain(askedLines(call, columns)));
  const text = result?.content ?? known?.live_output ?? "";
  const style = hasFailed ? "bad" : "dim";
  const ending = line(result ? "" : "It still runs: this is the newest of what it wrote.", style);
  const lines = [
    ...asked.map((each) => each.line),
    ...(asked.length > 0 ? [[]] : []),
    ...(result
      ? memo.of(result, `whole ${columns}`, () => wholeLines(text, columns))
      : wholeLines(text, columns)),
    ...(result ? [] : [ending]),
  ];
  const outcome = known?.outcome ? `  ${known.outcome.replace("_", " ")}` : "";
  return {
    title: `${describeCall(difference ? pathOnly(call) : call)}${outcome}`,
    place: all.length === 1 ? "" : `call ${all.indexOf(said) + 1} of ${all.length}`,
    lines,
    changes: asked.flatMap(({ isStart }, index) => (isStart ? [index] : [])),
    isDifference: difference !== null,
    text: () => `${JSON.stringify(call.args, null, 2)}\n\n${text}`,
    suffix: ".txt",
  };
}

const plain = (lines: readonly Line[]) => lines.map((each) => ({ line: each, isStart: false }));

const askedLines = ({ args }: ToolCall, columns: number): readonly Line[] =>
  wrapText(bounded(stripControl(JSON.stringify(args, null, 2) ?? "")), columns, "code");

function wholeLines(text: string, columns: number): readonly Line[] {
  const clean = bounded(stripControl(text)).replaceAll("\t", "    ").trimEnd();
  const left = text.length - MAX_READ_LENGTH;
  const lines = wrapText(clean, columns);
  return left > 0 ? [...lines, line(`… ${left} more letters, in your editor`, "dim")] : lines;
}

const bounded = (text: string): string => text.slice(0, MAX_READ_LENGTH);
