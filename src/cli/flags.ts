// The flags that every command takes, and those of a one-shot. `--help` and the reader share them.
import type { Flags } from "./arguments.ts";

export const globalFlags = {
  env: {
    type: "string",
    valueHint: "name|path",
    description: "Environment (JAMEY_ENV, else default)",
  },
  quiet: { type: "boolean", alias: "q", description: "Only errors on stderr" },
  verbose: {
    type: "boolean",
    alias: "v",
    description: "Tool calls, session id and usage on stderr",
  },
  json: { type: "boolean", description: "Print JSON" },
  color: {
    type: "string",
    valueHint: "when",
    options: ["always", "never", "auto"],
    description: "Colours: always, never, auto",
  },
  "no-color": { type: "boolean", description: "No colours" },
  "no-input": { type: "boolean", description: "Never ask: a question becomes an error" },
  help: { type: "boolean", alias: "h", description: "Show help" },
} as const satisfies Flags;

export const OUTPUT_FORMATS = ["text", "json", "stream-json"] as const;

export const oneShotFlags = {
  prompt: {
    type: "string",
    alias: "p",
    valueHint: "text",
    isRepeatable: true,
    description: "The prompt; repeated ones are joined",
  },
  "no-stdin": { type: "boolean", alias: "n", description: "Do not read stdin (JAMEY_STDIN=skip)" },
  stdin: { type: "boolean", description: "Read stdin to its end, however long it takes" },
  file: {
    type: "string",
    alias: "f",
    valueHint: "path",
    isRepeatable: true,
    description: "Add a text file",
  },
  attach: {
    type: "string",
    alias: "a",
    valueHint: "path",
    isRepeatable: true,
    description: "Attach an image",
  },
  "output-format": {
    type: "string",
    alias: "o",
    valueHint: "format",
    options: OUTPUT_FORMATS,
    description: "text, json or stream-json",
  },
  stream: { type: "boolean", description: "Write text as it comes, also into a pipe" },
  partial: {
    type: "boolean",
    description: "stream-json: signals too, while text is being written",
  },
  "raw-output": { type: "boolean", description: "Keep control characters of the answer" },
  continue: {
    type: "boolean",
    alias: "c",
    description: "Go on with the latest session of this folder",
  },
  resume: {
    type: "string",
    alias: "r",
    valueHint: "session",
    description: "Go on with a session: id, start of an id, or name",
  },
  object: { type: "string", valueHint: "name", description: "Who answers (default: assistant)" },
  model: { type: "string", valueHint: "vendor/model", description: "Model for this message" },
  system: { type: "string", valueHint: "text", description: "Replace the object's prompt" },
  allow: {
    type: "string",
    valueHint: "rule",
    isRepeatable: true,
    description: "Allow calls: shell, 'shell(git diff *)'",
  },
  deny: { type: "string", valueHint: "rule", isRepeatable: true, description: "Deny calls" },
  tools: { type: "string", valueHint: "a,b", description: "Offer only these tools" },
  "on-ask": {
    type: "string",
    valueHint: "deny|fail|queue[:time]",
    description:
      "A call that needs a human: deny it, fail, or queue the question; without it a terminal asks, others deny",
  },
  denials: {
    type: "string",
    valueHint: "ok",
    options: ["ok"],
    description: "ok: denied calls alone do not make exit code 3",
  },
  timeout: {
    type: "string",
    valueHint: "10m",
    description: "Cancel after this time, exit code 124",
  },
  "max-turns": { type: "string", valueHint: "n", description: "At most n model calls" },
  "max-cost": { type: "string", valueHint: "usd", description: "At most this much money" },
  "max-tokens": { type: "string", valueHint: "n", description: "At most n tokens" },
} as const satisfies Flags;

/** What a message can be told also in a chat, where it holds for each one. */
const { object, model, system, allow, deny, tools, continue: latest, resume } = oneShotFlags;
export const chatFlags = {
  object,
  model,
  system,
  allow,
  deny,
  tools,
  "on-ask": oneShotFlags["on-ask"],
  "max-turns": oneShotFlags["max-turns"],
  "max-cost": oneShotFlags["max-cost"],
  "max-tokens": oneShotFlags["max-tokens"],
  continue: latest,
  resume,
} as const satisfies Flags;
