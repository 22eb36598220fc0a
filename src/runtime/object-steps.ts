// The two steps of a change of an object: the event, then the file. What the file must still be is looked
// at before anything is waited for, and again right before it is replaced.
import { basename } from "node:path";
import { JameyError, messageOf } from "../protocol/errors.ts";
import type { Catalog } from "./environment/catalog.ts";
import type { ObjectDefinition } from "./environment/object-file.ts";
import type { ObjectFiles } from "./environment/object-files.ts";
import { type ObjectVersions, shortHash } from "./object-versions.ts";
import type { Objects } from "./objects.ts";

/** Who changes it, as the journal names them, and why. */
export interface By {
  author: string;
  reason: string;
  /** Of a rename: the name until now. */
  former_name?: string;
}

/** The live version as its file was when it was read. */
export interface Live {
  definition: ObjectDefinition;
  stamp: string | undefined;
}

export interface Change {
  /** What the text means; its file is where it goes. */
  definition: ObjectDefinition;
  text: string;
  /** The live version that it replaces; null where the object is not live. */
  base_hash: string | null;
  /** What the file must still be; undefined: not there. */
  stamp: string | undefined;
}

export interface StepParts {
  files: ObjectFiles;
  catalog: Catalog;
  objects: Objects;
  versions: ObjectVersions;
  newId(prefix: string): string;
  hash(text: string): string;
}

export interface ObjectSteps {
  /** The object as its file is now, and all that was found with it committed. */
  look(po_name: string): Promise<Live | undefined>;
  /** Resolves to the object's name once its file holds the text. */
  put(change: Change, by: By): Promise<string>;
  takeAway(definition: ObjectDefinition, by: By): Promise<void>;
}

/** The file says so, and nobody else. */
const DAEMON = { caller: "daemon", causation_id: null };

export function createObjectSteps(parts: StepParts): ObjectSteps {
  const { files, catalog, objects, versions } = parts;
  const keptName = () => `${parts.newId("po_")}.md`;

  async function settle(): Promise<void> {
    catalog.refresh();
    await objects.flush();
  }

  /** What the journal could not take when it was found: a full disk has room again. */
  async function tellAgain({ name: po_name, hash, file }: ObjectDefinition): Promise<void> {
    if (objects.known(po_name).hash === hash) return;
    const text = files.read(file);
    if (parts.hash(text) !== hash) return;
    const found = { po_name, text, hash, file: basename(file), is_new: false };
    await objects.take({ type: "found", ...found }, DAEMON);
  }

  /** The file is the present: it still holds what was there before. */
  async function takeBack(po_name: string, base_hash: string | null, file: string): Promise<void> {
    const text = base_hash === null ? undefined : versions.textOf(po_name, base_hash);
    if (base_hash === null || text === undefined) {
      const why = { author: "daemon", reason: "its file could not be written", kept_as: null };
      return await objects.take({ type: "unloaded", po_name, ...why }, DAEMON);
    }
    const found = { po_name, text, hash: base_hash, file: basename(file), is_new: false };
    await objects.take({ type: "found", ...found }, DAEMON);
  }

  return {
    async look(po_name) {
      const definition = catalog.refresh(po_name);
      // Before anything is waited for: what is saved from now on is seen when the file is replaced.
      const stamp = definition && files.stamp(definition.file);
      await objects.flush();
      if (definition) await tellAgain(definition);
      return definition && { definition, stamp };
    },
    async put({ definition, text, base_hash, stamp }, by) {
      const { name: po_name, hash, file } = definition;
      // Nobody has a version of a text that could not be read.
      if (catalog.problems().has(file)) files.keep(file, keptName());
      const draft = files.prepare(file, text);
      try {
        await objects.take({ type: "changed", po_name, text, hash, base_hash, ...by }, from(by));
      } catch (thrown) {
        draft.discard();
        throw thrown;
      }
      let isWritten = false;
      try {
        isWritten = draft.commit(stamp);
      } catch (cause) {
        await takeBack(po_name, base_hash, file);
        const message = `${file} could not be written (${messageOf(cause)}): '${po_name}' is as it was.`;
        throw new JameyError("storage_failed", message, { cause });
      } finally {
        if (!isWritten) draft.discard();
      }
      await settle();
      if (isWritten) return po_name;
      const message = `${file} was saved by somebody else at the same moment. Yours is kept as version ${shortHash(hash)}.`;
      throw new JameyError("stale_hash", message, { details: { po_name, hash } });
    },
    async takeAway({ name: po_name, file, hash }, by) {
      const kept_as = keptName();
      await objects.take({ type: "unloaded", po_name, ...by, kept_as }, from(by));
      try {
        files.remove(file, kept_as);
      } catch (cause) {
        const text = versions.textOf(po_name, hash) ?? "";
        const found = { po_name, text, hash, file: basename(file), is_new: true };
        await objects.take({ type: "found", ...found }, DAEMON);
        const message = `${file} could not be removed (${messageOf(cause)}): '${po_name}' is still there.`;
        throw new JameyError("storage_failed", message, { cause });
      }
      await settle();
    },
  };
}

const from = ({ author }: By) => ({ caller: author, causation_id: null });
