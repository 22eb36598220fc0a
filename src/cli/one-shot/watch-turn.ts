// One turn under everything that may end it from outside: a signal, a time limit, silence, a reader that
// went away.
import type { Link } from "../../client/link.ts";
import { type RunOptions, runTurn, type TurnFrame } from "../../client/run.ts";
import type { Params } from "../../protocol/commands/index.ts";
import { type ErrorBody, toErrorBody } from "../../protocol/errors.ts";
import { oneLine } from "../../terminal/strip.ts";
import { openAnswers } from "../chat/chat-lines.ts";
import { answerRequests } from "../chat/human-requests.ts";
import type { Context } from "../context.ts";
import type { Arguments } from "../input/arguments.ts";
import type { SignalWatch } from "../signals.ts";
import type { Progress } from "./progress.ts";
import type { Report } from "./report.ts";
import type { TurnEnd } from "./result.ts";

/** After a cancel of ours, the daemon gets this long to say how the turn ended. */
const LAST_WORD_TIMEOUT_MS = 3000;
/** Nobody reads any more: only the cancel itself is waited for. */
const GONE_TIMEOUT_MS = 800;
/** A turn that has not begun after this time may be waiting for another one. Milliseconds. */
const QUEUE_NOTICE_AFTER_MS = 300;

export type Message = Params<"SendMessage">;

export interface TimeLimits {
  /** --timeout */
  wholeMs: number | undefined;
  /** --idle-timeout */
  idleMs: number | undefined;
}

export interface Watched {
  context: Context;
  link: Link;
  message: Message;
  begin?: RunOptions["begin"];
  report: Report;
  limits: TimeLimits;
  asksHere: boolean;
  progress: Progress;
  watch: SignalWatch;
  /** Others may be speaking in the session. */
  isShared: boolean;
  /** Where the message before it was accepted. */
  after?: number;
}

/** Never rejects: what was accepted counts, whatever became of it. */
export async function watchTurn(options: Watched): Promise<TurnEnd> {
  const { context, link, message, report, watch } = options;
  const ended: Omit<TurnEnd, "warnings"> & { warnings: string[] } = {
    accepted: null,
    run: null,
    error: null,
    caught: undefined,
    warnings: [],
    isOffline: false,
  };
  const asking = options.asksHere ? askHere(options) : undefined;
  const { gone } = context.out;
  const isOver = new AbortController();
  const cancel = new AbortController();
  const clock = startClock(options.limits, context, (flag) => cancel.abort(flag));
  const queued = options.isShared ? noticeQueue(context, link) : undefined;
  for (const signal of [watch.signal, gone]) {
    const stop = () => cancel.abort(reasonOf(signal));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true, signal: isOver.signal });
  }
  try {
    const running = runTurn(link, {
      message,
      ...(options.begin && { begin: options.begin }),
      signal_types: options.limits.idleMs === undefined ? report.signal_types : ALL_SIGNALS,
      onAccepted(accepted) {
        ended.accepted = accepted;
        report.accepted(accepted);
        queued?.accepted(accepted);
        ended.warnings.push(...accepted.warnings);
        for (const warning of accepted.warnings) {
          void context.note(`jamey: warning: ${oneLine(warning, 1000)}`);
        }
      },
      async onFrame(frame) {
        clock.take(frame);
        queued?.take(frame);
        options.progress.take(frame);
        if (isWanted(frame, report)) await report.frame(frame);
        if (frame.type === "event") asking?.take(frame.event);
      },
      signal: cancel.signal,
      ...(options.after !== undefined && { after: options.after }),
    });
    ended.run = await boundedAfter(running, cancel.signal, () =>
      gone.aborted ? GONE_TIMEOUT_MS : LAST_WORD_TIMEOUT_MS,
    );
  } catch (thrown) {
    ended.error = toErrorBody(thrown);
  } finally {
    clock.stop();
    queued?.stop();
    isOver.abort();
    await asking?.stop();
    ended.caught = watch.caught();
  }
  // A time limit counts only if it is what ended the turn.
  const late = clock.error();
  if (late && ended.run?.status !== "completed") ended.error = late;
  return ended;
}

/** --idle-timeout counts every sign of life, also those that the report has no use for. */
const ALL_SIGNALS: Report["signal_types"] = ["TextDelta", "ReasoningDelta", "ToolOutputDelta"];

const isWanted = (frame: TurnFrame, { signal_types }: Report): boolean =>
  frame.type === "event" || signal_types.includes(frame.signal.signal_type);

/** Both time limits. While a human is asked, silence is no sign of anything. */
function startClock(
  { wholeMs, idleMs }: TimeLimits,
  { arguments: given }: Context,
  end: (flag: string) => void,
) {
  let late: ErrorBody | undefined;
  let idle: Timer | undefined;
  let isStopped = false;
  const asked = new Set<string>();
  const isOver = (error: ErrorBody, flag: string) => {
    late ??= error;
    end(flag);
  };
  const whole =
    wholeMs === undefined
      ? undefined
      : setTimeout(() => isOver(noAnswer(given), "--timeout"), wholeMs);
  const restart = () => {
    clearTimeout(idle);
    if (idleMs === undefined || isStopped || asked.size > 0) return;
    const message = `Nothing happened for ${given.text("idle-timeout")} (--idle-timeout).`;
    const error: ErrorBody = { code: "timeout", message, details: {} };
    idle = setTimeout(() => isOver(error, "--idle-timeout"), idleMs);
  };
  restart();
  return {
    take(frame: TurnFrame): void {
      if (frame.type === "event") noteAsked(frame.event, asked);
      restart();
    },
    error: () => late,
    stop() {
      clearTimeout(whole);
      clearTimeout(idle);
      isStopped = true;
    },
  };
}

export const noAnswer = (given: Arguments): ErrorBody => ({
  code: "timeout",
  message: `No answer within ${given.text("timeout")} (--timeout).`,
  details: {},
});

function noteAsked(
  event: Extract<TurnFrame, { type: "event" }>["event"],
  asked: Set<string>,
): void {
  if (event.event_type === "HumanRequestQueued") asked.add(event.payload.request_id);
  if (event.event_type === "HumanRequestResponded" || event.event_type === "HumanRequestExpired") {
    asked.delete(event.payload.request_id);
  }
}

/** Says on stderr, once, that another turn runs in the session: this one waits for it. */
function noticeQueue(context: Context, link: Link) {
  let timer: Timer | undefined;
  let isOver = false;
  const look = async (session_id: string, turn_id: string) => {
    const found = await link.call("GetSession", { session_id }).then(
      ({ session }) => session.turn_id,
      // It was only to say why nothing happens; how the turn ends is said by others.
      () => null,
    );
    if (isOver || found === null || found === turn_id) return;
    await context.note("waiting for the turn that runs in this session");
  };
  const stop = () => {
    isOver = true;
    clearTimeout(timer);
  };
  return {
    accepted({ session_id, turn_id }: { session_id: string; turn_id: string }): void {
      if (!isOver) timer = setTimeout(() => void look(session_id, turn_id), QUEUE_NOTICE_AFTER_MS);
    },
    take(frame: TurnFrame): void {
      if (frame.type === "signal" || frame.event.event_type !== "MessageQueued") stop();
    },
    stop,
  };
}

/** Questions of this run on stderr, answered from the terminal, which is read only once one comes. */
function askHere({ context, link, report, watch }: Watched) {
  let opened: ReturnType<typeof openAnswers> | undefined;
  let noRestore: (() => void) | undefined;
  const open = () => {
    if (opened) return opened.answers;
    opened = openAnswers(context, context.err);
    noRestore = watch.beforeEnd(opened.restore);
    return opened.answers;
  };
  const requests = answerRequests({
    context,
    link,
    lines: open,
    screen: context.err,
    before: report.pause,
    beforeEnd: watch.beforeEnd,
  });
  return {
    take: requests.take,
    async stop() {
      requests.stop();
      await opened?.close();
      noRestore?.();
    },
  };
}

const reasonOf = (signal: AbortSignal): string =>
  typeof signal.reason === "string" ? signal.reason : "the reader of the answer went away";

/** The promise; once the signal is aborted, for at most so long. null when that is over. */
async function boundedAfter<Value>(
  promise: Promise<Value>,
  signal: AbortSignal,
  limitMs: () => number,
): Promise<Value | null> {
  const { promise: late, resolve } = Promise.withResolvers<null>();
  let timer: Timer | undefined;
  const start = () => {
    timer = setTimeout(() => resolve(null), limitMs());
  };
  if (signal.aborted) start();
  else signal.addEventListener("abort", start, { once: true });
  try {
    return await Promise.race([promise, late]);
  } finally {
    signal.removeEventListener("abort", start);
    clearTimeout(timer);
    // When the wait was given up, the call is rejected as the link closes.
    promise.catch(() => undefined);
  }
}
