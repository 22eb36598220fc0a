// One message and its answer: `jamey "two words"`, -p, -, `run`, or text on stdin.
// Rule: arguments, then files, then stdin, then the daemon: what can fail for free fails first.

import { toErrorBody } from "../../protocol/errors.ts";
import { withLink } from "../connect.ts";
import type { Context } from "../context.ts";
import { usageError } from "../input/arguments.ts";
import { checkChat, quote, twoPrompts } from "../mode.ts";
import { startDeadline } from "../one-shot/deadline.ts";
import { startProgress } from "../one-shot/progress.ts";
import { readPrompt } from "../one-shot/prompt.ts";
import { openRecording } from "../one-shot/recording.ts";
import { type Format, openReport } from "../one-shot/report.ts";
import type { Ended } from "../one-shot/result.ts";
import { addressMessage, nothingYet, readShot, type Shot, sendMessage } from "../one-shot/shot.ts";
import { stdinUse } from "../one-shot/stdin.ts";
import { endBySignal, watchSignals } from "../signals.ts";
import { isTerminal } from "../terminal.ts";

export async function oneShot(plain: Context): Promise<number> {
  const { arguments: given } = plain;
  if (given.has("interactive")) return await beginChat(plain);
  if (given.has("dry-run") && given.has("record")) {
    throw usageError("--dry-run spends nothing, so there is nothing that --record could keep.");
  }
  if (given.has("dry-run")) return await (await import("../one-shot/dry-run.ts")).dryRun(plain);
  const workflow = given.text("workflow");
  return await shoot(plain, workflow === undefined ? {} : { workflow });
}

/** `jamey workflows run`: the same for a message to a workflow. */
export async function runWorkflow(plain: Context): Promise<number> {
  const [workflow = "", ...words] = plain.arguments.words;
  return await shoot({ ...plain, arguments: { ...plain.arguments, words } }, { workflow });
}

async function shoot(plain: Context, of: Pick<Shot, "workflow"> = {}): Promise<number> {
  const { arguments: given } = plain;
  const isStream = given.text("input-format") === "stream-json";
  const progress = startProgress(plain);
  const { context } = progress;
  const asksHere = !isStream && canAskHere(context);
  const report = openReport(context, formatOf(plain), { asksHere });
  let ended = nothingYet(context);
  try {
    report.prepare();
    const shot: Shot = {
      ...(await readShot(context, asksHere)),
      ...of,
      progress,
      report,
      asksHere,
    };
    if (isStream) {
      const { runStream } = await import("../one-shot/stream-run.ts");
      return await runStream(shot);
    }
    ended = await runOne(shot, ended);
  } catch (thrown) {
    ended = { ...ended, error: toErrorBody(thrown) };
  }
  await progress.stop();
  const exitCode = await report.end(ended);
  if (isDeniedByMode(context, ended)) await context.err.write(READ_ONLY_ADVICE);
  if (ended.caught) await leaveBySignal(context, ended);
  return exitCode;
}

async function beginChat(context: Context): Promise<number> {
  const { arguments: given } = context;
  checkChat(given);
  const [second] = given.words;
  if (second !== undefined) throw twoPrompts(second);
  const { chat } = await import("./chat.ts");
  return await chat(context);
}

/** The rules that denied it were made of one flag: that is the one to change. */
const READ_ONLY_ADVICE =
  "  --permission-mode read-only is that rule: 'edit' lets files be written, 'auto' allows all\n";

function isDeniedByMode({ arguments: given }: Context, { run, caught }: Ended): boolean {
  const isReadOnly = given.text("permission-mode") === "read-only";
  return isReadOnly && !caught && (run?.denials.length ?? 0) > 0;
}

async function runOne(shot: Shot, before: Ended): Promise<Ended> {
  const { context } = shot;
  const recording = openRecording(context);
  const deadline = startDeadline(context.arguments, shot.limits.wholeMs);
  const warnings: string[] = [];
  let ended = before;
  try {
    const prompt = await deadline.within(readPrompt(context, warnings));
    ended = { ...ended, isStdinSkipped: prompt.isStdinSkipped };
    const addressed = Promise.withResolvers<void>();
    const running = withLink(context, async (link) => {
      const to = await addressMessage(shot, link, warnings);
      const limits = { ...shot.limits, wholeMs: deadline.leftMs() };
      addressed.resolve();
      const watch = watchSignals();
      watch.beforeEnd(shot.progress.restore);
      try {
        const turn = await sendMessage(
          { ...shot, limits },
          { ...to, link, message: prompt, watch },
        );
        ended = { ...ended, ...turn, warnings: [...warnings, ...turn.warnings] };
        await recording?.keep(link, ended, prompt.text);
      } finally {
        watch.stop();
      }
      return 0;
    });
    // From there on the turn has its own clock, which cancels it.
    await deadline.within(Promise.race([addressed.promise, running]));
    await running;
    return ended;
  } catch (thrown) {
    const seen = ended.accepted ? ended.warnings : warnings;
    return { ...ended, warnings: seen, error: toErrorBody(thrown) };
  }
}

async function leaveBySignal(context: Context, { caught, accepted }: Ended): Promise<void> {
  const { arguments: given, err } = context;
  if (caught === "SIGINT" && accepted && err.isTerminal && !given.has("no-save")) {
    const resumed = given.text("resume");
    const flag = resumed === undefined || given.has("fork") ? "-c" : `-r ${quote(resumed)}`;
    await context.note(`go on with: jamey ${flag}`);
  }
  if (caught) endBySignal(caught);
}

/** Somebody sits at the terminal, and stdin is theirs to answer with. */
function canAskHere({ arguments: given, err }: Context): boolean {
  const isTold = given.has("no-input") || given.has("on-ask");
  return isTerminal(0) && err.isTerminal && !isTold && stdinUse(given) === undefined;
}

function formatOf({ arguments: given, isJson }: Context): Format {
  const format = given.text("output-format");
  if (format === undefined) return isJson ? "json" : "text";
  if (isJson && format !== "json") throw usageError(`--json and -o ${format} do not fit together.`);
  // The table of flags allows no other.
  return format as Format;
}
