// The table of commands: names, help and flags, light enough to be read for every start. What a row
// does is loaded when it runs.
import type { Flags } from "./arguments.ts";
import type { Run } from "./context.ts";
import { chatFlags, oneShotFlags } from "./flags.ts";

export interface Word {
  name: string;
  isOptional?: true;
  /** Takes all the words that are left. */
  isRest?: true;
}

export interface Row {
  description: string;
  words?: readonly Word[];
  flags?: Flags;
  rows?: Rows;
  /** Shows the page of the command that its words name. */
  isHelp?: true;
  load?: () => Promise<Run>;
}

export type Rows = Readonly<Record<string, Row>>;

const session: Word = { name: "session" };
const object = { object: oneShotFlags.object } satisfies Flags;
const limit = {
  limit: { type: "string", alias: "n", valueHint: "n", description: "At most n" },
} as const satisfies Flags;

const daemonRows: Rows = {
  start: {
    description: "Start the daemon in the background and wait until it answers",
    load: async () => (await import("./commands/daemon.ts")).start,
  },
  stop: {
    description: "Stop it and wait until it is gone; running turns go on at the next start",
    load: async () => (await import("./commands/daemon.ts")).stop,
  },
  restart: {
    description: "Stop it, then start it",
    load: async () => (await import("./commands/daemon.ts")).restart,
  },
  status: {
    description: "Whether it runs, and how it is; exit code 69 when it does not",
    load: async () => (await import("./commands/daemon.ts")).status,
  },
  logs: {
    description: "Show its log",
    flags: {
      ...limit,
      follow: { type: "boolean", alias: "f", description: "Go on with what is added" },
    },
    load: async () => (await import("./commands/logs.ts")).logs,
  },
};

const sessionRows: Rows = {
  list: {
    description: "Sessions, newest first",
    flags: {
      ...limit,
      ...object,
      here: { type: "boolean", description: "Only those of this folder" },
    },
    load: async () => (await import("./commands/sessions.ts")).list,
  },
  show: {
    description: "One session with its conversation",
    words: [session],
    flags: { last: { type: "boolean", description: "Only the last answer" } },
    load: async () => (await import("./commands/sessions.ts")).show,
  },
  search: {
    description: "Search the text of all messages",
    words: [{ name: "query", isRest: true }],
    flags: { ...limit, ...object },
    load: async () => (await import("./commands/sessions.ts")).search,
  },
  rename: {
    description: "Give a session a name",
    words: [session, { name: "name", isRest: true }],
    load: async () => (await import("./commands/sessions.ts")).rename,
  },
  delete: {
    description: "Delete a session and the text of its messages",
    words: [session],
    flags: { yes: { type: "boolean", alias: "y", description: "Do not ask" } },
    load: async () => (await import("./commands/sessions.ts")).remove,
  },
};

const requestRows: Rows = {
  list: {
    description: "What waits for a human",
    load: async () => (await import("./commands/requests.ts")).list,
  },
  answer: {
    description: "Answer a question; '-' or no text reads it from stdin",
    words: [{ name: "request" }, { name: "text", isOptional: true, isRest: true }],
    load: async () => (await import("./commands/requests.ts")).respond,
  },
  approve: {
    description: "Allow exactly the call that is shown",
    words: [{ name: "request" }],
    flags: {
      session: { type: "boolean", description: "And exactly this for the rest of the session" },
    },
    load: async () => (await import("./commands/requests.ts")).approve,
  },
  deny: {
    description: "Refuse a call",
    words: [{ name: "request" }],
    flags: { reason: { type: "string", valueHint: "text", description: "Why, for the agent" } },
    load: async () => (await import("./commands/requests.ts")).deny,
  },
};

const objectRows: Rows = {
  list: {
    description: "Prompt objects and what they are doing",
    load: async () => (await import("./commands/objects.ts")).list,
  },
  show: {
    description: "One object: prompt, capabilities, state",
    words: [{ name: "object" }],
    load: async () => (await import("./commands/objects.ts")).show,
  },
};

const toolRows: Rows = {
  list: {
    description: "Tools, one per line",
    load: async () => (await import("./commands/tools.ts")).list,
  },
  run: {
    description: 'Run one tool yourself: \'{"path": "a"}\' or path=a',
    words: [{ name: "tool" }, { name: "arguments", isOptional: true, isRest: true }],
    flags: {
      session: { type: "string", valueHint: "session", description: "In this session's folder" },
    },
    load: async () => (await import("./commands/tools.ts")).runTool,
  },
};

export const rows: Rows = {
  run: {
    description: "Say something once and print the answer",
    words: [{ name: "prompt", isOptional: true, isRest: true }],
    flags: oneShotFlags,
    load: async () => (await import("./commands/one-shot.ts")).oneShot,
  },
  chat: {
    description: "Start interactive chat session",
    flags: chatFlags,
    load: async () => (await import("./commands/chat.ts")).chat,
  },
  serve: {
    description: "Run the daemon in the foreground",
    load: async () => (await import("./commands/serve.ts")).serve,
  },
  daemon: { description: "The daemon in the background", rows: daemonRows },
  sessions: { description: "Conversations", rows: sessionRows },
  requests: { description: "Questions and approvals that wait for a human", rows: requestRows },
  objects: { description: "Prompt objects", rows: objectRows },
  tools: { description: "What agents can do", rows: toolRows },
  events: {
    description: "The stream of events",
    flags: {
      follow: { type: "boolean", alias: "f", description: "Go on with what happens" },
      since: { type: "string", valueHint: "seq", description: "Only after this event" },
      type: {
        type: "string",
        valueHint: "type",
        isRepeatable: true,
        description: "Only this type",
      },
      session: { type: "string", valueHint: "session", description: "Only this session" },
    },
    load: async () => (await import("./commands/events.ts")).events,
  },
  models: {
    description: "Vendors, and which model would answer",
    load: async () => (await import("./commands/models.ts")).models,
  },
  usage: {
    description: "Tokens and money, of one session or of all",
    words: [{ name: "session", isOptional: true }],
    load: async () => (await import("./commands/usage.ts")).usage,
  },
  "create-session": {
    description: "Create a new session",
    flags: { ...object, name: { type: "string", valueHint: "text", description: "Its name" } },
    load: async () => (await import("./commands/sessions.ts")).create,
  },
  "list-tools": {
    description: "List available tools",
    load: async () => (await import("./commands/tools.ts")).list,
  },
  status: {
    description: "Get session status",
    words: [session],
    load: async () => (await import("./commands/sessions.ts")).status,
  },
  "exit-codes": {
    description: "What the exit codes mean",
    load: async () => (await import("./commands/exit-codes.ts")).exitCodes,
  },
  version: {
    description: "Show the version",
    load: async () => (await import("./commands/version.ts")).version,
  },
  help: {
    description: "Show help of a command",
    words: [{ name: "command", isOptional: true, isRest: true }],
    isHelp: true,
  },
};
