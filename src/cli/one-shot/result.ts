// How a one-shot ended, in one place: its exit code, and the object that JSON output carries.
import { classify, type RunStatus } from "../../protocol/classify.ts";
import type { Reply } from "../../protocol/commands/index.ts";
import type { Run } from "../../protocol/commands/session.ts";
import { type ErrorBody, errorCodes } from "../../protocol/errors.ts";
import type { Usage } from "../../protocol/messages.ts";
import { errorFields } from "../output/error-line.ts";
import { type CaughtSignal, signalExitCodes } from "../signals.ts";

export const SCHEMA_VERSION = 1;

/** How one turn ended, as far as it was seen. */
export interface TurnEnd {
  /** Set as soon as the message is kept; it is answered then, even if we do not see it. */
  accepted: Reply<"SendMessage"> | null;
  run: Run | null;
  /** What failed outside of the run: arguments, input, the daemon, the time limit. */
  error: ErrorBody | null;
  caught: CaughtSignal | undefined;
  warnings: readonly string[];
  /** The guide answered, and nobody had chosen it: no model is connected. */
  isOffline: boolean;
}

export interface Ended extends TurnEnd {
  isStdinSkipped: boolean;
  /** --denials ok */
  areDenialsFine: boolean;
}

/** What is reported of it. */
export interface Outcome extends Ended {
  /** What -x or -X took out of the answer. */
  extracted: Extracted | undefined;
}

export interface Extracted {
  isAll: boolean;
  /** "" for any. */
  language: string;
  blocks: string[];
}

export interface Verdict {
  status: RunStatus;
  exit_code: number;
  error: ErrorBody | null;
}

export function judge(outcome: Outcome): Verdict {
  const verdict = judgeRun(outcome);
  if (verdict.exit_code !== 0 || outcome.extracted?.blocks.length !== 0) return verdict;
  const { language } = outcome.extracted;
  const what = language === "" ? "" : ` in ${language}`;
  const error = { code: "bad_data", message: `The answer holds no fenced code${what}.` } as const;
  const exit_code = errorCodes[error.code].exit;
  return { status: "failed", exit_code, error: { ...error, details: {} } };
}

function judgeRun({ run, error, caught, areDenialsFine }: Ended): Verdict {
  if (caught) return { status: "interrupted", exit_code: signalExitCodes[caught], error };
  if (error) return { status: "failed", exit_code: errorCodes[error.code].exit, error };
  if (!run) return { status: "failed", exit_code: 1, error: null };
  const verdict = { ...classify(run), error: run.error };
  const isOnlyDenied =
    verdict.status === "blocked" && run.status === "completed" && run.pending_requests.length === 0;
  return areDenialsFine && isOnlyDenied ? { ...verdict, exit_code: 0 } : verdict;
}

const noUsage: Usage = {
  input_tokens: 0,
  output_tokens: 0,
  cached_tokens: 0,
  reasoning_tokens: 0,
  cost_usd: null,
};

/** The `result` object: the same for `json` and as the last line of `stream-json`. */
export function resultObject(outcome: Outcome) {
  const { run, accepted, warnings, isStdinSkipped, isOffline, extracted } = outcome;
  const { status, exit_code, error } = judge(outcome);
  const usage = run?.usage ?? noUsage;
  return {
    type: "result",
    schema_version: SCHEMA_VERSION,
    status,
    text: run?.response ?? "",
    structured: run?.structured ?? null,
    ...(extracted && { extracted: extractedValue(extracted) }),
    session_id: run?.session_id ?? accepted?.session_id ?? null,
    run_id: run?.turn_id ?? accepted?.turn_id ?? null,
    agent: run?.po_name ?? null,
    model: run?.model ?? null,
    stop_reason: run?.stop_reason ?? null,
    turns: run?.model_calls ?? 0,
    usage,
    cost_usd: usage.cost_usd,
    duration_ms: run?.duration_ms ?? 0,
    denials: run?.denials ?? [],
    pending_requests: run?.pending_requests ?? [],
    warnings,
    stdin_skipped: isStdinSkipped,
    is_offline: isOffline,
    error: error && {
      ...errorFields(error),
      // An answer that does not fit its schema.
      ...(typeof error.details.raw === "string" && { raw: error.details.raw }),
    },
    exit_code,
  };
}

const extractedValue = ({ isAll, blocks }: Extracted): string | string[] | null =>
  isAll ? blocks : (blocks[0] ?? null);
