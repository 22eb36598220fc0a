// The daemon over HTTP and WebSocket.
import type { Section } from "./section.ts";

export const http: readonly Section[] = [
  {
    title: "The unix socket",
    text: [
      "Always on, for this user alone: curl --unix-socket ~/.local/state/jamey/run/default.sock http://jamey/health",
    ],
  },
  {
    title: "TCP",
    text: [
      "Only when asked: jamey serve --http 8080, or jamey daemon start --http 8080. It listens on 127.0.0.1 unless --host says otherwise; elsewhere it needs a key that was made for it, and --tls-cert and --tls-key for HTTPS.",
      "Every request but GET /health carries a key: Authorization: Bearer KEY. jamey keys create NAME makes one. jamey's own programs on this machine find the local one by themselves.",
      "From another machine: JAMEY_TOKEN=KEY jamey --url https://host 'hello there'. No daemon is started for a URL.",
    ],
  },
  {
    title: "Paths",
    entries: [
      ["GET /health", "OK"],
      ["GET /openapi.json", "every path with its schema"],
      ["POST /api/call/<Command>", "every command, its parameters as JSON"],
      ["POST /api/pos/<name>/message", "say something, get the answer"],
      ["GET /api/events", "server-sent events; Last-Event-ID goes on after an event"],
      ["GET /ws", "WebSocket: the protocol of jamey's own programs"],
    ],
  },
  {
    title: "Errors",
    text: [
      "{error: {code, message, details}} with a fitting status; the codes are those of the command line. A page of another origin is refused.",
    ],
  },
];
