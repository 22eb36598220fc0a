// The rows of `jamey sessions`: their words, flags and help. Part of the table of commands.
import type { Flags } from "../input/arguments.ts";
import { oneShotFlags } from "./flags.ts";
import { FORMATS, STATUSES } from "./session-words.ts";
import type { Rows, Word } from "./table.ts";

const session: Word = { name: "session" };
const object = { object: oneShotFlags.object } satisfies Flags;
const ofObject = {
  object: { ...oneShotFlags.object, description: "Only sessions of this object" },
} satisfies Flags;
export const limit = {
  limit: { type: "string", alias: "n", valueHint: "n", description: "At most n" },
} as const satisfies Flags;
const named = {
  name: { type: "string", valueHint: "text", description: "Its name" },
} as const satisfies Flags;
const yes = {
  yes: { type: "boolean", alias: "y", description: "Do not ask" },
} as const satisfies Flags;
export const newSessionFlags = {
  ...object,
  ...named,
  mode: oneShotFlags.mode,
  workflow: {
    type: "string",
    valueHint: "name",
    description: "What answers in it is this workflow",
  },
  parameter: {
    type: "string",
    alias: "P",
    valueHint: "key=value",
    isRepeatable: true,
    description: "Fill in a value of the workflow, or of the object's template",
  },
  "session-id": {
    type: "string",
    valueHint: "id",
    description: "Its id; the one that is there, if it is there already",
  },
} as const satisfies Flags;

export const sessionRows: Rows = {
  list: {
    description: "Sessions, newest first",
    flags: {
      ...limit,
      ...ofObject,
      here: { type: "boolean", description: "Only those of this folder" },
    },
    load: async () => (await import("../commands/sessions.ts")).list,
  },
  show: {
    description: "One session with its conversation",
    words: [session],
    flags: {
      last: { type: "boolean", description: "Only the last answer" },
      extract: {
        type: "boolean",
        alias: "x",
        description: "Only the first code block of the last answer",
      },
      raw: oneShotFlags.raw,
    },
    load: async () => (await import("../commands/sessions.ts")).show,
  },
  new: {
    description: "Begin a session without saying anything yet",
    flags: newSessionFlags,
    load: async () => (await import("../commands/session-changes.ts")).create,
  },
  fork: {
    description: "Begin a session with the conversation of another",
    words: [session],
    flags: {
      at: { type: "string", valueHint: "message", description: "Only up to this message" },
      model: {
        type: "string",
        valueHint: "vendor/model",
        description: "Another model answers in the copy",
      },
      ...named,
    },
    load: async () => (await import("../commands/session-copies.ts")).fork,
  },
  export: {
    description: "Write a session as a document to stdout or into a file",
    words: [session],
    flags: {
      format: {
        type: "string",
        valueHint: "format",
        options: FORMATS,
        description: "json (default) can be imported, markdown is to be read",
      },
      output: { type: "string", alias: "O", valueHint: "file", description: "Into this file" },
    },
    load: async () => (await import("../commands/session-copies.ts")).exportSession,
  },
  import: {
    description: "Begin a session with an exported conversation; '-' reads it from stdin",
    words: [{ name: "file" }],
    flags: { ...object, ...named },
    load: async () => (await import("../commands/session-copies.ts")).importSession,
  },
  search: {
    description: "Search the text of all messages",
    words: [{ name: "query", isRest: true }],
    flags: {
      ...limit,
      ...ofObject,
      since: { type: "string", valueHint: "2d|date", description: "Only what was said since then" },
      tool: { type: "string", valueHint: "tool", description: "Only sessions that used this tool" },
      model: {
        type: "string",
        valueHint: "vendor/model",
        description: "Only turns that this model answered",
      },
      status: {
        type: "string",
        valueHint: "status",
        options: STATUSES,
        description: "Only turns that ended like this",
      },
    },
    load: async () => (await import("../commands/sessions.ts")).search,
  },
  data: {
    description: "What the objects share in a session, and those called below it",
    words: [session, { name: "entry", isOptional: true }],
    load: async () => (await import("../commands/session-data.ts")).data,
  },
  rename: {
    description: "Give a session a name",
    words: [session, { name: "name", isRest: true }],
    load: async () => (await import("../commands/session-changes.ts")).rename,
  },
  "resume-queue": {
    description: "Let the messages go on that wait behind a stopped turn",
    words: [session],
    load: async () => (await import("../commands/session-changes.ts")).resumeQueue,
  },
  delete: {
    description: "Delete a session and the text of its messages",
    words: [session],
    flags: yes,
    load: async () => (await import("../commands/session-changes.ts")).remove,
  },
  prune: {
    description: "Delete the sessions that were not used for a while, never one that runs",
    flags: {
      "older-than": { type: "string", valueHint: "90d", description: "Unused for this long" },
      "dry-run": { type: "boolean", description: "Only show which ones" },
      ...yes,
    },
    load: async () => (await import("../commands/session-changes.ts")).prune,
  },
};
