// How a run counts: one place for the command line, JSON and HTTP. Types only, so that it costs nothing.
import type { Run } from "./commands/session.ts";
import { errorCodes } from "./errors.ts";

export type RunStatus = "ok" | "failed" | "blocked" | "limit" | "interrupted";

export interface RunClass {
  status: RunStatus;
  exit_code: number;
}

/**
 * A finished run → its status and exit code. Blocked is mechanical: any denial or open request at the
 * end counts, whether or not the model found another way.
 */
export function classify(
  run: Pick<Run, "status" | "error" | "denials" | "pending_requests" | "response">,
): RunClass {
  if (run.status === "cancelled") return { status: "interrupted", exit_code: 1 };
  if (run.status === "failed") {
    const code = run.error?.code ?? "internal";
    if (code === "limit_reached") return { status: "limit", exit_code: errorCodes[code].exit };
    if (code === "blocked") return { status: "blocked", exit_code: errorCodes[code].exit };
    return { status: "failed", exit_code: errorCodes[code].exit };
  }
  if (run.denials.length > 0 || run.pending_requests.length > 0) {
    return { status: "blocked", exit_code: errorCodes.blocked.exit };
  }
  return { status: "ok", exit_code: 0 };
}
