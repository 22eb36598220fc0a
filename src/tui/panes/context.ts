// What fills the context of the conversation that is open: tokens as the daemon knows them, letters by who said them.
import type { Transcript } from "../../client/transcript.ts";
import type { Reply } from "../../protocol/commands/index.ts";
import { describeCall } from "../../terminal/activity.ts";
import { editOf } from "../../terminal/edits.ts";
import { oneLine } from "../../terminal/strip.ts";
import { pathOnly } from "../conversation/call.ts";
import { type ContextPart, contextParts } from "../conversation/context-parts.ts";
import type { OpenConversation, Pane, Shared } from "../pane.ts";
import type { Line, Style } from "../shapes.ts";
import { line, padText, plainText, shorten, span, spread, wrapText } from "../text.ts";
import { readerPane } from "./parts/reader.ts";
import { beginning, type Paper, type ReaderState } from "./parts/reader-shapes.ts";
import { heading, tokens } from "./parts/words.ts";

const BAR_COLUMNS = 24;
/** From this share of what a model takes on it is said loudly. */
const LOUD_SHARE = 0.8;
/** Wider, and a number would stand far from what it counts. Columns. */
const MAX_TABLE_COLUMNS = 76;
const NAME_COLUMNS = 30;

export interface ContextState extends ReaderState {
  /** The object whose prompt was asked for. */
  asked: string;
  info: Reply<"InspectPO"> | null;
}

export const contextPane: Pane<ContextState> = readerPane({
  name: "context",
  title: "What fills the context",
  initial: { ...beginning, asked: "", info: null },
  isWhole: false,
  paper: paperOf,
  empty: "Nothing was said yet: what you say first begins the conversation.",
  keys: ["down", "page_down", "editor", "close"],
  told(state, input, { conversation, isFocused }) {
    const info =
      input.type === "replied" && input.command === "InspectPO" ? input.reply : state.info;
    const po_name = conversation?.po_name ?? "";
    const told = info === state.info ? state : { ...state, info };
    // Once for each version that a turn may have begun with: whenever it is opened or another message came.
    const asked = `${po_name} ${conversation?.transcript.messages.length ?? 0}`;
    if (!isFocused || po_name === "" || asked === state.asked) return { state: told, effects: [] };
    const params = { po_name };
    return {
      state: { ...told, asked },
      effects: [{ type: "call", command: "InspectPO", params, purpose: "context:info" }],
    };
  },
});

function paperOf({ info }: ContextState, { conversation }: Shared, columns: number): Paper | null {
  if (!conversation || conversation.transcript.messages.length === 0) return null;
  const { po_name, transcript, memo } = conversation;
  const width = Math.min(columns, MAX_TABLE_COLUMNS);
  const known = info?.name === po_name ? info : null;
  const parts = memo.of(transcript.messages, "context", () => contextParts(transcript));
  const prompt = known?.prompt.length ?? 0;
  const whole = Math.max(1, parts.letters + prompt);
  const row = (name: string, part: ContextPart, indent = ""): Line[] =>
    part.count === 0 ? [] : [partLine(indent + name, part, { whole, width })];
  const lines: Line[] = [
    ...fullLines(transcript, width),
    [],
    heading("WHAT IT IS MADE OF, IN LETTERS", "dim"),
    ...(known ? row(`the prompt of ${po_name}`, { count: 1, letters: prompt }) : []),
    ...row("what you said", parts.said),
    ...row("answers", parts.answers),
    ...row("reasoning", parts.reasoning),
    ...row("what calls were given", parts.asked),
    ...parts.results.flatMap(({ name, ...part }) => row(`what ${oneLine(name, 64)} said`, part)),
    ...row("other", parts.other),
    ...largestLines(conversation, parts.largest, width),
    [],
    ...wrapText(notesFor(known), width, "dim"),
  ];
  return {
    title: [po_name, modelOf(transcript, known)].filter(Boolean).join("  "),
    place: "",
    lines,
    changes: [],
    isDifference: false,
    text: () => `${lines.map((each) => plainText(each).trimEnd()).join("\n")}\n`,
    suffix: ".txt",
  };
}

/** Who answered last; else who would. */
const modelOf = ({ model }: Transcript, info: Reply<"InspectPO"> | null): string =>
  oneLine(model || (info?.model ?? ""), 80);

function fullLines({ context }: Transcript, width: number): readonly Line[] {
  if (!context || context.used === 0) {
    const text = "How full it is shows with the next call of the model that is seen here.";
    return wrapText(text, width, "dim");
  }
  const { used, of } = context;
  if (of === null) return [line(`${tokens(used)} tokens; how many it takes is not known`)];
  const share = used / of;
  const full = Math.round(Math.min(1, share) * BAR_COLUMNS);
  const style: Style = share >= LOUD_SHARE ? "changed" : "plain";
  const bar = [span("█".repeat(full), style), span("░".repeat(BAR_COLUMNS - full), "dim")];
  const text = `  ${tokens(used)} of ${tokens(of)} tokens, ${Math.round(share * 100)} %`;
  return [[...bar, span(text)]];
}

function partLine(
  name: string,
  { count, letters }: ContextPart,
  { whole, width }: { whole: number; width: number },
): Line {
  const share = `${Math.round((100 * letters) / whole)} %`.padStart(6);
  const right = `${count}×`.padStart(7) + tokens(letters).padStart(9) + share;
  const left = padText(shorten(name, NAME_COLUMNS), Math.min(NAME_COLUMNS, width));
  return spread([span(left)], line(right, "dim"), width);
}

function largestLines(
  { transcript }: OpenConversation,
  largest: readonly { call_id: string; letters: number }[],
  width: number,
): readonly Line[] {
  if (largest.length < 2) return [];
  const calls = transcript.messages.flatMap(({ tool_calls }) => tool_calls);
  const rows = largest.flatMap(({ call_id, letters }) => {
    const call = calls.find(({ id }) => id === call_id);
    return call
      ? [
          spread(
            [span(describeCall(editOf(call) ? pathOnly(call) : call))],
            line(`  ${tokens(letters)}`, "dim"),
            width,
          ),
        ]
      : [];
  });
  return [[], heading("THE LONGEST RESULTS", "dim"), ...rows];
}

function notesFor(info: Reply<"InspectPO"> | null): string {
  const tools = (info?.capabilities.length ?? 0) + (info?.universal.length ?? 0);
  const above = info?.limits.compact_above_tokens ?? null;
  const also = tools === 0 ? "" : ` The descriptions of ${tools} tools and objects come on top.`;
  const when = above === null ? "" : ` above ${tokens(above)} tokens`;
  return (
    `Tokens are counted by the vendor, at the last call of the model; letters here.${also} A history that grows ` +
    `too long${when} is summarised for the model by itself: then it is sent less than stands here.`
  );
}
