// What a crash left between the journal and the files of objects, made good before the first look at them:
// a change that was accepted and not written is written, a removal that was accepted is finished. A file
// that anybody touched since is the present, and left as it is.
import { basename } from "node:path";
import { messageOf } from "../protocol/errors.ts";
import type { Remembered } from "./environment/catalog.ts";
import { parseObject } from "./environment/object-file.ts";
import type { ObjectFiles } from "./environment/object-files.ts";
import type { Log } from "./log.ts";
import type { ObjectVersions } from "./object-versions.ts";
import type { Objects } from "./objects.ts";
import type { Views } from "./store/views/index.ts";

interface Parts {
  files: ObjectFiles;
  objects: Objects;
  versions: ObjectVersions;
  views: Views;
  log: Log;
  hash(text: string): string;
}

/** Gives what was live, for files that were broken meanwhile. */
export function recoverObjects(parts: Parts): Remembered[] {
  const { views, versions, files, log } = parts;
  const live = views.listObjects();
  const known = new Set(live.map((one) => one.file));
  const attempt = (what: string, work: () => void) => {
    try {
      work();
    } catch (thrown) {
      // The file is at fault, or the disk: the look at all files says what is there.
      log.error("object not recovered", { what, reason: messageOf(thrown) });
    }
  };
  for (const po_name of views.pendingObjects()) attempt(po_name, () => writeAgain(po_name, parts));
  for (const { file } of files.list()) {
    if (!known.has(basename(file))) attempt(file, () => finishRemoval(file, parts));
  }
  return live.map(({ po_name, file, hash }) => ({
    po_name,
    file,
    text: () => versions.textOf(po_name, hash),
  }));
}

function writeAgain(po_name: string, { files, objects, versions, log, hash }: Parts): void {
  const { isPending, isLoaded, hash: newest, base_hash, file: name } = objects.known(po_name);
  if (!isPending || newest === null) return;
  const file = files.place(isLoaded && name !== null ? name : `${po_name}.md`);
  const stamp = files.stamp(file);
  const present = stamp === undefined ? null : hash(files.read(file));
  if (present !== (isLoaded ? base_hash : null)) return;
  if (isLoaded && present === null) return;
  const text = versions.textOf(po_name, newest);
  if (text === undefined) return;
  const draft = files.prepare(file, text);
  const isWritten = draft.commit(stamp);
  if (!isWritten) draft.discard();
  log.info("object written again", { po: po_name, isWritten });
}

/** The very version that was removed, and never came into the trash: the removal was accepted, not done. */
function finishRemoval(file: string, { files, objects, log, hash }: Parts): void {
  const text = files.read(file);
  const po_name = nameIn(text, file, hash);
  if (po_name === undefined) return;
  const { isLoaded, kept_as, hash: newest } = objects.known(po_name);
  if (isLoaded || kept_as === null || newest !== hash(text) || files.isKept(kept_as)) return;
  files.remove(file, kept_as);
  log.info("object removed again", { po: po_name });
}

/** undefined where the text is no object: the look at all files says why. */
export function nameIn(
  text: string,
  file: string,
  hash: (text: string) => string,
): string | undefined {
  try {
    return parseObject({ text, file, hash, warn: () => undefined }).name;
  } catch (_broken) {
    return undefined;
  }
}
