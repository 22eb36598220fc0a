// The rows of `jamey env`: environments as folders that are made, copied, moved and passed on.
import type { Flags } from "../input/arguments.ts";
import type { Row, Rows, Word } from "./table.ts";

const environment: Word = { name: "environment" };
const maybe: Word = { ...environment, isOptional: true };

const yes = {
  yes: { type: "boolean", alias: "y", description: "Do not ask" },
} as const satisfies Flags;
const name = {
  name: { type: "string", valueHint: "text", description: "Under another name" },
} as const satisfies Flags;
const withSessions = {
  "with-sessions": { type: "boolean", description: "The conversations too" },
} as const satisfies Flags;

const looks = {
  list: {
    description: "Environments; the one that is used by itself has a star",
    load: async () => (await import("../commands/env.ts")).list,
  },
  info: {
    description: "One environment: folder, objects, sessions, daemon",
    words: [maybe],
    load: async () => (await import("../commands/env.ts")).info,
  },
} satisfies Rows;

const create: Row = {
  description: "Make a new environment",
  words: [{ name: "name", isOptional: true }],
  flags: {
    template: { type: "string", valueHint: "template", description: "What it begins with" },
    list: { type: "boolean", description: "List the templates" },
  },
  load: async () => (await import("../commands/env.ts")).create,
};

export const envRows: Rows = {
  ...looks,
  create,
  default: {
    description: "Which environment is used without --env and JAMEY_ENV; a name chooses it",
    words: [maybe],
    load: async () => (await import("../commands/env.ts")).chooseDefault,
  },
  clone: {
    description: "Copy objects and settings into a new environment",
    words: [environment, { name: "new-name" }],
    flags: withSessions,
    load: async () => (await import("../commands/env.ts")).clone,
  },
  rename: {
    description: "Give it another name; its daemon must be stopped",
    words: [environment, { name: "new-name" }],
    load: async () => (await import("../commands/env.ts")).rename,
  },
  archive: {
    description: "Put all of it into one file, then take its folder away",
    words: [environment],
    load: async () => (await import("../commands/env-files.ts")).archive,
  },
  restore: {
    description: "Bring back what was archived or deleted, as it was",
    words: [{ name: "name|file" }],
    flags: name,
    load: async () => (await import("../commands/env-files.ts")).restore,
  },
  delete: {
    description: "Move it to the trash, which keeps the last ten",
    words: [environment],
    flags: {
      ...yes,
      purge: { type: "boolean", description: "Not to the trash: it is gone for good" },
    },
    load: async () => (await import("../commands/env.ts")).remove,
  },
  export: {
    description: "Write objects, settings, workflows and tools into a file for others",
    words: [maybe],
    flags: {
      output: { type: "string", alias: "O", valueHint: "file", description: "The file" },
      ...withSessions,
    },
    load: async () => (await import("../commands/env-files.ts")).exportEnvironment,
  },
  import: {
    description: "Make an environment from such a file; nothing in it starts until it is trusted",
    words: [{ name: "file" }],
    flags: name,
    load: async () => (await import("../commands/env-files.ts")).importEnvironment,
  },
  trust: {
    description: "Show what an imported environment would make active, and allow it",
    words: [maybe],
    flags: yes,
    load: async () => (await import("../commands/env-trust.ts")).trust,
  },
};
