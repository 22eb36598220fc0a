// The rows of `jamey inbox`, `jamey rules`, `jamey schedules` and `jamey connectors`. Part of the table of commands.
import type { Row, Rows, Word } from "./table.ts";

const schedule: Word = { name: "schedule" };

export const inboxRow: Row = {
  description: "Answer what waits for a human, one question after another",
  flags: {
    follow: { type: "boolean", alias: "f", description: "Go on with what comes" },
  },
  load: async () => (await import("../commands/inbox.ts")).inbox,
};

export const ruleRows: Rows = {
  list: {
    description: "Rules that count until they are removed",
    load: async () => (await import("../commands/rules.ts")).list,
  },
  remove: {
    description: "Take one away",
    words: [{ name: "rule" }],
    load: async () => (await import("../commands/rules.ts")).remove,
  },
};

export const scheduleRows: Rows = {
  list: {
    description: "What wakes whom, when it did and when it will",
    load: async () => (await import("../commands/schedules.ts")).list,
  },
  pause: {
    description: "Let one wake nobody until it is resumed",
    words: [schedule],
    load: async () => (await import("../commands/schedules.ts")).pause,
  },
  resume: {
    description: "Let it wake again",
    words: [schedule],
    load: async () => (await import("../commands/schedules.ts")).resume,
  },
  run: {
    description: "Wake the object now",
    words: [schedule],
    flags: {
      wait: { type: "boolean", description: "Until it has answered, and print the answer" },
    },
    load: async () => (await import("../commands/schedules.ts")).run,
  },
};

export const connectorRows: Rows = {
  list: {
    description: "Who is attached, and what objects opened: where, how often used",
    load: async () => (await import("../commands/connectors.ts")).list,
  },
  stop: {
    description: "Close what an object opened, for good",
    words: [{ name: "connector" }],
    load: async () => (await import("../commands/connectors.ts")).stop,
  },
};
