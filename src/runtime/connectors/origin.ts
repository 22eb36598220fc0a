// Which names this listener answers to, and which web pages may speak to it: only its own. A name that
// somebody else's DNS points at us, or a foreign page, is refused before anything is looked at.
// An address is no name: nobody's DNS points it elsewhere, so that who listens everywhere answers to any.
// Bun gives repeated headers as one, joined by commas: a repeated Host or Origin fits nothing here.
import { isIP } from "node:net";
import type { ErrorBody } from "../../protocol/errors.ts";

export type HostRule = (request: Request) => ErrorBody | undefined;

export function createHostRule(options: {
  hostname: string;
  port: number;
  isTls: boolean;
  /** Names as clients send them, with a port or without. */
  allowedHosts: readonly string[];
}): HostRule {
  const { hostname, port, isTls, allowedHosts } = options;
  const scheme = isTls ? "https" : "http";
  const defaultPort = isTls ? 443 : 80;
  const own = isWildcard(hostname) ? [] : [bracketed(hostname)];
  const names = ["127.0.0.1", "localhost", "[::1]", ...own].map((name) => name.toLowerCase());
  const listening = new Set(names.map((name) => `${name}:${port}`));
  if (port === defaultPort) for (const name of names) listening.add(name);
  const isOurs = (host: string) =>
    listening.has(host) ||
    (isWildcard(hostname) && isAddress(host, port, { mayLeaveOut: port === defaultPort }));
  const behindProxy = new Set(
    allowedHosts
      .map((name) => name.toLowerCase())
      .flatMap((name) => (/:\d+$/.test(name) ? [name] : [name, `${name}:${port}`])),
  );

  return (request) => {
    const host = request.headers.get("host")?.toLowerCase() ?? "";
    const isProxied = behindProxy.has(host);
    if (!isProxied && !isOurs(host)) return foreignHost(host);
    // The target of CONNECT, for example, is no path.
    if (!/^https?:\/\//.test(request.url)) return refused("The request is for no path.");
    if (request.method === "OPTIONS") return refused("No web page of another origin may ask here.");
    const origin = request.headers.get("origin");
    if (origin === null) return undefined;
    // A proxy in front of us may speak TLS where we do not.
    const origins = isProxied ? [`http://${host}`, `https://${host}`] : [`${scheme}://${host}`];
    if (origins.includes(origin)) return undefined;
    return refused("Only this daemon's own page may speak to it from a browser.");
  };
}

/** `203.0.113.1:8080` or `[2001:db8::1]:8080`, and not one that stands for all. */
function isAddress(host: string, port: number, { mayLeaveOut }: { mayLeaveOut: boolean }): boolean {
  const [, six, four = "", given] = /^(?:\[([\da-f:.]*)\]|([\d.]*))(?::(\d+))?$/.exec(host) ?? [];
  if (given === undefined ? !mayLeaveOut : given !== String(port)) return false;
  return six === undefined
    ? isIP(four) === 4 && four !== "0.0.0.0"
    : isIP(six) === 6 && !/^[0:]*$/.test(six);
}

const refused = (message: string): ErrorBody => ({ code: "forbidden", message, details: {} });

function foreignHost(host: string): ErrorBody {
  const shown = host.slice(0, 100);
  return refused(
    `This daemon does not answer to the name '${shown}'. If it should: connectors.http.allowed_hosts, or --allow-host, where it runs.`,
  );
}

export const isWildcard = (hostname: string): boolean =>
  ["0.0.0.0", "::", "[::]", ""].includes(hostname);

export const isLoopback = (hostname: string): boolean =>
  /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(hostname);

/** As it stands in a URL. */
export const bracketed = (hostname: string): string =>
  hostname.includes(":") && !hostname.startsWith("[") ? `[${hostname}]` : hostname;
