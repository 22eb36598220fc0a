// The rows of `jamey tools`: their words, flags and help. Part of the table of commands.
import { TOOL_LANGUAGES } from "../../protocol/tool-checks.ts";
import type { Rows, Word } from "./table.ts";

const tool: Word = { name: "tool" };

export const toolRows: Rows = {
  list: {
    description: "Tools, one per line; those of the environment with what a human said of them",
    load: async () => (await import("../commands/tools.ts")).list,
  },
  run: {
    description: 'Run one tool yourself: \'{"path": "a"}\' or path=a',
    words: [tool, { name: "arguments", isOptional: true, isRest: true }],
    flags: {
      session: { type: "string", valueHint: "session", description: "In this session's folder" },
    },
    load: async () => (await import("../commands/tools.ts")).runTool,
  },
  show: {
    description:
      "One tool of the environment: all that would run, and what changed since it was approved",
    words: [tool],
    load: async () => (await import("../commands/plugins.ts")).show,
  },
  approve: {
    description: "Let a tool of the environment run, as it is shown, until it changes",
    words: [tool],
    flags: { yes: { type: "boolean", alias: "y", description: "Do not ask" } },
    load: async () => (await import("../commands/plugins.ts")).approve,
  },
  revoke: {
    description: "Take an approval back: it asks again before it runs",
    words: [tool],
    load: async () => (await import("../commands/plugins.ts")).revoke,
  },
  new: {
    description: "Begin a tool of your own: its manifest, and a program that passes the check",
    words: [tool],
    flags: {
      lang: {
        type: "string",
        valueHint: "language",
        options: [...TOOL_LANGUAGES],
        description: "What its program is written in (default: sh)",
      },
      folder: {
        type: "string",
        valueHint: "path",
        description: "Where, instead of the folder tools/ of the environment",
      },
    },
    load: async () => (await import("../commands/tool-new.ts")).create,
  },
  check: {
    description: "Try the tools of a folder with the examples in their manifests, without a daemon",
    words: [{ name: "path" }],
    load: async () => (await import("../commands/tool-check.ts")).check,
  },
};
