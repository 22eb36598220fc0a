// The rows of `jamey workflows`: their words, flags and help. Part of the table of commands.
import type { Flags } from "../input/arguments.ts";
import { oneShotFlags } from "./flags.ts";
import type { Rows, Word } from "./table.ts";

const workflow: Word = { name: "workflow" };

/** Those of a message that a run has a use for: its objects choose prompts and tools themselves. */
const runFlags = {
  prompt: oneShotFlags.prompt,
  "prompt-file": oneShotFlags["prompt-file"],
  "no-stdin": oneShotFlags["no-stdin"],
  stdin: oneShotFlags.stdin,
  file: oneShotFlags.file,
  parameter: {
    type: "string",
    alias: "P",
    valueHint: "key=value",
    isRepeatable: true,
    description: "Give a parameter of the workflow",
  },
  name: oneShotFlags.name,
  model: {
    type: "string",
    valueHint: "vendor/model",
    description: "Model of the objects that name none",
  },
  "output-format": oneShotFlags["output-format"],
  output: oneShotFlags.output,
  raw: oneShotFlags.raw,
  stream: oneShotFlags.stream,
  allow: oneShotFlags.allow,
  deny: oneShotFlags.deny,
  "on-ask": oneShotFlags["on-ask"],
  "max-turns": oneShotFlags["max-turns"],
  "max-tokens": oneShotFlags["max-tokens"],
  "max-cost": oneShotFlags["max-cost"],
  timeout: oneShotFlags.timeout,
} as const satisfies Flags;

export const workflowRows: Rows = {
  list: {
    description: "The workflows of the environment",
    load: async () => (await import("../commands/workflows.ts")).list,
  },
  show: {
    description: "Draw one: its nodes, and what leads from each to the next",
    words: [workflow],
    flags: { mermaid: { type: "boolean", description: "As Mermaid, for a page" } },
    load: async () => (await import("../commands/workflows.ts")).show,
  },
  validate: {
    description: "Say what is wrong with a file, a workflow, or all of them, line by line",
    words: [{ name: "file", isOptional: true }],
    load: async () => (await import("../commands/workflows.ts")).validate,
  },
  run: {
    description: "Give a workflow a message, watch its nodes, and print its answer",
    words: [workflow, { name: "message", isOptional: true, isRest: true }],
    flags: runFlags,
    load: async () => (await import("../commands/one-shot.ts")).runWorkflow,
  },
};
