// Everything that goes wrong between us and a vendor, as the `error` part that it becomes.
// Rules: 1. A message names the vendor, what happened and what to do. 2. No message contains a key.
//        3. A vendor's own words are bounded.
import type { ModelPart } from "../core/model.ts";
import { type ErrorCode, errorCodes, messageOf } from "../protocol/errors.ts";
import { type Connection, shownAddress } from "./connection.ts";
import { isContextFull } from "./context-full.ts";
import { boundedText, fieldsOf, textOf } from "./fields.ts";

export type Failure = Extract<ModelPart, { type: "error" }>;

/** Characters of a vendor's own words. */
export const MAX_VENDOR_TEXT = 2_000;
/** A longer wait says no more than "not today". */
const MAX_RETRY_AFTER_MS = 30 * 24 * 3_600_000;
/** Shorter values are not keys but placeholders, and would blank half of a message. */
const MIN_SECRET_LENGTH = 6;

type Named = Pick<
  Connection,
  "vendor" | "model" | "base_url" | "base_url_variable" | "key_variable" | "secrets"
>;

export function failure(
  connection: Named,
  code: ErrorCode,
  message: string,
  options: { retryable?: boolean; retry_after_ms?: number | undefined } = {},
): Failure {
  return {
    type: "error",
    code,
    message: redact(`${connection.vendor}: ${message}`, connection.secrets),
    retryable: options.retryable ?? errorCodes[code].retryable,
    retry_after_ms: options.retry_after_ms,
  };
}

function redact(text: string, secrets: string[]): string {
  return secrets
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH)
    .reduce((shown, secret) => shown.replaceAll(secret, "[key]"), text);
}

/** "check OPENAI_BASE_URL (now https://…)" */
export function checkAddress(connection: Named): string {
  const address = shownAddress(connection.base_url);
  return connection.base_url_variable === null
    ? `The address is ${address}.`
    : `Check ${connection.base_url_variable} (now ${address}).`;
}

/** A vendor's words as a sentence: more follows. */
const withStop = (text: string): string =>
  /[.!?…]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`;

/** An HTTP status that is no success. */
export function statusFailure(
  connection: Named,
  answer: { status: number; headers: Headers; body: string; now: number },
): Failure {
  const { status } = answer;
  const said = readBody(answer.body, connection.secrets);
  const words = said.text === "" ? "" : ` It says: ${withStop(said.text)}`;
  const code = codeOf(status, said);
  const advice = adviceOn(code, status, connection);
  return failure(
    connection,
    code,
    `HTTP ${status}, ${meaningOf(status)}.${words} ${advice}`.trim(),
    {
      retry_after_ms: errorCodes[code].retryable
        ? readRetryAfter(answer.headers, answer.now)
        : undefined,
    },
  );
}

/** An error that a vendor put inside an answer that had begun well. */
export function bodyFailure(connection: Named, body: unknown): Failure {
  const said = readError(body, connection.secrets);
  const code = isContextFull({ status: 0, ...said }) ? "context_full" : codeOfKind(said.kind);
  const advice = adviceOn(code, 0, connection);
  return failure(
    connection,
    code,
    `it reported an error in its answer: ${withStop(said.text || said.kind || "without a reason")} ${advice}`.trim(),
  );
}

/** The request did not reach the vendor, or its answer did not begin. */
export function networkFailure(connection: Named, thrown: unknown): Failure {
  const fields = fieldsOf(thrown);
  const kind = textOf(fields?.code) || textOf(fieldsOf(fields?.cause)?.code);
  const said = boundedText(redact(messageOf(thrown), connection.secrets), MAX_VENDOR_TEXT);
  const start =
    connection.vendor === "ollama" ? " Is Ollama running? Start it with `ollama serve`." : "";
  const address = shownAddress(connection.base_url);
  const reason = kind === "" ? said : kind;
  const what = /refused/i.test(`${kind} ${said}`)
    ? `nothing answers at ${address}.`
    : /ECONNRESET|EPIPE|ConnectionClosed/.test(kind)
      ? `${address} took the connection and broke it off before an answer began (${reason}).`
      : `${address} cannot be reached (${reason}).`;
  return failure(connection, "provider_unavailable", `${what}${start} ${checkAddress(connection)}`);
}

/** Anything else that an SDK threw. */
export function thrownFailure(connection: Named, thrown: unknown): Failure {
  // The `ollama` SDK's words for a stream that ended without its last line.
  if (/^did not receive done/i.test(messageOf(thrown))) return unfinishedFailure(connection);
  const said = boundedText(redact(messageOf(thrown), connection.secrets), MAX_VENDOR_TEXT);
  const message = `its answer could not be read: ${said.replace(/\.$/, "")}. ${checkAddress(connection)}`;
  return failure(connection, "provider_bad_stream", message);
}

export function unfinishedFailure(connection: Named): Failure {
  return failure(
    connection,
    "provider_bad_stream",
    `its answer broke off in the middle: it stopped before it was finished. ${checkAddress(connection)}`,
  );
}

function codeOf(status: number, said: Said): ErrorCode {
  if (isOutOfCredit(said.kind)) return "provider_refused";
  return isContextFull({ status, ...said }) ? "context_full" : codeOfStatus(status);
}

function codeOfStatus(status: number): ErrorCode {
  if (status === 401 || status === 403) return "provider_auth";
  if (status === 404) return "model_not_found";
  if (status === 429) return "provider_rate_limited";
  if (status === 408 || status === 409 || status === 425 || status >= 500) return "provider_error";
  return "provider_refused";
}

/** Vendors name errors inside a stream by words, some by the HTTP status as a number. */
function codeOfKind(kind: string): ErrorCode {
  const status = Number(kind);
  if (Number.isInteger(status) && status >= 400) return codeOfStatus(status);
  if (isOutOfCredit(kind)) return "provider_refused";
  if (/rate_limit|too_many/.test(kind)) return "provider_rate_limited";
  if (/authentication|permission|unauthorized|invalid_api_key/.test(kind)) return "provider_auth";
  if (/not_found/.test(kind)) return "model_not_found";
  if (/invalid|too_large|content_filter|policy/.test(kind)) {
    return "provider_refused";
  }
  return "provider_error";
}

function isOutOfCredit(kind: string): boolean {
  return /insufficient_quota|billing|credit/.test(kind);
}

function meaningOf(status: number): string {
  const meanings: Record<number, string> = {
    400: "it refused the request",
    401: "the key is not accepted",
    402: "payment is required",
    403: "the key may not do this",
    404: "there is no such model or address",
    408: "it timed out",
    413: "the request is too large",
    429: "too many requests, or the quota is used up",
    529: "it is overloaded",
  };
  return meanings[status] ?? (status >= 500 ? "it failed" : "it refused the request");
}

function adviceOn(code: ErrorCode, status: number, connection: Named): string {
  const key = connection.key_variable;
  if (code === "provider_auth" && key !== null) return `Set ${key} to a valid key.`;
  if (code === "model_not_found") {
    const pull =
      connection.vendor === "ollama" ? ` Get it with \`ollama pull ${connection.model}\`.` : "";
    return `Check the model's name, '${connection.model}'.${pull} ${checkAddress(connection)}`;
  }
  if (code === "context_full") return "Send less, begin a new session, or take another model.";
  if (status === 402) return "Check the account's credit.";
  if (status === 405 || status === 415) return checkAddress(connection);
  return "";
}

/** `retry-after-ms`, or `Retry-After` in seconds or as a date. */
export function readRetryAfter(headers: Headers, now: number): number | undefined {
  const exact = headers.get("retry-after-ms");
  const plain = headers.get("retry-after");
  const wait =
    exact !== null && exact.trim() !== ""
      ? Number(exact)
      : plain === null || plain.trim() === ""
        ? Number.NaN
        : Number.isNaN(Number(plain))
          ? Date.parse(plain) - now
          : Number(plain) * 1000;
  if (Number.isNaN(wait)) return undefined;
  return Math.round(Math.min(Math.max(wait, 0), MAX_RETRY_AFTER_MS));
}

interface Said {
  text: string;
  /** What decides: a status where there is one, else every kind that is named. */
  kind: string;
  /** Every kind that is named. */
  kinds: string;
}

function readBody(body: string, secrets: string[]): Said {
  try {
    return readError(JSON.parse(body), secrets);
  } catch {
    // Not JSON: a proxy's page or plain words.
    const isPage = /^\s*<(!doctype|html|head|body)/i.test(body);
    const text = isPage ? "(a web page)" : boundVendorText(body, secrets);
    return { text, kind: "", kinds: "" };
  }
}

/** `{error: {message, type, code}}`, `{error: "…"}`, `{message}`, `{detail}`, or a list of one. */
function readError(body: unknown, secrets: string[]): Said {
  const outer = fieldsOf(Array.isArray(body) ? body[0] : body);
  const inner = fieldsOf(outer?.error) ?? outer;
  const text =
    textOf(outer?.error) || wordsOf(inner?.message) || wordsOf(inner?.detail) || wordsOf(body);
  const named = [inner?.code, inner?.type].filter((kind) => kind !== null && kind !== undefined);
  const kinds = named.map(String).join(" ");
  const kind = named.length === 1 ? kinds : singleKind(named);
  return { text: boundVendorText(text, secrets), kind, kinds };
}

/** A numeric code says most; otherwise both words are searched. */
function singleKind(kinds: unknown[]): string {
  const status = kinds.find((kind) => typeof kind === "number" || /^\d{3}$/.test(String(kind)));
  return status === undefined ? kinds.map(String).join(" ") : String(status);
}

function wordsOf(value: unknown): string {
  if (typeof value === "string") return value;
  return value === undefined || value === null ? "" : JSON.stringify(value);
}

/** Redacted first: a cut through the middle of a key would leave half of it. */
function boundVendorText(text: string, secrets: string[]): string {
  return boundedText(redact(text, secrets).trim(), MAX_VENDOR_TEXT);
}
