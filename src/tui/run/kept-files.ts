// What a person typed, kept over restarts: the history of messages, drafts, and which conversations are pinned.
// Private files, bounded, shared with the other interfaces of the environment: each changes what is its own.
// Rule: a file that cannot be written loses a draft, never the conversation: nothing here throws.
import { join } from "node:path";
import { messageOf } from "../../protocol/errors.ts";
import { isObject } from "../../protocol/json.ts";
import { MAX_ATTACHMENTS } from "../../protocol/limits.ts";
import { MAX_PINNED } from "../acts.ts";
import { MAX_ENTRY_LENGTH, MAX_HISTORY, type Sent } from "../composer/state.ts";
import { readJson, removeLeftovers, withLock, writePrivate } from "./private-file.ts";

/** Sessions with a draft, and the longest draft in UTF-16 units. */
const MAX_DRAFTS = 50;
const MAX_DRAFT_LENGTH = 1_000_000;
/** A file beyond this is not one of ours: the oldest is left out before it is reached. Bytes. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;
/** The draft of a conversation that has not begun. */
const NEW = "new";

export interface KeptFiles {
  history: readonly Sent[];
  pins: readonly string[];
  draftOf(session_id: string | null): string;
  saveDraft(session_id: string | null, text: string): void;
  remember(entry: Sent): void;
  savePin(session_id: string, isPinned: boolean): void;
  /** Resolves when everything is written. */
  written(): Promise<void>;
}

/** `onProblem` is told once until writing works again. */
export async function openKeptFiles(
  folder: string,
  onProblem: (text: string) => void = () => undefined,
): Promise<KeptFiles> {
  const [historyFile, draftsFile] = [join(folder, "history.json"), join(folder, "drafts.json")];
  await removeLeftovers(folder);
  const history = await readHistory(historyFile);
  const drafts = await readDrafts(draftsFile);
  const pinsFile = join(folder, "pins.json");
  const pins = await readPins(pinsFile);
  /** What of ours lies in the file: a draft that another interface put there is not taken away. */
  const ours = new Map(drafts);
  let entries: Sent[] = [];
  let changed = new Map<string, string>();
  let pinned = new Map<string, boolean>();
  let writing = Promise.resolve();
  let isAsked = false;
  let isTold = false;

  /** Several changes while one is written become one. */
  function ask(): void {
    if (isAsked) return;
    isAsked = true;
    writing = writing.then(save);
  }

  async function save(): Promise<void> {
    isAsked = false;
    const [newEntries, newDrafts, newPins] = [entries, changed, pinned];
    [entries, changed, pinned] = [[], new Map(), new Map()];
    try {
      await withLock(folder, async () => {
        if (newEntries.length > 0) await addToHistory(historyFile, newEntries);
        if (newDrafts.size > 0) await changeDrafts(draftsFile, newDrafts, ours);
        if (newPins.size > 0) await changePins(pinsFile, newPins);
      });
      isTold = false;
    } catch (thrown) {
      // Tried again with what is typed next.
      entries = [...newEntries, ...entries].slice(-MAX_HISTORY);
      changed = new Map([...newDrafts, ...changed].slice(-MAX_DRAFTS));
      pinned = new Map([...newPins, ...pinned].slice(-MAX_PINNED));
      if (!isTold) onProblem(`What you type cannot be kept in ${folder}: ${messageOf(thrown)}`);
      isTold = true;
    }
  }

  return {
    history,
    pins,
    draftOf: (session_id) => drafts.get(session_id ?? NEW) ?? "",
    saveDraft(session_id, text) {
      const [key, kept] = [session_id ?? NEW, text.slice(0, MAX_DRAFT_LENGTH)];
      drafts.set(key, kept);
      changed.delete(key);
      changed.set(key, kept);
      ask();
    },
    remember(entry) {
      if (entry.text.length > MAX_ENTRY_LENGTH) return;
      entries = [...entries, entry].slice(-MAX_HISTORY);
      ask();
    },
    savePin(session_id, isPinned) {
      pinned.set(session_id, isPinned);
      ask();
    },
    written: () => writing,
  };
}

async function readHistory(path: string): Promise<readonly Sent[]> {
  const read = await readJson(path, MAX_FILE_BYTES);
  if (!Array.isArray(read)) return [];
  return read.flatMap(sentOf).slice(-MAX_HISTORY);
}

/** A text alone was kept by a version that did not know where it was sent. */
function sentOf(kept: unknown): readonly Sent[] {
  if (typeof kept === "string") return [{ text: kept, session_id: null, po_name: null }];
  if (!isObject(kept) || typeof kept.text !== "string") return [];
  const { text, session_id, po_name, images } = kept;
  const nameOrNull = (name: unknown) => (typeof name === "string" ? name : null);
  const entry = { text, session_id: nameOrNull(session_id), po_name: nameOrNull(po_name) };
  const paths = Array.isArray(images) ? images.filter((one) => typeof one === "string") : [];
  return [paths.length > 0 ? { ...entry, images: paths.slice(0, MAX_ATTACHMENTS) } : entry];
}

async function readPins(path: string): Promise<readonly string[]> {
  const read = await readJson(path, MAX_FILE_BYTES);
  if (!Array.isArray(read)) return [];
  return read.filter((entry) => typeof entry === "string").slice(-MAX_PINNED);
}

/** What another interface pinned meanwhile stays. */
async function changePins(path: string, changed: ReadonlyMap<string, boolean>): Promise<void> {
  const pins = new Set(await readPins(path));
  for (const [session_id, isPinned] of changed) {
    if (isPinned) pins.add(session_id);
    else pins.delete(session_id);
  }
  await writePrivate(path, JSON.stringify([...pins].slice(-MAX_PINNED)));
}

async function readDrafts(path: string): Promise<Map<string, string>> {
  const read = await readJson(path, MAX_FILE_BYTES);
  const entries = Object.entries(isObject(read) ? read : {}).filter(isText);
  return new Map(entries.slice(-MAX_DRAFTS));
}

const isText = (entry: [string, unknown]): entry is [string, string] =>
  typeof entry[1] === "string";

/** Each message once, where it was said last. */
async function addToHistory(path: string, entries: readonly Sent[]): Promise<void> {
  const once = new Map<string, Sent>();
  for (const entry of [...(await readHistory(path)), ...entries]) {
    once.delete(entry.text);
    once.set(entry.text, entry);
  }
  await writePrivate(path, JSON.stringify(newest([...once.values()], MAX_HISTORY)));
}

async function changeDrafts(
  path: string,
  changed: ReadonlyMap<string, string>,
  ours: Map<string, string>,
): Promise<void> {
  const drafts = await readDrafts(path);
  for (const [key, text] of changed) {
    const isForeign = drafts.get(key) !== ours.get(key);
    if (text === "" && isForeign) continue;
    drafts.delete(key);
    if (text !== "") drafts.set(key, text);
  }
  const kept = newest([...drafts], MAX_DRAFTS);
  await writePrivate(path, JSON.stringify(Object.fromEntries(kept)));
  for (const [key, text] of changed) {
    if (text === "") ours.delete(key);
    else ours.set(key, text);
  }
}

/** As many as there may be, and as fit into the file, from the end on. */
function newest<Kept>(all: readonly Kept[], maxCount: number): readonly Kept[] {
  let [first, bytes] = [all.length, 2];
  for (; first > 0 && all.length - first < maxCount; first -= 1) {
    // Brackets and commas of the file are no more than those of the thing by itself.
    bytes += Buffer.byteLength(JSON.stringify(all[first - 1])) + 2;
    if (bytes > MAX_FILE_BYTES) break;
  }
  return all.slice(first);
}
