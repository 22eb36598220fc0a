// A file that is named by its address: fetched whole, within a time, a size and a number of redirects.
// Rules: 1. Only http and https, wherever a redirect leads; never from https to http.
//        2. Nothing is cut: what is larger is refused.
import { JameyError, messageOf } from "../../protocol/errors.ts";
import { usageError } from "../input/arguments.ts";
import { showSize } from "../input/byte-size.ts";

const FETCH_TIMEOUT_MS = 30_000;
const MAX_REDIRECTS = 5;

/** An address, and no path that looks like one. */
export const isAddress = (name: string): boolean => /^[a-z][a-z0-9+.-]+:\/\//i.test(name);

/** Refuses what could never be fetched, without asking anybody. */
export function parseAddress(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url) throw usageError(`'${text}' is no address.`);
  if (!isFetched(url)) {
    throw usageError(`${url.protocol}// is not fetched, only http:// and https://. Give a path.`);
  }
  if (url.username || url.password) {
    throw usageError(
      "An address with a password is not fetched: fetch it yourself, pipe it in (-f -).",
    );
  }
  return url;
}

const isFetched = (url: URL): boolean => url.protocol === "https:" || url.protocol === "http:";

export async function fetchFile(first: URL, maxBytes: number): Promise<Uint8Array> {
  const signal = AbortSignal.timeout(FETCH_TIMEOUT_MS);
  let url = first;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const response = await request(url, signal);
    const next = redirectOf(response, url);
    if (!next) return await readBody(response, { url, maxBytes });
    await response.body?.cancel();
    url = next;
  }
  throw new JameyError(
    "input_missing",
    `${first.href} leads through more than ${MAX_REDIRECTS} redirects.`,
  );
}

async function request(url: URL, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { redirect: "manual", signal });
  } catch (cause) {
    throw unreachable(url, cause);
  }
}

function redirectOf(response: Response, from: URL): URL | undefined {
  const location = response.headers.get("location");
  if (response.status < 300 || response.status > 399 || location === null) return undefined;
  const to = URL.canParse(location, from.href) ? new URL(location, from.href) : undefined;
  if (to && isFetched(to) && (to.protocol === "https:" || from.protocol === "http:")) return to;
  throw new JameyError("input_missing", `${from.href} leads to ${location}: that is not followed.`);
}

async function readBody(
  response: Response,
  { url, maxBytes }: { url: URL; maxBytes: number },
): Promise<Uint8Array> {
  if (!response.ok) {
    await response.body?.cancel();
    const isTheirs = response.status >= 500 || response.status === 429;
    const message = `${url.href} answered ${response.status}.`;
    throw new JameyError(isTheirs ? "unavailable" : "input_missing", message);
  }
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const piece of response.body ?? []) {
      pieces.push(piece);
      length += piece.length;
      if (length > maxBytes) {
        throw new JameyError("too_large", `${url.href}: more than ${showSize(maxBytes)}.`);
      }
    }
  } catch (cause) {
    if (cause instanceof JameyError) throw cause;
    throw unreachable(url, cause);
  }
  return Buffer.concat(pieces);
}

function unreachable(url: URL, cause: unknown): JameyError {
  const isLate = cause instanceof Error && cause.name === "TimeoutError";
  const why = isLate ? `no answer within ${FETCH_TIMEOUT_MS / 1000} s` : messageOf(cause);
  return new JameyError("unavailable", `Cannot fetch ${url.href}: ${why}`, { cause });
}
