// A one-shot that is driven: messages come as lines on stdin, each gets its turn in the same session, and
// its own `result` line. The exit code is that of the last line.
// Rule: a message that could not be sent or was cut off from outside ends the run; a turn that merely
//       failed or was denied something does not: whoever drives has seen its result.
import { JameyError, toErrorBody } from "../../protocol/errors.ts";
import { withLink } from "../connect.ts";
import { endBySignal, type SignalWatch, watchSignals } from "../signals.ts";
import { addressMessage, nothingYet, type Shot, sendMessage } from "./shot.ts";
import { type InputLines, type InputMessage, openInputLines } from "./stream-input.ts";

export async function runStream(shot: Shot): Promise<number> {
  const lines = openInputLines();
  const watch = watchSignals();
  watch.beforeEnd(shot.progress.restore);
  try {
    return await drive(shot, lines, watch);
  } finally {
    watch.stop();
    await shot.progress.stop();
    await lines.close();
    const caught = watch.caught();
    if (caught) endBySignal(caught);
  }
}

async function drive(shot: Shot, lines: InputLines, watch: SignalWatch): Promise<number> {
  const { context, report } = shot;
  let code = 0;
  let ended = nothingYet(context);
  const settle = async () => {
    code = await report.end({ ...ended, caught: watch.caught() });
    ended = nothingYet(context);
  };
  try {
    const first = await nextMessage(lines, watch);
    if (!first && !watch.caught()) {
      throw new JameyError("input_missing", "stdin had no message: it needs one line for each.");
    }
    if (first) {
      await withLink(context, async (link) => {
        let warnings: string[] = [];
        const to = await addressMessage(shot, link, warnings);
        let after: number | undefined;
        for (let message: InputMessage | undefined = first; message; ) {
          const since = after === undefined ? {} : { after };
          const turn = await sendMessage(shot, { ...to, link, message, watch, ...since });
          ended = { ...ended, ...turn, warnings: [...warnings, ...turn.warnings] };
          warnings = [];
          if (ended.error || watch.caught() || context.out.gone.aborted) break;
          // The first message may have begun the session; the others go on in it.
          after = turn.accepted?.seq;
          to.target.session_id ??= turn.accepted?.session_id ?? null;
          await settle();
          message = await nextMessage(lines, watch);
        }
        return 0;
      });
    }
  } catch (thrown) {
    ended = { ...ended, error: toErrorBody(thrown) };
  }
  if (ended.error || watch.caught() || context.out.gone.aborted) await settle();
  return code;
}

/** undefined at the end of the input, or at a signal. */
async function nextMessage(
  lines: InputLines,
  { signal }: SignalWatch,
): Promise<InputMessage | undefined> {
  const { promise: aborted, resolve } = Promise.withResolvers<undefined>();
  const stop = () => resolve(undefined);
  if (signal.aborted) return undefined;
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([lines.next(), aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
