// Every way in which jamey says no: the closed list of error codes with their HTTP status and exit
// code, and the one error class. No imports, so that the lightest client can carry it.

/** code → HTTP status, exit code (`cli` contract) and whether trying again later may help. */
export const errorCodes = {
  invalid_request: { status: 400, exit: 2, retryable: false },
  unknown_command: { status: 400, exit: 2, retryable: false },
  unauthorized: { status: 401, exit: 77, retryable: false },
  forbidden: { status: 403, exit: 77, retryable: false },
  not_found: { status: 404, exit: 1, retryable: false },
  po_not_found: { status: 404, exit: 1, retryable: false },
  session_not_found: { status: 404, exit: 1, retryable: false },
  turn_not_found: { status: 404, exit: 1, retryable: false },
  request_not_found: { status: 404, exit: 1, retryable: false },
  subscription_not_found: { status: 404, exit: 1, retryable: false },
  tool_not_found: { status: 404, exit: 1, retryable: false },
  call_not_found: { status: 404, exit: 1, retryable: false },
  environment_not_found: { status: 404, exit: 1, retryable: false },
  method_not_allowed: { status: 405, exit: 2, retryable: false },
  conflict: { status: 409, exit: 75, retryable: true },
  already_exists: { status: 409, exit: 1, retryable: false },
  session_mismatch: { status: 409, exit: 2, retryable: false },
  already_answered: { status: 409, exit: 1, retryable: false },
  stale_hash: { status: 409, exit: 1, retryable: false },
  busy: { status: 409, exit: 75, retryable: true },
  too_large: { status: 413, exit: 65, retryable: false },
  overloaded: { status: 429, exit: 75, retryable: true },
  cancelled: { status: 409, exit: 1, retryable: false },
  interrupted: { status: 500, exit: 1, retryable: true },
  blocked: { status: 409, exit: 3, retryable: false },
  limit_reached: { status: 409, exit: 4, retryable: false },
  tool_failed: { status: 502, exit: 1, retryable: false },
  key_missing: { status: 502, exit: 77, retryable: false },
  provider_auth: { status: 502, exit: 77, retryable: false },
  provider_refused: { status: 502, exit: 1, retryable: false },
  provider_rate_limited: { status: 502, exit: 75, retryable: true },
  provider_error: { status: 502, exit: 75, retryable: true },
  provider_unavailable: { status: 502, exit: 69, retryable: true },
  provider_timeout: { status: 504, exit: 69, retryable: true },
  provider_bad_stream: { status: 502, exit: 69, retryable: true },
  model_not_found: { status: 502, exit: 78, retryable: false },
  context_full: { status: 502, exit: 1, retryable: false },
  model_refused: { status: 502, exit: 5, retryable: false },
  empty_answer: { status: 502, exit: 5, retryable: false },
  bad_data: { status: 422, exit: 65, retryable: false },
  input_missing: { status: 400, exit: 66, retryable: false },
  timeout: { status: 504, exit: 124, retryable: true },
  unavailable: { status: 503, exit: 69, retryable: true },
  version_mismatch: { status: 409, exit: 69, retryable: false },
  storage_failed: { status: 507, exit: 1, retryable: true },
  config_invalid: { status: 500, exit: 78, retryable: false },
  internal: { status: 500, exit: 1, retryable: false },
} as const satisfies Record<string, { status: number; exit: number; retryable: boolean }>;

export type ErrorCode = keyof typeof errorCodes;

/** An error as it travels and as it is kept. `details` is machine-readable. */
export interface ErrorBody {
  code: ErrorCode;
  message: string;
  details: Record<string, unknown>;
}

/** The only error class. The message names the thing and what to do next. */
export class JameyError extends Error {
  readonly code: ErrorCode;
  readonly details: Record<string, unknown>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; details?: Record<string, unknown> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "JameyError";
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** Any thrown value as an error body; what is not a JameyError is `internal`. */
export function toErrorBody(thrown: unknown): ErrorBody {
  if (thrown instanceof JameyError) {
    return { code: thrown.code, message: thrown.message, details: thrown.details };
  }
  return { code: "internal", message: messageOf(thrown), details: {} };
}

/** The message of any thrown value. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
