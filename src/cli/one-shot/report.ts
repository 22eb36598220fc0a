// What a one-shot writes while it runs and when it ends, in the three formats. stdout carries only the answer.
import type { TypedEvent } from "../../client/events.ts";
import type { RunOptions, TurnFrame } from "../../client/run.ts";
import type { Reply } from "../../protocol/commands/index.ts";
import { errorCodes, toErrorBody } from "../../protocol/errors.ts";
import type { ToolCall } from "../../protocol/messages.ts";
import {
  describeDenial,
  describeEvent,
  describeRequest,
  describeUsage,
} from "../../terminal/activity.ts";
import { stepLine } from "../../terminal/step-line.ts";
import { oneLine } from "../../terminal/strip.ts";
import type { Context } from "../context.ts";
import { describeError } from "../output/error-line.ts";
import { jsonLine } from "../output/json-text.ts";
import { READER_GONE } from "../output/write-out.ts";
import type { OUTPUT_FORMATS } from "../table/flags.ts";
import {
  clean,
  extractCode,
  finalText,
  isRendered,
  markdownWriter,
  wantsCode,
  withNewline,
} from "./final-text.ts";
import { createJsonStream } from "./json-stream.ts";
import { createLiveText, type LiveText } from "./live-text.ts";
import { type OutputFile, openOutputFile } from "./output-file.ts";
import { type Ended, judge, type Outcome, resultObject } from "./result.ts";

export type Format = (typeof OUTPUT_FORMATS)[number];

export interface Report {
  signal_types: RunOptions["signal_types"];
  /** Before anything is spent: throws where the answer could not be written to its file. */
  prepare(): void;
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
  const { out, err, host, arguments: given } = context;
  const isText = format === "text" || format === "markdown";
  // Only the end says what code there is, and whether an answer fits its schema.
  const isWhole = wantsCode(context) || given.has("schema");
  const isLive = isText && !isWhole && (out.isTerminal || given.has("stream"));
  const live = isLive ? liveText(context) : undefined;
  const stream = format === "stream-json" ? createJsonStream(context) : undefined;
  const isVerbose = given.has("verbose");
  // A warning is no activity: whoever sits at the terminal sees why it takes so long.
  const showsWarnings = isVerbose || (err.isTerminal && isText);
  let file: OutputFile | undefined;
  const calls = new Map<string, ToolCall>();

  async function say(text: string): Promise<void> {
    await live?.endLine();
    await context.note(text);
  }

  async function activity(event: TypedEvent): Promise<void> {
    if (event.event_type === "HumanRequestQueued" && !asksHere) {
      await say(describeRequest(event.payload));
    }
    const step = showsWarnings ? stepLine(event) : undefined;
    if (step !== undefined) await say(step);
    const line = showsWarnings ? describeEvent(event, calls) : undefined;
    if (line && (isVerbose || line.startsWith("!"))) await say(line);
  }

  return {
    signal_types: signalTypes(given.has("partial"), isLive, stream !== undefined),
    prepare() {
      const named = given.text("output");
      if (named !== undefined) file = openOutputFile(named, host.directory);
    },
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
      await live?.end();
      const seen = { ...ended, extracted: extractCode(context, ended.run?.response ?? "") };
      // Before anything is said of how it ended: that the file failed belongs to it.
      const outcome = file ? await keepAnswer(context, file, seen) : seen;
      if (isText && !isLive) await out.write(finalText(context, outcome));
      const code = finalCode(context, outcome, live);
      if (format === "json") await out.write(jsonLine(resultObject(outcome)));
      await stream?.end(outcome);
      await explain(context, outcome, live);
      if (file && !isComplete(seen)) await context.err.write(leftAsItWas(file));
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
    openWriter: isRendered(context) ? () => markdownWriter(context) : undefined,
    onRestart: () => context.note("! The answer broke off and begins again."),
  });
}

/** Only an answer that is complete takes the file's place. */
const isComplete = (outcome: Outcome): boolean =>
  outcome.run?.status === "completed" && !judge(outcome).error;

const leftAsItWas = ({ path }: OutputFile): string =>
  `jamey: ${oneLine(path, 1000)} is left as it was: there is no complete answer.\n`;

async function keepAnswer(context: Context, file: OutputFile, outcome: Outcome): Promise<Outcome> {
  if (!isComplete(outcome)) return outcome;
  try {
    await file.commit(finalText(context, outcome));
    return outcome;
  } catch (thrown) {
    return { ...outcome, error: toErrorBody(thrown) };
  }
}

/** Text that cannot be recalled was written into a pipe and then begun again: whoever reads must know. */
function isSpoiled(context: Context, live: LiveText | undefined): boolean {
  return live?.wasRestarted === true && !context.out.isTerminal;
}

function finalCode(context: Context, outcome: Outcome, live: LiveText | undefined): number {
  const { exit_code } = judge(outcome);
  return exit_code === 0 && isSpoiled(context, live) ? errorCodes.conflict.exit : exit_code;
}

/** Everything that is no answer, on stderr: denials and errors always, the rest by -q and -v. */
async function explain(
  context: Context,
  ended: Outcome,
  live: LiveText | undefined,
): Promise<void> {
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
  // What was asked for is not in it, so that it is no answer for stdout; it is not lost either.
  const raw = ended.extracted?.blocks.length === 0 ? run?.response : error?.details.raw;
  if (typeof raw === "string" && !ended.caught) await err.write(withNewline(clean(context, raw)));
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
