// The rows of `jamey objects`: their words, flags and help. Part of the table of commands.
import type { Flags } from "../input/arguments.ts";
import { OBJECT_TEMPLATES } from "./object-templates.ts";
import type { Rows, Word } from "./table.ts";

const object: Word = { name: "object" };
const reason = {
  reason: { type: "string", valueHint: "text", description: "Why, for its history" },
} as const satisfies Flags;

export const objectRows: Rows = {
  list: {
    description: "Prompt objects and what they are doing",
    load: async () => (await import("../commands/objects.ts")).list,
  },
  show: {
    description: "One object: prompt, capabilities, state",
    words: [object],
    flags: {
      at: { type: "string", valueHint: "version", description: "Only the text of this version" },
    },
    load: async () => (await import("../commands/objects.ts")).show,
  },
  new: {
    description: "Make an object",
    words: [{ name: "name" }],
    flags: {
      template: {
        type: "string",
        valueHint: "template",
        options: OBJECT_TEMPLATES,
        description: "What it begins with (default: minimal)",
      },
      edit: { type: "boolean", alias: "e", description: "Open it in your editor first" },
      ...reason,
    },
    load: async () => (await import("../commands/object-changes.ts")).create,
  },
  edit: {
    description:
      "Change an object's text in $VISUAL or $EDITOR; it counts from the next message on",
    words: [object],
    flags: {
      file: {
        type: "string",
        valueHint: "file|-",
        description: "Take the text from a file, or from stdin",
      },
      base: {
        type: "string",
        valueHint: "version",
        description: "The version that the text was made from; refused where another is live",
      },
      ...reason,
    },
    load: async () => (await import("../commands/object-changes.ts")).edit,
  },
  rename: {
    description: "Give an object another name; its sessions stay with the old one",
    words: [object, { name: "name" }],
    flags: reason,
    load: async () => (await import("../commands/object-changes.ts")).rename,
  },
  delete: {
    description: "Take an object away; its sessions and its history stay",
    words: [object],
    flags: { yes: { type: "boolean", alias: "y", description: "Do not ask" }, ...reason },
    load: async () => (await import("../commands/object-changes.ts")).remove,
  },
  history: {
    description: "An object's versions, newest first: who changed it, when and why",
    words: [object],
    flags: { limit: { type: "string", alias: "n", valueHint: "n", description: "At most n" } },
    load: async () => (await import("../commands/object-history.ts")).history,
  },
  diff: {
    description: "What the last change did; since a version; or between two",
    words: [object, { name: "version", isOptional: true }, { name: "other", isOptional: true }],
    load: async () => (await import("../commands/object-history.ts")).diff,
  },
  revert: {
    description: "Make an earlier version the live one, also of an object that was deleted",
    words: [object, { name: "version" }],
    flags: reason,
    load: async () => (await import("../commands/object-changes.ts")).revert,
  },
};
