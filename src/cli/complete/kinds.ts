// What may stand in a place of the command line, told from the table: a flag's hint or name, a word's name.
import type { Flag } from "../input/arguments.ts";
import type { Word } from "../table/table.ts";

/** Where the values of a kind come from; `files` and `folders` are the shell's own business. */
export type Kind =
  | ("environments" | "objects" | "sessions" | "requests" | "tools" | "models" | "vendors" | "keys")
  | ("workflows" | "settings" | "events" | "files" | "folders" | "none");

const kindOfHint: Readonly<Record<string, Kind>> = {
  "name|path": "environments",
  session: "sessions",
  "vendor/model": "models",
  vendor: "vendors",
  tool: "tools",
  type: "events",
  path: "files",
  file: "files",
  "file|-": "files",
  "path|-": "files",
  "path|url|-": "files",
  "file|json|fields": "files",
  folder: "folders",
  dir: "folders",
  directory: "folders",
};

const kindOfName: Readonly<Record<string, Kind>> = {
  env: "environments",
  environment: "environments",
  object: "objects",
  session: "sessions",
  request: "requests",
  workflow: "workflows",
  tool: "tools",
  tools: "tools",
  allow: "tools",
  deny: "tools",
  model: "models",
  key: "keys",
  setting: "settings",
  file: "files",
  path: "files",
};

const look = (table: Readonly<Record<string, Kind>>, name: string): Kind | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

export const kindOfFlag = (name: string, { valueHint = "" }: Flag): Kind =>
  look(kindOfHint, valueHint.toLowerCase()) ?? look(kindOfName, name) ?? "none";

export const kindOfWord = ({ name }: Word): Kind => look(kindOfName, name.toLowerCase()) ?? "none";
