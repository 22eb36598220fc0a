// The table of commands: names, help and flags, light enough to be read for every start. What a row
// does is loaded when it runs.

import { SHELLS } from "../complete/shells.ts";
import type { Run } from "../context.ts";
import type { Flags } from "../input/arguments.ts";
import { configRows, doctorRow } from "./config-rows.ts";
import { envRows } from "./env-rows.ts";
import { chatFlags, interfaceFlags, oneShotFlags, recordFlags } from "./flags.ts";
import { mcpRow } from "./mcp-rows.ts";
import { objectRows } from "./object-rows.ts";
import { requestRows } from "./request-rows.ts";
import { connectorRows, inboxRow, ruleRows, scheduleRows } from "./schedule-rows.ts";
import { serveFlags } from "./serve-flags.ts";
import { limit, newSessionFlags, sessionRows } from "./session-rows.ts";
import { toolRows } from "./tool-rows.ts";
import { workflowRows } from "./workflow-rows.ts";

export interface Word {
  name: string;
  isOptional?: true;
  /** Takes all the words that are left. */
  isRest?: true;
  /** The only words that may stand here. */
  options?: readonly string[];
}

export interface Row {
  description: string;
  words?: readonly Word[];
  flags?: Flags;
  /** Not its own: flags that it knows only to say that they need a prompt. */
  needPrompt?: Flags;
  rows?: Rows;
  /** Shows the page of the command that its words name. */
  isHelp?: true;
  /** Shows the manual, made from this table. */
  isManual?: true;
  load?: () => Promise<Run>;
}

export type Rows = Readonly<Record<string, Row>>;

const session: Word = { name: "session" };

const initFlags = {
  vendor: {
    type: "string",
    valueHint: "vendor",
    description: "Whose model: openai, anthropic, ollama, …",
  },
  model: {
    type: "string",
    valueHint: "model",
    description: "Which model (default: the vendor's usual one)",
  },
  "key-from-env": {
    type: "boolean",
    description: "Take the key from the vendor's environment variable",
  },
  "key-stdin": { type: "boolean", description: "Take the key from stdin" },
  "base-url": {
    type: "string",
    valueHint: "url",
    description: "The server's address, where it is not the vendor's own",
  },
  "no-test": { type: "boolean", description: "Do not try it with a real call" },
  yes: { type: "boolean", alias: "y", description: "Do not ask: replace what is kept already" },
} as const satisfies Flags;

const daemonRows: Rows = {
  start: {
    description: "Start the daemon in the background and wait until it answers",
    flags: serveFlags,
    load: async () => (await import("../commands/daemon.ts")).start,
  },
  stop: {
    description: "Stop it and wait until it is gone; running turns go on at the next start",
    load: async () => (await import("../commands/daemon.ts")).stop,
  },
  restart: {
    description: "Stop it, then start it: with these options, else with those it had",
    flags: serveFlags,
    load: async () => (await import("../commands/daemon.ts")).restart,
  },
  status: {
    description:
      "Whether it runs, and how it is; exit code 69 when it does not; -q says nothing else",
    load: async () => (await import("../commands/daemon.ts")).status,
  },
  logs: {
    description: "Show its log",
    flags: {
      ...limit,
      follow: { type: "boolean", alias: "f", description: "Go on with what is added" },
    },
    load: async () => (await import("../commands/logs.ts")).logs,
  },
};

const keyRows: Rows = {
  create: {
    description: "Make a key for a program; its text is shown this once",
    words: [{ name: "name" }],
    flags: {
      scope: {
        type: "string",
        valueHint: "read,chat,admin",
        description: "What it may do: admin includes chat, chat includes read (default: chat)",
      },
      expires: {
        type: "string",
        valueHint: "30d|date",
        description: "When it ends (default: when it is revoked)",
      },
    },
    load: async () => (await import("../commands/keys.ts")).create,
  },
  list: {
    description: "Keys, without their text",
    load: async () => (await import("../commands/keys.ts")).list,
  },
  revoke: {
    description: "End a key, and at once whatever is connected with it",
    words: [{ name: "key" }],
    load: async () => (await import("../commands/keys.ts")).revoke,
  },
};

export const rows: Rows = {
  run: {
    description: "Say something once and print the answer",
    words: [{ name: "prompt", isOptional: true, isRest: true }],
    flags: oneShotFlags,
    load: async () => (await import("../commands/one-shot.ts")).oneShot,
  },
  record: {
    description: "Say something once, and keep what the models say as a script: -O FILE",
    words: [{ name: "prompt", isOptional: true, isRest: true }],
    flags: recordFlags,
    load: async () => (await import("../commands/record.ts")).record,
  },
  test: {
    description: "Play the tests of an environment, without a network: tests/*.yml, or those named",
    words: [{ name: "file", isOptional: true, isRest: true }],
    flags: {
      junit: {
        type: "string",
        valueHint: "file",
        description: "Write the results as JUnit XML too",
      },
    },
    load: async () => (await import("../commands/test.ts")).test,
  },
  replay: {
    description: "What happened in a session, step by step, called objects inline",
    words: [session],
    flags: {
      step: { type: "boolean", description: "One step at a time, with keys" },
      at: {
        type: "string",
        valueHint: "seq",
        description: "The session as it was after this step",
      },
    },
    load: async () => (await import("../commands/replay.ts")).replay,
  },
  chat: {
    description: "Start interactive chat session",
    flags: chatFlags,
    needPrompt: oneShotFlags,
    load: async () => (await import("../commands/chat.ts")).chat,
  },
  tui: {
    description: "The full-screen interface; jamey alone opens it, too",
    flags: interfaceFlags,
    load: async () => (await import("../commands/tui.ts")).tui,
  },
  attach: {
    description: "The full-screen interface on a daemon that runs already",
    words: [{ name: "session", isOptional: true }],
    flags: interfaceFlags,
    load: async () => (await import("../commands/tui.ts")).attach,
  },
  serve: {
    description: "Run the daemon in the foreground",
    flags: serveFlags,
    load: async () => (await import("../commands/serve.ts")).serve,
  },
  daemon: {
    description: "The daemon in the background",
    rows: daemonRows,
  },
  env: {
    description: "Environments: objects, settings and conversations, each in a folder",
    rows: envRows,
  },
  config: {
    description: "Settings, and where they come from",
    rows: configRows,
  },
  doctor: doctorRow,
  mcp: mcpRow,
  acp: {
    description: "Agent Client Protocol: what an editor starts, over stdio",
    words: [{ name: "object", isOptional: true }],
    load: async () => (await import("../commands/acp.ts")).acp,
  },
  sessions: {
    description: "Conversations",
    rows: sessionRows,
  },
  requests: {
    description: "Questions and approvals that wait for a human",
    rows: requestRows,
  },
  inbox: inboxRow,
  rules: {
    description: "What humans allowed objects for good, in answers",
    rows: ruleRows,
  },
  schedules: {
    description: "What wakes objects by itself: times, files, webhooks",
    rows: scheduleRows,
  },
  connectors: {
    description: "Interfaces: clients that are attached, servers that objects opened",
    rows: connectorRows,
  },
  objects: {
    description: "Prompt objects",
    rows: objectRows,
  },
  workflows: {
    description: "Graphs of objects that work together",
    rows: workflowRows,
  },
  tools: {
    description: "What agents can do",
    rows: toolRows,
  },
  keys: {
    description: "Keys for programs that reach the daemon over HTTP",
    rows: keyRows,
  },
  events: {
    description: "The stream of events",
    flags: {
      follow: { type: "boolean", alias: "f", description: "Go on with what happens" },
      ...limit,
      since: {
        type: "string",
        valueHint: "seq|time",
        description: "Only after this event, or of the last 2h",
      },
      type: {
        type: "string",
        valueHint: "type",
        isRepeatable: true,
        description: "Only this type",
      },
      session: { type: "string", valueHint: "session", description: "Only this session" },
    },
    load: async () => (await import("../commands/events.ts")).events,
  },
  models: {
    description: "Vendors, and which model would answer",
    load: async () => (await import("../commands/models.ts")).models,
  },
  usage: {
    description: "Tokens and money, of one session and those called below it, or of all",
    words: [{ name: "session", isOptional: true }],
    flags: {
      by: {
        type: "string",
        valueHint: "what",
        options: ["session", "object", "model", "day", "tree"],
        description: "Summed up per session, object, model (default), day or tree of calls",
      },
      since: {
        type: "string",
        valueHint: "7d|date",
        description: "Only from that day on: whole days, UTC",
      },
    },
    load: async () => (await import("../commands/usage.ts")).usage,
  },
  "create-session": {
    description: "Create a new session",
    flags: newSessionFlags,
    load: async () => (await import("../commands/session-changes.ts")).create,
  },
  "list-tools": {
    description: "List available tools",
    load: async () => (await import("../commands/tools.ts")).list,
  },
  status: {
    description: "Get session status",
    words: [session],
    load: async () => (await import("../commands/sessions.ts")).status,
  },
  init: {
    description: "Connect a model: find or ask for its key, try it, keep it",
    flags: initFlags,
    load: async () => (await import("../commands/init.ts")).init,
  },
  completion: {
    description: "Print a shell's completion",
    words: [{ name: "shell", options: SHELLS }],
    load: async () => (await import("../commands/completion.ts")).completion,
  },
  man: {
    description: "The manual: shown on a terminal, roff into a pipe",
    isManual: true,
  },
  "exit-codes": {
    description: "What the exit codes mean",
    load: async () => (await import("../commands/exit-codes.ts")).exitCodes,
  },
  version: {
    description: "Show the version",
    load: async () => (await import("../commands/version.ts")).version,
  },
  help: {
    description: "Show help of a command or a topic",
    words: [{ name: "command", isOptional: true, isRest: true }],
    isHelp: true,
  },
};
