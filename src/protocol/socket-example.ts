// How the WebSocket is spoken, as a worked example: what a client sends, in its order, and what each brings.
// One place for the OpenAPI document and for help; a test plays it against a daemon.
import { PROTOCOL_VERSION } from "./version.ts";

export const socketExample: readonly (readonly [frame: object, meaning: string])[] = [
  [
    { type: "attach", client: "example", version: "1", protocol_version: PROTOCOL_VERSION },
    "always first, within seconds; the answer is hello, with the newest seq and the journal_id",
  ],
  [
    {
      id: 1,
      type: "Subscribe",
      payload: { event_types: ["MessageAdded"], signal_types: ["TextDelta"] },
    },
    "answered by Subscribed; then events, signals and caught_up come",
  ],
  [
    { id: 2, type: "SendMessage", payload: { po_name: "assistant", message: "hello" } },
    "answered by MessageAccepted, with the turn_id",
  ],
  [
    { id: 3, type: "WaitForTurn", payload: { turn_id: "TURN_ID" } },
    "answered by MessageResponse when the turn has ended",
  ],
];

/** What comes from the daemon, by the `type` of the frame. */
export const socketFrames: readonly (readonly [name: string, meaning: string])[] = [
  ["hello", "who the daemon is; `seq` is the newest event, `journal_id` the journal it counts in"],
  ["<Reply>", "an answer: `id` is that of the request, `type` the reply's name or Error"],
  ["event", "what happened: `subscription_id`, `seq`, `at`, `event_type`, `payload`"],
  ["signal", "what is happening, such as text being written; never kept, may be coalesced"],
  ["caught_up", "all that was kept after the cursor has come; from here on it is live"],
  ["gap", "what was asked for is no longer kept: fetch the state anew, then go on"],
];
