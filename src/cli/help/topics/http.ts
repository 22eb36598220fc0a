// The daemon over HTTP.
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
      "Every request but GET /health carries a key: Authorization: Bearer KEY. jamey keys create NAME makes one, for every environment of this user. jamey's own programs on this machine find the local one by themselves.",
      "From another machine: JAMEY_TOKEN=KEY jamey --url https://host 'hello there'. No daemon is started for a URL.",
    ],
  },
  {
    title: "Scopes",
    text: ["Each includes those before it. A key holds what it was made with."],
    entries: [
      ["read", "every conversation, and what happens"],
      [
        "chat",
        "talk to agents, who may read their workspace and do what your rules allow; answer and deny what they ask",
      ],
      [
        "admin",
        "run anything as you: approve, give secrets, allow more for one message, make keys, stop the daemon",
      ],
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
      [
        "POST /v1/chat/completions",
        "OpenAI's API, each object a model; /v1/responses, /v1/models too",
      ],
      ["GET /metrics", "for Prometheus"],
      ["GET /ws", "WebSocket: jamey help websocket"],
    ],
  },
  {
    title: "A message",
    text: [
      "It is answered when its turn has ended. Calls that need a human's approval are denied, as in any script; {settings: {on_ask: queue}} waits for the human. A client that goes away does not stop the turn: POST /api/turns/<id>/cancel does.",
    ],
  },
  {
    title: "Errors",
    text: [
      "{error: {code, message, details}} with a fitting status; the codes are those of the command line. A page of another origin is refused.",
    ],
  },
];
