// The flags of a daemon's start: settings for this one run, in the shape of a manifest, above all others.
import { resolve } from "node:path";
import { type Arguments, type Flags, usageError } from "../input/arguments.ts";

export const serveFlags = {
  http: {
    type: "string",
    valueHint: "port",
    optionalValue: { default: "", pattern: /^\d+$/ },
    description: "Listen on TCP for HTTP too (8080, or connectors.http.port; 0: a free one)",
  },
  host: {
    type: "string",
    valueHint: "address",
    description: "Listen on this address (127.0.0.1); another than loopback needs a key",
  },
  static: {
    type: "string",
    valueHint: "folder",
    description: "Serve the files of this folder, to everybody",
  },
  "tls-cert": { type: "string", valueHint: "file", description: "Certificate for HTTPS (PEM)" },
  "tls-key": { type: "string", valueHint: "file", description: "Its key (PEM)" },
  "allow-host": {
    type: "string",
    valueHint: "name",
    isRepeatable: true,
    description: "A name by which clients call the listener",
  },
  mcp: { type: "boolean", description: "Let MCP clients attach, whatever the settings say" },
  "log-level": {
    type: "string",
    valueHint: "level",
    options: ["debug", "info", "warn", "error"],
    description: "debug, info, warn or error",
  },
} as const satisfies Flags;

const MAX_PORT = 65_535;

/** What the flags say of the settings; relative paths are those of the directory. */
export function readServeSettings(given: Arguments, directory: string): Record<string, unknown> {
  const path = (flag: string) => {
    const text = given.text(flag);
    if (text === "") throw usageError(`--${flag} needs a path.`);
    return text === undefined ? undefined : resolve(directory, text);
  };
  const tls = { cert: path("tls-cert"), key: path("tls-key") };
  if ((tls.cert === undefined) !== (tls.key === undefined)) {
    throw usageError("--tls-cert and --tls-key belong together: give both.");
  }
  const hosts = given.list("allow-host");
  const http = {
    enabled: given.has("http") || undefined,
    port: readPort(given.text("http")),
    host: given.text("host"),
    static_dir: path("static"),
    tls,
    allowed_hosts: hosts.length > 0 ? hosts : undefined,
  };
  const mcp = { enabled: given.has("mcp") || undefined };
  return withoutGaps({ connectors: { http, mcp }, log_level: given.text("log-level") }) ?? {};
}

function readPort(text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= MAX_PORT) return port;
  throw usageError(`--http takes a port from 0 to ${MAX_PORT}; not '${text}'.`);
}

/** Without what was not given, and without groups that hold nothing then. */
function withoutGaps(values: object): Record<string, unknown> | undefined {
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(values)) {
    const isGroup = typeof value === "object" && value !== null && !Array.isArray(value);
    const inner = isGroup ? withoutGaps(value) : value;
    if (inner !== undefined) kept[key] = inner;
  }
  return Object.keys(kept).length > 0 ? kept : undefined;
}
