// Changes of objects that somebody asks for: checked, held against the live version, kept in the journal,
// then written to the file. Rules: 1. One at a time. 2. A file that changed since it was read is not
// overwritten. 3. Whatever step a crash comes after, the next start leaves the journal and the file agreed.
import { JameyError } from "../protocol/errors.ts";
import { differenceOf } from "./difference.ts";
import { type ObjectDefinition, parseObject } from "./environment/object-file.ts";
import { renamed } from "./environment/renamed.ts";
import type { Log } from "./log.ts";
import type { ObjectRules } from "./object-rules.ts";
import { type By, createObjectSteps, type Live, type StepParts } from "./object-steps.ts";
import { shortHash } from "./object-versions.ts";

/** Changes that wait for those before them. */
const MAX_WAITING_CHANGES = 100;

export interface ObjectChanges {
  /** Each resolves to the object's name once its file holds the change. */
  create(text: string, by: By): Promise<string>;
  edit(po_name: string, change: Edit, by: By): Promise<string>;
  rename(po_name: string, new_name: string, by: By): Promise<string>;
  revert(po_name: string, hash: string, by: By): Promise<string>;
  remove(po_name: string, by: By): Promise<void>;
}

interface Edit {
  text: string;
  /** The version that the text was made from; null where it counts whatever is live. */
  base_hash: string | null;
}

interface Parts extends StepParts {
  rules: Pick<ObjectRules, "end" | "move">;
  log: Log;
}

export function createObjectChanges(parts: Parts): ObjectChanges {
  const { versions, rules } = parts;
  const { look, put, takeAway } = createObjectSteps(parts);
  const inTurn = createTurns();
  const read = createReader(parts);

  async function lookFor(po_name: string): Promise<Live> {
    const live = await look(po_name);
    if (!live) throw unknown(po_name, parts);
    return live;
  }

  async function create(text: string, by: By): Promise<string> {
    const { name } = read(text, "");
    if (await look(name)) {
      const message = `There is an object '${name}' already: jamey objects edit ${name}`;
      throw new JameyError("already_exists", message, { details: { po_name: name } });
    }
    const definition = read(text, freePlace(name, parts));
    await rules.end(name);
    return await put({ definition, text, base_hash: null, stamp: undefined }, by);
  }

  async function edit(po_name: string, { text, base_hash }: Edit, by: By): Promise<string> {
    const { definition: live, stamp } = await lookFor(po_name);
    const definition = read(text, live.file);
    if (definition.name !== po_name) {
      const message = `The text names '${definition.name}', which is another object than '${po_name}': jamey objects rename ${po_name} ${definition.name}`;
      throw new JameyError("invalid_request", message, { details: { po_name } });
    }
    if (base_hash !== null && base_hash !== live.hash) {
      throw await stale({ live, base_hash, text }, parts);
    }
    const isSame = definition.hash === live.hash && !parts.catalog.problems().has(live.file);
    return isSame ? po_name : await put({ definition, text, base_hash: live.hash, stamp }, by);
  }

  async function rename(po_name: string, new_name: string, by: By): Promise<string> {
    const { definition } = await lookFor(po_name);
    const text = renamed(versions.textOf(po_name, definition.hash) ?? "", new_name);
    const because = by.reason || `was '${po_name}'`;
    const made = await create(text, { ...by, reason: because, former_name: po_name });
    await rules.move(po_name, made);
    // As it is now: what was saved meanwhile is in its history.
    const { definition: old } = await lookFor(po_name);
    await takeAway(old, { ...by, reason: by.reason || `is '${new_name}' now` });
    return made;
  }

  async function revert(po_name: string, hash: string, given: By): Promise<string> {
    const live = await look(po_name);
    const version = versions.find(po_name, hash);
    const there = versions.textOf(version.po_name, version.hash) ?? "";
    // Of the time when it had another name: it keeps the one it has.
    const text = version.po_name === po_name ? there : renamed(there, po_name);
    const by = { ...given, reason: given.reason || `back to ${shortHash(version.hash)}` };
    if (live) return await edit(po_name, { text, base_hash: null }, by);
    const definition = read(text, freePlace(po_name, parts));
    await rules.end(po_name);
    return await put({ definition, text, base_hash: null, stamp: undefined }, by);
  }

  return {
    create: (text, by) => inTurn(() => create(asWritten(text), by)),
    edit: (po_name, change, by) =>
      inTurn(() => edit(po_name, { ...change, text: asWritten(change.text) }, by)),
    rename: (po_name, new_name, by) => inTurn(() => rename(po_name, new_name, by)),
    revert: (po_name, hash, by) => inTurn(() => revert(po_name, hash, by)),
    remove: (po_name, by) =>
      inTurn(async () => await takeAway((await lookFor(po_name)).definition, by)),
  };
}

/** The text as an object, which its errors call `text`: it is not in its file yet. */
function createReader({ hash, log }: Parts) {
  const warn = (problem: string) => log.warn(problem);
  return (text: string, file: string): ObjectDefinition => ({
    ...parseObject({ text, file: "text", hash, warn }),
    file,
  });
}

/** Where an object that is not live gets its file. */
function freePlace(po_name: string, { files, catalog }: Parts): string {
  const file = files.place(`${po_name}.md`);
  if (files.stamp(file) === undefined) return file;
  const problem = catalog.problems().get(file) ?? "it holds another object";
  const message = `${file} is there already (${problem}): mend it, or take it away first.`;
  throw new JameyError("already_exists", message, { details: { po_name, file } });
}

function unknown(po_name: string, { catalog }: Parts): JameyError {
  const known = catalog.list().map((one) => one.name);
  const message = `There is no object '${po_name}' (PO not found). There are: ${known.join(", ") || "none"}.`;
  return new JameyError("po_not_found", message, { details: { po_name, known } });
}

/** Says what others did since the version that somebody began with; where that is unknown, what differs. */
async function stale(
  { live, base_hash, text }: { live: ObjectDefinition; base_hash: string; text: string },
  { versions }: Parts,
): Promise<JameyError> {
  const now = { name: shortHash(live.hash), text: versions.textOf(live.name, live.hash) ?? "" };
  const base = versions.textOf(live.name, base_hash);
  const before =
    base === undefined ? { name: "yours", text } : { name: shortHash(base_hash), text: base };
  const diff = await differenceOf(before, now);
  const message = `'${live.name}' was changed since version ${shortHash(base_hash)}: ${shortHash(live.hash)} is live. Put your change into that one.\n${diff}`;
  const details = { po_name: live.name, base_hash, live_hash: live.hash, diff };
  return new JameyError("stale_hash", message, { details });
}

/** As it comes back from the file: what UTF-8 cannot hold, and a mark at the start, are no text. */
const asWritten = (text: string): string => text.toWellFormed().replace(/^\uFEFF/, "");

function createTurns() {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return async <Out>(run: () => Promise<Out>): Promise<Out> => {
    if (waiting >= MAX_WAITING_CHANGES) {
      const message = `${MAX_WAITING_CHANGES} changes of objects already wait; try again later.`;
      throw new JameyError("overloaded", message);
    }
    waiting += 1;
    const turn = last.then(run);
    // The next one waits for the end of this one, good or bad: the error is the caller's.
    last = turn.then(
      () => undefined,
      () => undefined,
    );
    try {
      return await turn;
    } finally {
      waiting -= 1;
    }
  };
}
