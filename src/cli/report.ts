// What a one-shot writes while it runs and when it ends, in the three formats. stdout carries only the answer.
import type { TypedEvent } from "../client/events.ts";
import type { RunOptions, TurnFrame } from "../client/run.ts";
import type { Reply } from "../protocol/commands/index.ts";
import type { Run } from "../protocol/commands/session.ts";
import { type ErrorBody, errorCodes } from "../protocol/errors.ts";
import type { ToolCall } from "../protocol/messages.ts";
import { describeDenial, describeEvent, describeRequest, describeUsage } from "./activity.ts";
import { paint } from "./colour.ts";
import type { Context } from "./context.ts";
import type { OUTPUT_FORMATS } from "./flags.ts";
import { createLiveText, type LiveText } from "./live-text.ts";
import { type Ended, judge, resultObject, SCHEMA_VERSION } from "./result.ts";
import { oneLine, stripControl } from "./strip.ts";

export type Format = (typeof OUTPUT_FORMATS)[number];

/** What a reader of `stream-json` may rely on, beyond `init` and `result`. */
const CAPABILITIES = ["events", "signals", "denials", "pending_requests", "stdin_skipped"];
/** Events that may come before the turn starts; then `init` is written with what is known. */
const MAX_HELD_FRAMES = 1000;
const READER_GONE = 141;

export interface Report {
  signal_types: RunOptions["signal_types"];
  accepted(accepted: Reply<"SendMessage">): void;
  frame(frame: TurnFrame): Promise<void>;
  /** Ends a line that was begun: something else is written to the terminal. */
  pause(): Promise<void>;
  /** Writes what is left, and says the exit code. */
  end(ended: Ended): Promise<number>;
}

export function openReport(
  context: Context,
  format: Format,
  /** Questions are asked in this terminal, so nobody needs to be told where to answer them. */
  { asksHere }: { asksHere: boolean },
): Report {
  const { out, arguments: given } = context;
  const isLive = format === "text" && (out.isTerminal || given.has("stream"));
  const live = isLive ? liveText(context) : undefined;
  const stream = format === "stream-json" ? jsonStream(context) : undefined;
  const showsActivity = (context.err.isTerminal && format === "text") || given.has("verbose");
  const calls = new Map<string, ToolCall>();

  async function say(text: string): Promise<void> {
    await live?.endLine();
    await context.note(text);
  }

  async function activity(event: TypedEvent): Promise<void> {
    if (event.event_type === "HumanRequestQueued" && !asksHere) {
      await say(describeRequest(event.payload));
    }
    const line = showsActivity ? describeEvent(event, calls) : undefined;
    if (line) await say(line);
  }

  return {
    signal_types: signalTypes(given.has("partial"), isLive, stream !== undefined),
    accepted(accepted) {
      stream?.accepted(accepted);
      if (given.has("verbose")) void context.note(`session ${accepted.session_id}`);
    },
    async frame(frame) {
      await stream?.frame(frame);
      if (frame.type === "signal") {
        await live?.signal(frame.signal);
        return;
      }
      await activity(frame.event);
      if (frame.event.event_type === "MessageAdded") await live?.message(frame.event.payload);
    },
    pause: async () => await live?.endLine(),
    async end(ended) {
      await live?.endLine();
      if (format === "text" && !isLive) await writeAnswer(context, ended.run);
      const code = finalCode(context, ended, live);
      if (format === "json") await out.write(`${JSON.stringify(resultObject(ended))}\n`);
      await stream?.end(ended);
      await explain(context, ended, live);
      return out.gone.aborted && !ended.caught ? READER_GONE : code;
    },
  };
}

function signalTypes(
  isPartial: boolean,
  isLive: boolean,
  isStream: boolean,
): RunOptions["signal_types"] {
  if (isStream && isPartial) return ["TextDelta", "ReasoningDelta", "ToolOutputDelta"];
  return isLive ? ["TextDelta"] : [];
}

function liveText(context: Context): LiveText {
  return createLiveText({
    write: context.out.write,
    mark: "",
    isRaw: context.arguments.has("raw-output"),
    onRestart: () => context.note("! The answer broke off and begins again."),
  });
}

/** Into a pipe: the last message, whole, with one newline at its end. */
async function writeAnswer(context: Context, run: Run | null): Promise<void> {
  const raw = run?.response ?? "";
  const text = context.arguments.has("raw-output") ? raw : stripControl(raw);
  const trimmed = text.replace(/\n+$/, "");
  if (trimmed !== "") await context.out.write(`${trimmed}\n`);
}

/** Text that cannot be recalled was written into a pipe and then begun again: whoever reads must know. */
function isSpoiled(context: Context, live: LiveText | undefined): boolean {
  return live?.wasRestarted === true && !context.out.isTerminal;
}

function finalCode(context: Context, ended: Ended, live: LiveText | undefined): number {
  const { exit_code } = judge(ended);
  return exit_code === 0 && isSpoiled(context, live) ? errorCodes.conflict.exit : exit_code;
}

/** Everything that is no answer, on stderr: denials and errors always, the rest by -q and -v. */
async function explain(context: Context, ended: Ended, live: LiveText | undefined): Promise<void> {
  const { err, arguments: given, out } = context;
  const { run } = ended;
  if (out.gone.aborted) return;
  for (const denial of run?.denials ?? []) await err.write(`${describeDenial(denial)}\n`);
  for (const id of run?.pending_requests ?? []) {
    await err.write(
      `jamey: request ${oneLine(id, 128)} still waits for a human: jamey requests list\n`,
    );
  }
  const { error } = judge(ended);
  if (error && !ended.caught) await err.write(`${describeError(error, err.hasColour)}\n`);
  if (ended.accepted && !run && !ended.caught && error?.code === "unavailable") {
    const { session_id } = ended.accepted;
    await err.write(
      `jamey: the message is kept and will be answered: jamey sessions show ${session_id}\n`,
    );
  }
  if (isSpoiled(context, live)) {
    await err.write(
      "jamey: the answer was begun twice, and the pipe holds both: run it without --stream.\n",
    );
  }
  if (given.has("verbose") && run)
    await context.note(`${run.model ?? "no model"}, ${describeUsage(run.usage)}`);
}

/** One line; a daemon's log may add its own. */
export function describeError(error: ErrorBody, hasColour: boolean): string {
  return `${paint(hasColour, "red", "jamey:")} ${stripControl(error.message).trimEnd()}`;
}

interface JsonStream {
  accepted(accepted: Reply<"SendMessage">): void;
  frame(frame: TurnFrame): Promise<void>;
  end(ended: Ended): Promise<void>;
}

/** One object per line: `init`, the frames unchanged, `result`. */
function jsonStream({ out }: Context): JsonStream {
  let accepted: Reply<"SendMessage"> | undefined;
  let held: TurnFrame[] | undefined = [];

  const line = (value: unknown) => out.write(`${JSON.stringify(value)}\n`);
  const write = (frame: TurnFrame) => line(frame.type === "event" ? frame.event : frame.signal);

  /** `init` says which model and tools; that is known when the turn starts. */
  async function begin(): Promise<void> {
    if (!held) return;
    const frames = held;
    held = undefined;
    const agent = frames.map(agentOf).find((found) => found !== undefined);
    await line({
      type: "init",
      schema_version: SCHEMA_VERSION,
      capabilities: CAPABILITIES,
      session_id: accepted?.session_id ?? null,
      run_id: accepted?.turn_id ?? null,
      agent: agent?.po_name ?? null,
      model: agent?.model ?? null,
      tools: agent?.tools.map((tool) => tool.name) ?? [],
    });
    for (const frame of frames) await write(frame);
  }

  return {
    accepted(reply) {
      accepted = reply;
    },
    async frame(frame) {
      if (!held) return await write(frame);
      held.push(frame);
      if (agentOf(frame) || held.length >= MAX_HELD_FRAMES) await begin();
    },
    async end(ended) {
      await begin();
      await line(resultObject(ended));
    },
  };
}

function agentOf(frame: TurnFrame) {
  if (frame.type !== "event" || frame.event.event_type !== "TurnStarted") return undefined;
  return frame.event.payload.agent;
}
