// The rows of `jamey requests`: their words, flags and help. Part of the table of commands.
import { limit } from "./session-rows.ts";
import type { Rows } from "./table.ts";

export const requestRows: Rows = {
  list: {
    description: "What waits for a human",
    load: async () => (await import("../commands/requests.ts")).list,
  },
  show: {
    description: "One request, whole",
    words: [{ name: "request" }],
    load: async () => (await import("../commands/requests.ts")).show,
  },
  answer: {
    description:
      "Answer a question, named by its id or the start of it; '-' or no text reads it from stdin",
    words: [{ name: "request" }, { name: "text", isOptional: true, isRest: true }],
    load: async () => (await import("../commands/requests.ts")).respond,
  },
  approve: {
    description: "Allow exactly the call that is shown",
    words: [{ name: "request" }],
    flags: {
      session: { type: "boolean", description: "And exactly this for the rest of the session" },
      rule: {
        type: "boolean",
        description: "And exactly this of this object from now on, in every session",
      },
      "rule-for": {
        type: "string",
        valueHint: "pattern",
        description: "And from now on all of this tool that fits, such as 'git diff *'",
      },
    },
    load: async () => (await import("../commands/requests.ts")).approve,
  },
  deny: {
    description: "Refuse a call",
    words: [{ name: "request" }],
    flags: {
      session: { type: "boolean", description: "And exactly this for the rest of the session" },
      reason: { type: "string", valueHint: "text", description: "Why, for the agent" },
    },
    load: async () => (await import("../commands/requests.ts")).deny,
  },
  answered: {
    description: "Who answered what, the newest last (default: 20)",
    flags: {
      ...limit,
      session: { type: "string", valueHint: "session", description: "Only of this session" },
    },
    load: async () => (await import("../commands/request-answers.ts")).answered,
  },
};
