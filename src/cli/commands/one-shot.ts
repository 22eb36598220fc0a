// One message and its answer: `jamey "two words"`, -p, -, `run`, or text on stdin.
// Rule: arguments, then files, then stdin, then the daemon: what can fail for free fails first.

import type { Link } from "../../client/link.ts";
import { runTurn } from "../../client/run.ts";
import type { Params } from "../../protocol/commands/index.ts";
import { type ErrorBody, JameyError, toErrorBody } from "../../protocol/errors.ts";
import { usageError } from "../arguments.ts";
import { type LineReader, openLines } from "../ask.ts";
import { withLink } from "../connect.ts";
import type { Context } from "../context.ts";
import { parseDuration } from "../duration.ts";
import { checkSession, findSession, latestSession } from "../find-session.ts";
import { answerRequests } from "../human-requests.ts";
import { type Progress, startProgress } from "../progress.ts";
import { readPrompt } from "../prompt.ts";
import { type Format, openReport, type Report } from "../report.ts";
import type { Ended } from "../result.ts";
import { readSettings } from "../settings.ts";
import { endBySignal, watchSignals } from "../signals.ts";
import { oneLine } from "../strip.ts";
import { isTerminal } from "../terminal.ts";

const DEFAULT_OBJECT = "assistant";
/** After a cancel for our own reasons, the daemon gets this long to say how the turn ended. */
const LAST_WORD_TIMEOUT_MS = 5000;
/** Nobody reads any more: only the cancel itself is waited for. */
const GONE_TIMEOUT_MS = 800;

const UNCONNECTED =
  "no model is connected, the offline guide answered; `jamey models` says what is missing.";

type Message = Params<"SendMessage">;

export async function oneShot(plain: Context): Promise<number> {
  const format = formatOf(plain);
  const progress = startProgress(plain);
  const { context } = progress;
  const warnings: string[] = [];
  const ended: Ended = {
    accepted: null,
    run: null,
    error: null,
    caught: undefined,
    warnings,
    isStdinSkipped: false,
    areDenialsFine: context.arguments.text("denials") === "ok",
  };
  const asksHere = canAskHere(context);
  const report = openReport(context, format, { asksHere });
  try {
    const timeoutMs = readTimeout(context);
    const settings = readSettings(context.arguments, asksHere ? "queue" : "deny");
    checkSession(context.arguments);
    const prompt = await readPrompt(context, warnings);
    ended.isStdinSkipped = prompt.isStdinSkipped;
    await withLink(context, async (link) => {
      const message: Message = {
        ...(await findTarget(context, link)),
        message: prompt.text,
        attachments: prompt.attachments,
        settings,
      };
      await runWatched({ context, link, message, report, timeoutMs, ended, asksHere, progress });
      if (isUnconnected(context, ended)) {
        warnings.push(UNCONNECTED);
        await context.note(`jamey: warning: ${UNCONNECTED}`);
      }
      return 0;
    });
  } catch (thrown) {
    ended.error = toErrorBody(thrown);
  }
  await progress.stop();
  const exitCode = await report.end(ended);
  if (ended.caught) endBySignal(ended.caught);
  return exitCode;
}

/** The guide answered although nobody asked for it: a script must not take that for a model's answer. */
function isUnconnected({ arguments: given, host }: Context, { run }: Ended): boolean {
  const asked = given.text("model") ?? host.variables.JAMEY_MODEL;
  return run?.model === "offline/guide" && !asked;
}

interface Watched {
  context: Context;
  link: Link;
  message: Message;
  report: Report;
  timeoutMs: number | undefined;
  ended: Ended;
  asksHere: boolean;
  progress: Progress;
}

/** Somebody sits at the terminal, and stdin is theirs to answer with. */
function canAskHere({ arguments: given, err }: Context): boolean {
  const isStdinPrompt = given.has("stdin") || given.words.includes("-");
  const isTold = given.has("no-input") || given.has("on-ask");
  return isTerminal(0) && err.isTerminal && !isTold && !isStdinPrompt;
}

/** The turn under its three ends from outside: a signal, the time limit, a reader that went away. */
async function runWatched(options: Watched): Promise<void> {
  const { context, link, message, report, timeoutMs, ended } = options;
  const asking = options.asksHere ? askHere(context, link, report) : undefined;
  const watch = watchSignals();
  const { gone } = context.out;
  const isOver = new AbortController();
  const cancel = new AbortController();
  let late: ErrorBody | undefined;
  const timer =
    timeoutMs &&
    setTimeout(() => {
      const flag = context.arguments.text("timeout");
      late = { code: "timeout", message: `No answer within ${flag} (--timeout).`, details: {} };
      cancel.abort("--timeout");
    }, timeoutMs);
  for (const signal of [watch.signal, gone]) {
    const options = { once: true, signal: isOver.signal };
    signal.addEventListener("abort", () => cancel.abort(reasonOf(signal)), options);
  }
  try {
    const running = runTurn(link, {
      message,
      signal_types: report.signal_types,
      onAccepted(accepted) {
        ended.accepted = accepted;
        report.accepted(accepted);
        ended.warnings.push(...accepted.warnings);
        for (const warning of accepted.warnings) {
          void context.note(`jamey: warning: ${oneLine(warning, 1000)}`);
        }
      },
      async onFrame(frame) {
        options.progress.take(frame);
        await report.frame(frame);
        if (frame.type === "event") asking?.take(frame.event);
      },
      signal: cancel.signal,
    });
    ended.run = await boundedAfter(running, cancel.signal, () =>
      gone.aborted ? GONE_TIMEOUT_MS : LAST_WORD_TIMEOUT_MS,
    );
  } finally {
    clearTimeout(timer);
    isOver.abort();
    await asking?.stop();
    ended.caught = watch.caught();
    watch.stop();
  }
  // The time limit counts only if it is what ended the turn.
  if (late && ended.run?.status !== "completed") ended.error = late;
}

/** Questions of this run on stderr, answered from the terminal, which is read only once one comes. */
function askHere(context: Context, link: Link, report: Report) {
  let lines: LineReader | undefined;
  const requests = answerRequests({
    context,
    link,
    lines: {
      next() {
        lines ??= openLines();
        return lines.next();
      },
    },
    screen: context.err,
    before: report.pause,
  });
  return {
    take: requests.take,
    async stop() {
      requests.stop();
      await lines?.close();
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
  signal.addEventListener("abort", start, { once: true });
  try {
    return await Promise.race([promise, late]);
  } finally {
    signal.removeEventListener("abort", start);
    clearTimeout(timer);
    // When the wait was given up, the call is rejected as the link closes.
    promise.catch(() => undefined);
  }
}

function formatOf({ arguments: given, isJson }: Context): Format {
  const format = given.text("output-format");
  if (format === undefined) return isJson ? "json" : "text";
  if (isJson && format !== "json") throw usageError(`--json and -o ${format} do not fit together.`);
  // The table of flags allows no other.
  return format as Format;
}

function readTimeout({ arguments: given }: Context): number | undefined {
  const text = given.text("timeout");
  return text === undefined ? undefined : parseDuration(text, "--timeout");
}

async function findTarget(
  { arguments: given, host }: Context,
  link: Link,
): Promise<Pick<Message, "po_name" | "session_id">> {
  const object = given.text("object");
  const resumed = given.text("resume");
  if (resumed === undefined && !given.has("continue")) {
    return { po_name: object ?? DEFAULT_OBJECT, session_id: null };
  }
  const session =
    resumed === undefined
      ? await latestSession(link, { directory: host.directory, object })
      : await findSession(link, resumed);
  if (object !== undefined && object !== session.po_name) {
    throw new JameyError(
      "session_mismatch",
      `Session ${session.session_id} belongs to '${session.po_name}', not to '${object}'.`,
    );
  }
  return { po_name: session.po_name, session_id: session.session_id };
}
