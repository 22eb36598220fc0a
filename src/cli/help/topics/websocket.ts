// How a client speaks over the WebSocket.
import { socketExample, socketFrames } from "../../../protocol/socket-example.ts";
import type { Section } from "./section.ts";

export const websocket: readonly Section[] = [
  {
    title: "Connecting",
    text: [
      "websocat -H 'Authorization: Bearer KEY' ws://127.0.0.1:8080/ws",
      "A WebSocket message is one frame, or an array of frames: JSON text. Over the unix socket of the daemon it needs no key.",
    ],
  },
  {
    title: "What a client sends",
    entries: socketExample.map(([frame, meaning]) => [JSON.stringify(frame), meaning]),
  },
  {
    title: "What comes back",
    entries: socketFrames,
  },
  {
    title: "After a broken connection",
    text: [
      "Attach again, and Subscribe with after: the seq of the last event, and journal_id: that of the first hello. What happened meanwhile comes then, each event once. SendMessage with a message_key may be sent again: the same key is the same message.",
    ],
  },
  {
    title: "More",
    text: [
      "Every command with its parameters: GET /openapi.json, under /api/call. The schemas of the frames stand there under /ws.",
    ],
  },
];
