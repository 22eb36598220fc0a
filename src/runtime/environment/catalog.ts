// The live objects of an environment. A file is read again when it has changed, so that an edit counts
// for the next turn; a broken one is reported with its line and the last good version stays live.
import { JameyError, messageOf } from "../../protocol/errors.ts";
import type { Log } from "../log.ts";
import { type ObjectDefinition, parseObject } from "./object-file.ts";

/** Objects in one environment. */
const MAX_OBJECTS = 1_000;

/** What the catalog needs of the folder `objects/`. */
export interface ObjectFiles {
  /** Paths of the markdown files, sorted, with a stamp that changes when the file does. */
  list(): { file: string; stamp: string }[];
  read(file: string): string;
}

export interface Catalog {
  list(): ObjectDefinition[];
  get(po_name: string): ObjectDefinition | undefined;
  /** The object as its file is now; undefined when there is none of this name. */
  refresh(po_name?: string): ObjectDefinition | undefined;
  /** Files that could not be read, by path. */
  problems(): Map<string, string>;
}

interface Entry {
  stamp: string;
  definition: ObjectDefinition | undefined;
}

export function createCatalog(options: {
  files: ObjectFiles;
  hash: (text: string) => string;
  log: Log;
  changed(change: { type: "loaded" | "unloaded"; po_name: string; hash: string }): void;
}): Catalog {
  const { files, log } = options;
  const entries = new Map<string, Entry>();
  const problems = new Map<string, string>();
  const byName = (po_name: string) =>
    [...entries.values()].find((one) => one.definition?.name === po_name)?.definition;

  function report(file: string, problem: string): void {
    if (problems.get(file) === problem) return;
    problems.set(file, problem);
    log.warn("object not loaded", { file, problem });
  }

  function load(file: string, stamp: string): void {
    const before = entries.get(file);
    // A file with a problem is read again each time: what it lacks may have come about elsewhere.
    if (before?.stamp === stamp && !problems.has(file)) return;
    entries.set(file, { stamp, definition: before?.definition });
    try {
      const definition = parseObject({
        text: files.read(file),
        file,
        hash: options.hash,
        warn: (problem) => log.warn(problem),
      });
      const other = byName(definition.name);
      if (other && other.file !== file) {
        const message = `${file}: the name '${definition.name}' is taken by ${other.file}.`;
        throw new JameyError("config_invalid", message);
      }
      entries.set(file, { stamp, definition });
      problems.delete(file);
      if (before?.definition && before.definition.name !== definition.name) gone(before.definition);
      if (before?.definition?.hash !== definition.hash) {
        options.changed({ type: "loaded", po_name: definition.name, hash: definition.hash });
      }
    } catch (thrown) {
      // A person's file is at fault, not the daemon: it is reported and the last good version stays.
      report(file, messageOf(thrown));
    }
  }

  function gone({ name, hash }: ObjectDefinition): void {
    options.changed({ type: "unloaded", po_name: name, hash });
  }

  function refresh(): void {
    const all = files.list();
    const present = all.slice(0, MAX_OBJECTS);
    for (const { file } of all.slice(MAX_OBJECTS)) report(file, `there are ${MAX_OBJECTS} already`);
    const names = new Set(present.map((one) => one.file));
    const there = new Set(all.map((one) => one.file));
    for (const file of problems.keys()) if (!there.has(file)) problems.delete(file);
    for (const [file, entry] of entries) {
      if (names.has(file)) continue;
      entries.delete(file);
      if (entry.definition) gone(entry.definition);
    }
    for (const { file, stamp } of present) load(file, stamp);
  }

  return {
    list: () =>
      [...entries.values()]
        .flatMap((one) => (one.definition ? [one.definition] : []))
        .toSorted((one, other) => (one.name < other.name ? -1 : 1)),
    get: byName,
    refresh(po_name) {
      refresh();
      return po_name === undefined ? undefined : byName(po_name);
    },
    problems: () => problems,
  };
}
