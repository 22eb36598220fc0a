// What programs read: the object of json and the lines of stream-json.
import type { Section } from "./section.ts";

export const formats: readonly Section[] = [
  {
    title: "-o json, --json",
    text: [
      "One object on stdout when the turn has ended. --json works with every command; when one fails, or the line is wrong (with -o stream-json too), stdout gets {type: error, error: {code, message, retryable, details}, exit_code}.",
    ],
    entries: [
      ["text, structured", "the answer; with --schema also as the document it is"],
      ["status, exit_code", "how it ended (jamey exit-codes)"],
      ["error", "null, or its code, message and whether trying again may help"],
      ["session_id, run_id", "to go on with it: jamey -r ID"],
      ["agent, model, turns", "who answered, in how many model calls"],
      ["usage, cost_usd, duration_ms", "tokens, money, time"],
      ["denials, pending_requests", "what was refused, and what waits for a human"],
      ["stdin_skipped, warnings", "what should not go unseen"],
      ["is_offline", "true: no model is connected, and the offline guide answered"],
    ],
  },
  {
    title: "-o stream-json",
    text: [
      "One object per line, as it happens: first init, then events as the journal has them, last result, which is the object of json. --partial adds signals while text is being written. Ignore types and fields that you do not know.",
    ],
    entries: [
      ['{"type":"init"}', "session, agent, model, tools, what the stream may hold"],
      ['{"type":"event"}', "event_type, seq, at, payload"],
      ['{"type":"signal"}', "signal_type, offset, text; never kept, may be coalesced"],
      ['{"type":"result"}', "the end, always the last line"],
    ],
  },
  {
    title: "--input-format stream-json",
    text: [
      "Messages as lines of JSON on stdin, with -o stream-json: one turn after the other in one session. One init, and one result for each message; the exit code is that of the last line. A line that is not understood ends the run with 65 and is named.",
    ],
    entries: [
      ['{"type":"user","text":"…"}', "a message"],
      [
        '{"type":"user","message":…}',
        "the same: text, or {role, content} with text and image parts",
      ],
    ],
  },
  {
    title: "Examples",
    text: [
      "jamey -o json 'name three colours' | jq -r .text",
      "jamey -o stream-json 'count files' | jq -c 'select(.type == \"event\") | .event_type'",
    ],
  },
];
