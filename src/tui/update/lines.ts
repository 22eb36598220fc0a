// Lines for the shell that run: begun, shown, stopped.
// Rule: each has a connection of its own, whose end is what stops it: no line outlives the interface.
import type { Reply } from "../../protocol/commands/index.ts";
import type { ErrorBody } from "../../protocol/errors.ts";
import { oneLine } from "../../terminal/strip.ts";
import type { Effect } from "../shapes.ts";
import type { RunningLine, State } from "../state.ts";
import { toEnd } from "./conversation.ts";
import { type Next, still, withNotice, withProblem } from "./updated.ts";

/** Lines that run at once: each has a connection. */
const MAX_LINES = 16;
/** Letters of a line in what is said of it. */
const MAX_TOLD_LENGTH = 40;
const RUNS = "act:line:";
/** The reply to what begins a conversation for a line. */
const BEGINS = "act:begin-line";

export const isOfLine = (purpose: string): boolean =>
  purpose.startsWith(RUNS) || purpose === BEGINS;

const purposeOf = ({ key }: RunningLine): string => `${RUNS}${key}`;

export function runLine(state: State, command: string): Next {
  if (state.lines.length >= MAX_LINES) {
    return still(withNotice(state, `${MAX_LINES} lines run already: Escape stops the newest.`));
  }
  const { session_id, po_name } = state;
  const sent = state.sent + 1;
  const key = `${state.seed}-${sent}`;
  const line: RunningLine = { key, session_id, command, since: state.now, isStopping: false };
  // Whoever did something looks at what comes of it.
  const next = toEnd({ ...state, sent, lines: [...state.lines, line] });
  if (session_id !== null) return still(next, callOf(line, session_id));
  // The conversation is on its way for the line before it.
  if (state.lines.some((one) => one.session_id === null)) return still(next);
  return still(next, {
    type: "call",
    command: "CreateSession",
    params: { po_name },
    purpose: BEGINS,
  });
}

const callOf = (line: RunningLine, session_id: string): Effect => ({
  type: "call",
  command: "RunTool",
  params: { session_id, name: "shell", args: { command: line.command } },
  purpose: purposeOf(line),
});

/** Those that waited for their conversation run in it. */
export function runHeldLines(state: State, session_id: string): Next {
  const held = state.lines.filter((one) => one.session_id === null);
  const lines = state.lines.map((one) => (one.session_id === null ? { ...one, session_id } : one));
  return still({ ...state, lines }, ...held.map((one) => callOf(one, session_id)));
}

export function lineEnded(state: State, purpose: string, reply: Reply<"RunTool">): Next {
  const next = without(state, purpose);
  if (reply.message_id !== null) return still(next);
  // A turn that runs is not disturbed: nothing joins the conversation.
  const said = `Not part of the conversation, as a turn runs: ${reply.result.output}`;
  return still(withNotice(next, said));
}

export function lineFailed(state: State, purpose: string, error: ErrorBody): Next {
  const line = state.lines.find((one) => purposeOf(one) === purpose);
  const next = without(state, purpose);
  if (line?.isStopping) return still(withNotice(next, `Stopped: ${told(line)}`));
  return still(withProblem(next, error.message));
}

const without = (state: State, purpose: string): State => ({
  ...state,
  lines: state.lines.filter((one) =>
    purpose === BEGINS ? one.session_id !== null : purposeOf(one) !== purpose,
  ),
});

export function stopLine(state: State, line: RunningLine): Next {
  // It has not begun: nothing waits for its end.
  if (line.session_id === null) {
    return still({ ...state, lines: state.lines.filter((one) => one !== line) });
  }
  const lines = state.lines.map((one) => (one === line ? { ...one, isStopping: true } : one));
  return still({ ...state, lines }, { type: "stop_line", purpose: purposeOf(line) });
}

const told = ({ command }: RunningLine): string => `! ${oneLine(command, MAX_TOLD_LENGTH)}`;

/** What leaving does to what runs, wherever it does. */
export function leavingNotice({ lines }: State): string {
  const [first, ...others] = lines;
  const again = "Press the same key again to leave.";
  if (!first) return `${again} What runs goes on.`;
  const ends = others.length === 0 ? `${told(first)} ends` : `${lines.length} lines with ! end`;
  return `${again} ${ends} with it.`;
}
