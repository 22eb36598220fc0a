// A value or an error body: how the core says that something did not work. Nothing here throws.
import type { ErrorBody } from "../protocol/errors.ts";

export type Result<Value> = { ok: true; value: Value } | { ok: false; error: ErrorBody };

export const success = <Value>(value: Value): Result<Value> => ({ ok: true, value });
export const failure = <Value>(error: ErrorBody): Result<Value> => ({ ok: false, error });
