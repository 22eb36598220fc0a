// What a person typed, kept over restarts: the history of messages, and drafts. Private files, bounded.
// Rule: a file that cannot be written loses a draft, never the conversation: nothing here throws.
import { chmod, mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { isObject } from "../../protocol/json.ts";

/** Messages that can be called back, and the longest one. */
const MAX_HISTORY = 1000;
const MAX_ENTRY_LENGTH = 100_000;
/** Sessions with a draft, and the longest draft in UTF-16 units. */
const MAX_DRAFTS = 50;
const MAX_DRAFT_LENGTH = 1_000_000;
/** A file beyond this is not one of ours. Bytes. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;
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

export async function openKeptFiles(folder: string): Promise<KeptFiles> {
  const [historyFile, draftsFile] = [join(folder, "history.json"), join(folder, "drafts.json")];
  const readHistory = await readJson(historyFile);
  const readDrafts = await readJson(draftsFile);
  let history = Array.isArray(readHistory)
    ? readHistory.filter((entry) => typeof entry === "string").slice(-MAX_HISTORY)
    : [];
  const drafts = new Map(
    Object.entries(isObject(readDrafts) ? readDrafts : {})
      .filter(isText)
      .slice(-MAX_DRAFTS),
  );
  let writing = Promise.resolve();
  const waiting = new Map<string, () => unknown>();

  /** Several changes while one is written become one. */
  function write(file: string, value: () => unknown): void {
    const isAsked = waiting.has(file);
    waiting.set(file, value);
    if (isAsked) return;
    writing = writing
      .then(async () => {
        const latest = waiting.get(file);
        waiting.delete(file);
        if (latest) await writePrivate(folder, file, JSON.stringify(latest()));
      })
      .catch(() => undefined);
  }

  return {
    history,
    draftOf: (session_id) => drafts.get(session_id ?? NEW) ?? "",
    saveDraft(session_id, text) {
      const key = session_id ?? NEW;
      drafts.delete(key);
      if (text !== "") drafts.set(key, text.slice(0, MAX_DRAFT_LENGTH));
      const [oldest] = drafts.keys();
      if (drafts.size > MAX_DRAFTS && oldest !== undefined) drafts.delete(oldest);
      write(draftsFile, () => Object.fromEntries(drafts));
    },
    remember(entry) {
      if (entry.length > MAX_ENTRY_LENGTH) return;
      history = [...history.filter((one) => one !== entry), entry].slice(-MAX_HISTORY);
      write(historyFile, () => history);
    },
    written: () => writing,
  };
}

const isText = (entry: [string, unknown]): entry is [string, string] =>
  typeof entry[1] === "string";

async function readJson(path: string): Promise<unknown> {
  try {
    const file = Bun.file(path);
    return file.size > MAX_FILE_BYTES ? undefined : await file.json();
  } catch (_missing) {
    return undefined;
  }
}

/** Whole or not at all, and for nobody else's eyes. */
async function writePrivate(folder: string, path: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const beside = `${path}.${process.pid}`;
  await Bun.write(beside, text, { mode: 0o600 });
  await chmod(beside, 0o600);
  await rename(beside, path);
}
