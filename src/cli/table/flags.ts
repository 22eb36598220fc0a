// The flags that every command takes, and those of a one-shot. `--help` and the reader share them.
import type { AgentMode } from "../../protocol/messages.ts";
import type { Flags } from "../input/arguments.ts";

export const globalFlags = {
  env: {
    type: "string",
    valueHint: "name|path",
    description: "Environment (JAMEY_ENV, else that of jamey env default)",
  },
  url: {
    type: "string",
    valueHint: "url",
    description: "A daemon elsewhere (JAMEY_URL), with the key in JAMEY_TOKEN",
  },
  "runtime-url": { type: "string", valueHint: "url", description: "The same as --url" },
  quiet: { type: "boolean", alias: "q", description: "Only errors on stderr" },
  verbose: {
    type: "boolean",
    alias: "v",
    description: "Tool calls, session id and usage on stderr; -vv: what the client does, too",
  },
  "debug-file": {
    type: "string",
    valueHint: "path",
    description: "Write what the client does to a file",
  },
  json: { type: "boolean", description: "Print JSON" },
  color: {
    type: "string",
    valueHint: "when",
    options: ["always", "never", "auto"],
    description: "Colours: always, never, auto",
  },
  "no-color": { type: "boolean", description: "No colours" },
  "no-pager": { type: "boolean", description: "Long output is not shown in a pager" },
  "no-input": { type: "boolean", description: "Never ask: a question becomes an error" },
  help: { type: "boolean", alias: "h", description: "Show help" },
} as const satisfies Flags;

export const OUTPUT_FORMATS = ["text", "markdown", "json", "stream-json"] as const;

export const INPUT_FORMATS = ["text", "stream-json"] as const;
/** How an object works: alone, or with others in a pattern. */
export const AGENT_MODES = [
  "single",
  "sequential",
  "parallel",
  "debate",
  "review",
  "workflow",
] as const satisfies readonly AgentMode[];
export const PERMISSION_MODES = ["read-only", "edit", "auto"] as const;

export const oneShotFlags = {
  prompt: {
    type: "string",
    alias: "p",
    valueHint: "text",
    isRepeatable: true,
    description: "The prompt; repeated ones are joined",
  },
  "prompt-file": {
    type: "string",
    valueHint: "path|-",
    isRepeatable: true,
    description: "The prompt is in a file, or on stdin",
  },
  interactive: {
    type: "string",
    alias: "i",
    valueHint: "text",
    description: "Begin a chat with this prompt",
  },
  "no-stdin": { type: "boolean", alias: "n", description: "Do not read stdin (JAMEY_STDIN=skip)" },
  stdin: { type: "boolean", description: "Read stdin to its end, however long it takes" },
  "max-stdin": {
    type: "string",
    valueHint: "size",
    description: "Refuse more than this on stdin: 500K, 2M (default: 10M)",
  },
  file: {
    type: "string",
    alias: "f",
    valueHint: "path|url|-",
    isRepeatable: true,
    description:
      "Add text: a file, a folder, a pattern, a URL, '-' for stdin; of a folder not what git ignores, hidden files and links",
  },
  attach: {
    type: "string",
    alias: "a",
    valueHint: "path|url|-",
    isRepeatable: true,
    description: "Attach an image",
  },
  mime: {
    type: "string",
    valueHint: "type",
    description: "What -a attaches, whatever its first bytes say: image/png",
  },
  "expand-at": { type: "boolean", description: "Add the files that the prompt names as @path" },
  "input-format": {
    type: "string",
    valueHint: "format",
    options: INPUT_FORMATS,
    description: "stream-json: messages as lines of JSON on stdin, one turn after the other",
  },
  "output-format": {
    type: "string",
    alias: "o",
    valueHint: "format",
    options: OUTPUT_FORMATS,
    description: "text, markdown (not rendered), json or stream-json",
  },
  output: {
    type: "string",
    alias: "O",
    valueHint: "file",
    description: "Write the answer to a file too, once it is complete",
  },
  extract: {
    type: "string",
    alias: "x",
    valueHint: "lang",
    optionalValue: { default: "" },
    description: "Print only the first code block (of a language: -xpython)",
  },
  "extract-all": {
    type: "string",
    alias: "X",
    valueHint: "lang",
    optionalValue: { default: "" },
    description: "Print all code blocks",
  },
  raw: { type: "boolean", description: "In a terminal: the answer as it is, not rendered" },
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
  fork: { type: "boolean", description: "With -c or -r: go on in a copy of that session" },
  name: { type: "string", valueHint: "text", description: "Name of the new session" },
  "session-id": {
    type: "string",
    valueHint: "id",
    description: "Id of the new session; if it is there already, go on with it",
  },
  "no-save": { type: "boolean", description: "Forget the session when the answer is there" },
  object: { type: "string", valueHint: "name", description: "Who answers (default: assistant)" },
  parameter: {
    type: "string",
    alias: "P",
    valueHint: "key=value",
    isRepeatable: true,
    description: "Fill in a value of the object's template",
  },
  model: { type: "string", valueHint: "vendor/model", description: "Model for this message" },
  system: { type: "string", valueHint: "text", description: "Replace the object's prompt" },
  mode: {
    type: "string",
    valueHint: "mode",
    options: AGENT_MODES,
    description: "How it works: single, sequential, parallel, debate, review, workflow",
  },
  workflow: {
    type: "string",
    valueHint: "name",
    description: "Who answers is this workflow, in a session of its own",
  },
  "permission-mode": {
    type: "string",
    valueHint: "mode",
    options: PERMISSION_MODES,
    description: "read-only: only look. edit: write files too. auto: all that no rule denies",
  },
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
    offered: ["deny", "fail", "queue"],
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
  "idle-timeout": {
    type: "string",
    valueHint: "2m",
    description: "Cancel when nothing happens for so long, exit code 124",
  },
  "max-turns": { type: "string", valueHint: "n", description: "At most n model calls" },
  "max-cost": { type: "string", valueHint: "usd", description: "At most this much money" },
  "max-tokens": { type: "string", valueHint: "n", description: "At most n tokens" },
  schema: {
    type: "string",
    valueHint: "file|json|fields",
    description: "The answer is one JSON document: schema.json, 'name, age int, tags[]'",
  },
  "schema-retries": {
    type: "string",
    valueHint: "n",
    description: "How often an answer that does not fit is asked for again (default: 2)",
  },
  record: {
    type: "string",
    valueHint: "file",
    description: "Keep what the models say as a script, which plays as --model scripted/FILE",
  },
  "dry-run": {
    type: "boolean",
    description: "Print what would be sent, to whom and with which limits; spend nothing",
  },
} as const satisfies Flags;

/** `jamey record`: its -O is the recording. */
const { record: _record, output: _output, ...recordable } = oneShotFlags;
export const recordFlags = {
  ...recordable,
  output: {
    type: "string",
    alias: "O",
    valueHint: "file",
    description: "Where the script is kept",
  },
  force: { type: "boolean", description: "Also over a file that is there already" },
} as const satisfies Flags;

/** What a message can be told also in a chat, where it holds for each one. */
const {
  object,
  parameter,
  model,
  system,
  mode,
  allow,
  deny,
  tools,
  continue: latest,
  resume,
} = oneShotFlags;
export const chatFlags = {
  interactive: oneShotFlags.interactive,
  raw: oneShotFlags.raw,
  object,
  parameter,
  model,
  system,
  mode,
  "permission-mode": oneShotFlags["permission-mode"],
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

/** What the full-screen interface takes. */
export const interfaceFlags = {
  session: {
    type: "string",
    valueHint: "session",
    description: "Open this session: id, start of an id, or name",
  },
  continue: latest,
  resume,
  object,
  model,
  plain: {
    type: "boolean",
    description: "Line by line, for screen readers (JAMEY_SCREEN_READER=1, TERM=dumb)",
  },
  "reduced-motion": { type: "boolean", description: "Nothing moves by itself" },
  theme: {
    type: "string",
    valueHint: "name",
    options: ["auto", "dark", "light", "vivid", "mono"],
    description: "Colours: of the terminal (auto, dark, light), vivid, mono",
  },
} as const satisfies Flags;
