// What a person typed, kept over restarts: the history of messages, and drafts. Private files, bounded, shared
// with the other interfaces of the environment: each adds and changes what is its own.
// Rule: a file that cannot be written loses a draft, never the conversation: nothing here throws.
import { join } from "node:path";
import { messageOf } from "../../protocol/errors.ts";
import { isObject } from "../../protocol/json.ts";
import { readJson, removeLeftovers, withLock, writePrivate } from "./private-file.ts";

/** Messages that can be called back, and the longest one. */
const MAX_HISTORY = 1000;
const MAX_ENTRY_LENGTH = 100_000;
/** Sessions with a draft, and the longest draft in UTF-16 units. */
const MAX_DRAFTS = 50;
const MAX_DRAFT_LENGTH = 1_000_000;
/** A file beyond this is not one of ours: the oldest is left out before it is reached. Bytes. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;
/** The draft of a conversation that has not begun. */
const NEW = "new";

export interface KeptFiles {
  history: readonly string[];
  draftOf(session_id: string | null): string;
  saveDraft(session_id: string | null, text: string): void;
  remember(entry: string): void;
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
  /** What of ours lies in the file: a draft that another interface put there is not taken away. */
  const ours = new Map(drafts);
  let entries: string[] = [];
  let changed = new Map<string, string>();
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
    const [newEntries, newDrafts] = [entries, changed];
    [entries, changed] = [[], new Map()];
    try {
      await withLock(folder, async () => {
        if (newEntries.length > 0) await addToHistory(historyFile, newEntries);
        if (newDrafts.size > 0) await changeDrafts(draftsFile, newDrafts, ours);
      });
      isTold = false;
    } catch (thrown) {
      // Tried again with what is typed next.
      entries = [...newEntries, ...entries].slice(-MAX_HISTORY);
      changed = new Map([...newDrafts, ...changed].slice(-MAX_DRAFTS));
      if (!isTold) onProblem(`What you type cannot be kept in ${folder}: ${messageOf(thrown)}`);
      isTold = true;
    }
  }

  return {
    history,
    draftOf: (session_id) => drafts.get(session_id ?? NEW) ?? "",
    saveDraft(session_id, text) {
      const [key, kept] = [session_id ?? NEW, text.slice(0, MAX_DRAFT_LENGTH)];
      drafts.set(key, kept);
      changed.delete(key);
      changed.set(key, kept);
      ask();
    },
    remember(entry) {
      if (entry.length > MAX_ENTRY_LENGTH) return;
      entries = [...entries, entry].slice(-MAX_HISTORY);
      ask();
    },
    written: () => writing,
  };
}

async function readHistory(path: string): Promise<readonly string[]> {
  const read = await readJson(path, MAX_FILE_BYTES);
  if (!Array.isArray(read)) return [];
  return read.filter((entry) => typeof entry === "string").slice(-MAX_HISTORY);
}

async function readDrafts(path: string): Promise<Map<string, string>> {
  const read = await readJson(path, MAX_FILE_BYTES);
  const entries = Object.entries(isObject(read) ? read : {}).filter(isText);
  return new Map(entries.slice(-MAX_DRAFTS));
}

const isText = (entry: [string, unknown]): entry is [string, string] =>
  typeof entry[1] === "string";

/** Each message once, where it was said last. */
async function addToHistory(path: string, entries: readonly string[]): Promise<void> {
  const all = [...(await readHistory(path)), ...entries];
  const once = [...new Set(all.reverse())].reverse();
  await writePrivate(path, JSON.stringify(newest(once, MAX_HISTORY)));
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
