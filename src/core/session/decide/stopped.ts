// How a call ends that runs while its turn is stopped: what it had written by then is told, and for how long it ran.
// It was stopped on purpose, so that much is known of it; only a crash leaves nothing known.
import type { ErrorBody } from "../../../protocol/errors.ts";
import { LEFT_OUT } from "../../tool.ts";
import { UNKNOWN_OUTCOME } from "../history.ts";
import type { SoFar } from "../inputs.ts";
import type { Call } from "../state.ts";

export type Written = NonNullable<SoFar["written"]>;

/** Of what a stopped call had written its end is kept, as of any long output. UTF-16 units. */
const MAX_WRITTEN_LENGTH = 32 * 1024;

/** Why a called object gave no answer. */
export const stopped: ErrorBody = {
  code: "cancelled",
  message: "Stopped before it answered: the turn that called has ended.",
  details: {},
};

export interface StoppedCall {
  outcome: "cancelled" | "interrupted";
  output: string;
  duration_ms: number;
  output_bytes: number;
}

/** undefined: it had not begun. `written` undefined: the daemon did not see it run. */
export function stoppedCall(
  { call, phase, started_at }: Call,
  at: string,
  { isCalled, written }: { isCalled: boolean; written: Written | undefined },
): StoppedCall | undefined {
  if (phase !== "started" || started_at === null) return undefined;
  const duration_ms = Math.max(0, Date.parse(at) - Date.parse(started_at) || 0);
  const end = { outcome: "cancelled" as const, duration_ms, output_bytes: 0 };
  // Who was called is stopped with its caller, whenever that is.
  if (isCalled) return { ...end, output: stopped.message };
  if (!written) {
    return { outcome: "interrupted", output: UNKNOWN_OUTCOME, duration_ms: 0, output_bytes: 0 };
  }
  const head = `Stopped after ${secondsText(duration_ms)}, before it ended; what it did until then stays done.`;
  const text = written[call.id] ?? "";
  if (text === "") return { ...end, output: head };
  const left = text.length > MAX_WRITTEN_LENGTH ? LEFT_OUT : "";
  const kept = left + text.slice(-MAX_WRITTEN_LENGTH).toWellFormed();
  const what = kept.includes(LEFT_OUT)
    ? `What was seen of what it wrote ([…] where a part is left out):`
    : "What it had written:";
  const output_bytes = new TextEncoder().encode(kept).length;
  return { ...end, output: `${head} ${what}\n${kept}`, output_bytes };
}

const secondsText = (ms: number): string =>
  ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
