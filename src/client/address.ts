// A daemon that is named by its URL: where it is, and which key it is shown.
// Rules: 1. The local token goes only to the daemon that wrote it: a loopback address that this environment's
//           daemon says it listens on. 2. What is named by URL is never started.
import { readFileSync } from "node:fs";
import { type ErrorBody, errorCodes, JameyError } from "../protocol/errors.ts";
import type { EnvironmentPlaces } from "../protocol/places.ts";
import { type Connection, type Introduction, openConnection } from "./connection.ts";
import { readRunning } from "./running.ts";
import type { Variables } from "./variables.ts";

export interface RemoteAddress {
  /** Scheme, host and port. */
  url: string;
  token: string | undefined;
}

/** How long a daemon may take to say why it let nobody in, in milliseconds. */
const DIAGNOSIS_TIMEOUT_MS = 5_000;

/** A flag > JAMEY_URL; undefined where neither names one. */
export function findUrl(flag: string | undefined, variables: Variables): string | undefined {
  if (flag !== undefined) return readUrl(flag, "--url");
  return variables.JAMEY_URL ? readUrl(variables.JAMEY_URL, "JAMEY_URL") : undefined;
}

/** The origin of a URL. A path, a query or a key in it is nothing that we would use. */
export function readUrl(text: string, from: string): string {
  const refuse = (why: string) =>
    new JameyError(
      "invalid_request",
      `${from} ${why}: give it like http://127.0.0.1:8080 or https://jamey.example.com.`,
    );
  if (!URL.canParse(text)) throw refuse(`'${text}' is no URL`);
  const url = new URL(text);
  if (url.protocol !== "http:" && url.protocol !== "https:") throw refuse("takes http and https");
  if (url.username || url.password) throw refuse("takes no key in the URL (JAMEY_TOKEN does)");
  if (/[^/]/.test(url.pathname) || url.search || url.hash) throw refuse("takes no path");
  return url.origin;
}

/** JAMEY_TOKEN; else, for this environment's own daemon, the token that it left for us. */
export function addressOf(
  url: string,
  { variables, places }: { variables: Variables; places: EnvironmentPlaces },
): RemoteAddress {
  if (variables.JAMEY_TOKEN) return { url, token: variables.JAMEY_TOKEN };
  const own = isLoopback(url) ? ownUrl(places) : undefined;
  if (own === undefined || !isLoopback(own) || !isSame(url, own)) return { url, token: undefined };
  // In the clear at the address as the daemon wrote it: what `localhost` leads to may be somebody else's. With
  // TLS under the name that was asked for: the certificate holds for a name, and says whose it is.
  const at = url.startsWith("https:") ? url : own;
  return { url: at, token: readText(places.token)?.trim() };
}

/** A key would leave this machine unencrypted. */
export const isReadable = ({ url, token }: RemoteAddress): boolean =>
  token !== undefined && url.startsWith("http:") && !isLoopback(url);

const isLoopback = (url: string): boolean =>
  /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(new URL(url).hostname);

function isSame(url: string, own: string): boolean {
  const [asked, written] = [new URL(url), new URL(own)];
  const isHost = asked.hostname === written.hostname || asked.hostname === "localhost";
  return isHost && asked.protocol === written.protocol && portOf(asked) === portOf(written);
}

const portOf = ({ port, protocol }: URL): string => port || (protocol === "https:" ? "443" : "80");

/** What the daemon of this environment says of itself. */
function ownUrl(places: EnvironmentPlaces): string | undefined {
  const { url } = readRunning(places);
  return url !== undefined && URL.canParse(url) ? new URL(url).origin : undefined;
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (_missing) {
    return undefined;
  }
}

/**
 * Attaches to a daemon elsewhere. Our folder and our keys of vendors stay here. A refusal is asked for its
 * reason, which a WebSocket does not tell.
 */
export async function connectTo(
  address: RemoteAddress,
  introduction: Introduction,
): Promise<Connection> {
  try {
    return await openConnection(address, { ...introduction, workspace: null, variables: {} });
  } catch (thrown) {
    if (!(thrown instanceof JameyError) || thrown.code !== "unavailable") throw thrown;
    throw (await askWhy(address)) ?? thrown;
  }
}

async function askWhy({ url, token }: RemoteAddress): Promise<JameyError | undefined> {
  try {
    const response = await fetch(`${url}/ws`, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      redirect: "manual",
      signal: AbortSignal.timeout(DIAGNOSIS_TIMEOUT_MS),
    });
    if (response.status === 401) return noKey(url, token);
    const body: unknown = await response.json();
    const said = readError(body);
    // Before anybody is asked what they may do, only a name can be forbidden: no key would help.
    const code = said?.code === "forbidden" ? "config_invalid" : said?.code;
    return said && code && new JameyError(code, `${url}: ${said.message}`);
  } catch (thrown) {
    const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
    if (!/CERT|SIGNATURE|ISSUER|TLS|SSL/.test(code)) return undefined;
    const message = `The certificate of ${url} ${whyRefused(code)}`;
    return new JameyError("unavailable", message, { cause: thrown });
  }
}

/** What is wrong with a certificate, by the code that TLS gives, and what helps. */
function whyRefused(code: string): string {
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return "is for other names: ask under one that it holds, or have it made for this one too.";
  }
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID") {
    return `does not hold now (${code}): it has to be renewed, or this machine's clock set.`;
  }
  return `is not trusted here (${code}): name its authority in NODE_EXTRA_CA_CERTS.`;
}

function noKey(url: string, token: string | undefined): JameyError {
  const what =
    token === undefined
      ? `${url} needs a key: set JAMEY_TOKEN.`
      : `${url} does not know the key that it was shown: set JAMEY_TOKEN to one that holds.`;
  const { hostname } = new URL(url);
  const isHere = hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
  const how = isHere
    ? "If another environment's daemon listens there, name it: --env NAME. 'jamey keys create NAME' makes a key."
    : "Where the daemon runs, 'jamey keys create NAME' makes one.";
  return new JameyError("unauthorized", `${what} ${how}`);
}

function readError(body: unknown): Pick<ErrorBody, "code" | "message"> | undefined {
  if (typeof body !== "object" || body === null || !("error" in body)) return undefined;
  const { error } = body;
  if (typeof error !== "object" || error === null) return undefined;
  if (!("code" in error) || !("message" in error)) return undefined;
  const { code, message } = error;
  if (typeof code !== "string" || !Object.hasOwn(errorCodes, code)) return undefined;
  return { code: code as ErrorBody["code"], message: String(message) }; // Its presence was just seen.
}
