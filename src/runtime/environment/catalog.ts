// The live objects of an environment. A file is read again when it has changed, so that an edit counts
// for the next turn; a broken one is reported with its line and the last good version stays live.
// An object is its name: a file that is moved, or whose name is taken over in one go, is no other object.
import { basename } from "node:path";
import { messageOf } from "../../protocol/errors.ts";
import type { Log } from "../log.ts";
import { type ObjectDefinition, parseObject } from "./object-file.ts";
import type { ObjectFiles } from "./object-files.ts";

/** Objects in one environment. */
const MAX_OBJECTS = 1_000;

export interface Catalog {
  list(): ObjectDefinition[];
  get(po_name: string): ObjectDefinition | undefined;
  /** The object as its file is now; undefined when there is none of this name. */
  refresh(po_name?: string): ObjectDefinition | undefined;
  /** The same, by a look at its own file alone where that is as it was: the others' are not news of it. */
  current(po_name: string): ObjectDefinition | undefined;
  /** Files that could not be read, by path. */
  problems(): Map<string, string>;
  /** The first look: of a file that is broken, what was good when the last daemon ended stays live. */
  begin(remembered: readonly Remembered[]): void;
}

/** An object that was live when the last daemon ended. */
export interface Remembered {
  po_name: string;
  /** Its name in the folder of objects. */
  file: string | null;
  /** Its text; undefined where none was kept. */
  text(): string | undefined;
}

export type CatalogChange =
  | { type: "found"; definition: ObjectDefinition; text: string; is_new: boolean }
  | { type: "unloaded"; po_name: string };

interface Entry {
  stamp: string;
  definition: ObjectDefinition | undefined;
}

interface Looked {
  file: string;
  stamp: string;
  found: { definition: ObjectDefinition; text: string } | { problem: string };
}

type Good = Looked & {
  found: { definition: ObjectDefinition; text: string };
  /** Not what the file holds, which is broken. */
  isRecalled?: true;
};

export function createCatalog(options: {
  files: Pick<ObjectFiles, "list" | "read" | "stamp">;
  hash: (text: string) => string;
  log: Log;
  changed(change: CatalogChange): void;
}): Catalog {
  const { files, changed } = options;
  const entries = new Map<string, Entry>();
  const problems = new Map<string, string>();
  let remembered = new Map<string, Remembered>();
  let isFirst = true;
  const definitions = () =>
    [...entries.values()].flatMap((one) => (one.definition ? [one.definition] : []));
  /** Asked several times in each turn: it makes no list of a thousand objects for it. */
  function byName(po_name: string): ObjectDefinition | undefined {
    for (const { definition } of entries.values()) {
      if (definition?.name === po_name) return definition;
    }
    return undefined;
  }

  const { report, reportBeyond, look, recall } = createReader({ ...options, problems });

  const accept = createAcceptance({ entries, problems, report, byName });

  function forgetGone(all: { file: string }[], present: { file: string }[]): void {
    const there = new Set(all.map((one) => one.file));
    const names = new Set(present.map((one) => one.file));
    for (const file of problems.keys()) if (!there.has(file)) problems.delete(file);
    for (const file of entries.keys()) if (!names.has(file)) entries.delete(file);
  }

  function refresh(): void {
    const all = files.list();
    const present = all.slice(0, MAX_OBJECTS);
    reportBeyond(all.slice(MAX_OBJECTS).map((one) => one.file));
    const before = new Map(definitions().map((one) => [one.name, one]));
    forgetGone(all, present);
    // A file with a problem is read again each time: what it lacks may have come about elsewhere.
    const looked = present
      .filter(({ file, stamp }) => entries.get(file)?.stamp !== stamp || problems.has(file))
      .map(look);
    const broken = looked.filter((one) => "problem" in one.found);
    for (const { file, stamp, found } of broken) {
      if ("problem" in found) report(file, found.problem);
      entries.set(file, { stamp, definition: entries.get(file)?.definition });
    }
    const recalled = isFirst
      ? broken.flatMap((one) => recall(one, remembered.get(basename(one.file))))
      : [];
    const good = [...looked.filter(isGood), ...recalled];
    const accepted = accept(good, before, isFirst ? remembered : undefined);
    const live = new Set(definitions().map((one) => one.name));
    for (const change of changesOf({ accepted, before, live, isFirst })) changed(change);
    isFirst = false;
  }

  return {
    list: () => definitions().toSorted((one, other) => (one.name < other.name ? -1 : 1)),
    get: byName,
    refresh(po_name) {
      refresh();
      return po_name === undefined ? undefined : byName(po_name);
    },
    current(po_name) {
      const known = byName(po_name);
      if (known && !problems.has(known.file)) {
        const stamp = files.stamp(known.file);
        if (stamp !== undefined && stamp === entries.get(known.file)?.stamp) return known;
      }
      refresh();
      return byName(po_name);
    },
    problems: () => problems,
    begin(known) {
      remembered = new Map(known.flatMap((one) => (one.file === null ? [] : [[one.file, one]])));
      refresh();
      remembered = new Map();
    },
  };
}

/** What is new, and what is there no more. */
function changesOf(options: {
  accepted: Good[];
  before: Map<string, ObjectDefinition>;
  live: Set<string>;
  isFirst: boolean;
}): CatalogChange[] {
  const { accepted, before, live, isFirst } = options;
  const found = accepted.flatMap(({ found: { definition, text } }): CatalogChange[] => {
    const known = before.get(definition.name);
    if (known?.hash === definition.hash && known.file === definition.file) return [];
    return [{ type: "found", definition, text, is_new: isFirst }];
  });
  const gone = [...before.keys()].filter((po_name) => !live.has(po_name));
  return [...found, ...gone.map((po_name) => ({ type: "unloaded" as const, po_name }))];
}

const isGood = (one: Looked): one is Good => "definition" in one.found;

/** Reads files as objects, and says what is wrong with them once. */
function createReader(options: {
  files: Pick<ObjectFiles, "read">;
  hash: (text: string) => string;
  log: Log;
  problems: Map<string, string>;
}) {
  const { files, log, problems } = options;

  function report(file: string, problem: string): void {
    if (problems.get(file) === problem) return;
    problems.set(file, problem);
    log.warn("object not loaded", { file, problem });
  }

  /** In one line, however many they are. */
  function reportBeyond([first, ...others]: string[]): void {
    for (const file of others) problems.delete(file);
    if (first === undefined) return;
    const more = others.length === 0 ? "" : ` and ${others.length} more files`;
    const limit = `an environment holds ${MAX_OBJECTS} objects, which is reached`;
    report(first, `${first}${more}: not loaded: ${limit}`);
  }

  const parse = (text: string, file: string): ObjectDefinition =>
    parseObject({ text, file, hash: options.hash, warn: (problem) => log.warn(problem) });

  function look({ file, stamp }: { file: string; stamp: string }): Looked {
    try {
      const text = files.read(file);
      return { file, stamp, found: { definition: parse(text, file), text } };
    } catch (thrown) {
      // A person's file is at fault, not the daemon: it is reported and the last good version stays.
      return { file, stamp, found: { problem: messageOf(thrown) } };
    }
  }

  /** The last good version of a file that was broken while no daemon ran. */
  function recall({ file, stamp }: Looked, last: Remembered | undefined): Good[] {
    const text = last?.text();
    if (text === undefined) return [];
    try {
      return [{ file, stamp, found: { definition: parse(text, file), text }, isRecalled: true }];
    } catch (thrown) {
      report(file, messageOf(thrown));
      return [];
    }
  }

  return { report, reportBeyond, look, recall };
}

/** Those that keep their name come first: the second file of a name is the one that is new. */
function createAcceptance(parts: {
  entries: Map<string, Entry>;
  problems: Map<string, string>;
  report(file: string, problem: string): void;
  byName(po_name: string): ObjectDefinition | undefined;
}) {
  const { entries, problems, report, byName } = parts;
  return (
    good: Good[],
    before: Map<string, ObjectDefinition>,
    remembered: Map<string, Remembered> | undefined,
  ): Good[] => {
    const wasHere = ({ file, found }: Good) => {
      const { name } = found.definition;
      const holder = remembered
        ? remembered.get(basename(file))?.po_name
        : entries.get(file)?.definition?.name;
      return holder === name || before.get(name)?.file === file;
    };
    const former = new Map(good.map(({ file }) => [file, entries.get(file)?.definition]));
    for (const { file, stamp, found } of good) {
      const isRenamed = former.get(file)?.name !== found.definition.name;
      entries.set(file, { stamp, definition: isRenamed ? undefined : former.get(file) });
    }
    const ordered = [...good.filter(wasHere), ...good.filter((one) => !wasHere(one))];
    const accepted = ordered.filter(({ file, stamp, found: { definition }, isRecalled }) => {
      const other = byName(definition.name);
      if (other && other.file !== file) {
        report(file, `${file}: the name '${definition.name}' is taken by ${other.file}.`);
        return false;
      }
      entries.set(file, { stamp, definition });
      if (!isRecalled) problems.delete(file);
      return true;
    });
    for (const { file, stamp } of good) {
      const last = former.get(file);
      if (entries.get(file)?.definition || !last || byName(last.name)) continue;
      entries.set(file, { stamp, definition: last });
    }
    return accepted;
  };
}
