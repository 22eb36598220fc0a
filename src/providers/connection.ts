// What a call to a vendor needs besides the request: where, with which key, how long, how much.

export type Fetch = (input: string, init: RequestInit & { timeout?: false }) => Promise<Response>;

export interface Timeouts {
  /** From the start of the request to the first byte of the answer. */
  first_byte_ms: number;
  /** Between two reads that bring bytes; keep-alive comments count as bytes. */
  idle_ms: number;
}

/** What the caller lends to this folder. Everything but `variable` has a default. */
export interface Access {
  /** A key or an address by its variable's name: the caller's, the daemon's or the stored one. */
  variable(name: string): string | undefined;
  /** Where a variable's value comes from, for people; never the value. */
  source?(name: string): string | undefined;
  fetch?: Fetch;
  timeouts?: Partial<Timeouts>;
  /** Milliseconds since 1970, for a `Retry-After` that is a date. */
  now?(): number;
  /** Where `scripted/<relative path>` is looked up, and where next. */
  folder?: string;
  folder_next?: string;
}

export interface Connection {
  vendor: string;
  /** The vendor's own name of the model. */
  model: string;
  base_url: string;
  /** How a human changes the address: `OPENAI_BASE_URL`, or null where there is no such variable. */
  base_url_variable: string | null;
  key_variable: string | null;
  /** Headers of this vendor, the key's among them. They go to the origin of `base_url` only. */
  headers: Record<string, string>;
  /** Values that no message may contain. */
  secrets: string[];
  query: Record<string, string>;
  fetch: Fetch;
  timeouts: Timeouts;
  now(): number;
}

export const DEFAULT_TIMEOUTS: Timeouts = { first_byte_ms: 60_000, idle_ms: 90_000 };

/** The SDKs' own clock, far behind ours. */
export const SDK_TIMEOUT_MS = 24 * 3_600_000;

/** An address as people may see it: without user, password and query. */
export function shownAddress(address: string): string {
  const url = URL.parse(address);
  return url === null ? "(not an address)" : `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}

/** Throws away nothing but trailing slashes; undefined where the text is no http(s) address. */
export function parseAddress(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) return undefined;
  return text.replace(/\/+$/, "");
}
