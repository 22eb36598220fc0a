// What of a session lies outside the journal: attachments, each under its hash, and outputs that are too
// long to keep. One folder of each per session, so that nobody else reads them and deleting is one step.
import { mkdirSync } from "node:fs";
import { open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { JameyError, messageOf } from "../protocol/errors.ts";
import type { Log } from "./log.ts";

export interface SessionFiles {
  /** Durable when it resolves. Returns the SHA-256 in hex. */
  keepAttachment(session_id: string, bytes: Uint8Array): Promise<string>;
  /** undefined: it is no longer kept. */
  readAttachment(session_id: string, sha256: string): Promise<Uint8Array | undefined>;
  /** What is no longer kept stays away. */
  copyAttachments(options: { from: string; to: string; hashes: Iterable<string> }): Promise<void>;
  /** The folder for outputs; it is made. null is for tools that run outside every session. */
  outputFolder(session_id: string | null): string;
  /** What cannot be removed is logged, and removed by the next sweep. */
  forget(session_id: string): Promise<void>;
  /** Removes what belongs to no session: deletions that were cut short, runs outside sessions. */
  sweep(exists: (session_id: string) => boolean): Promise<void>;
}

/** Stands beside the sessions' folders, and is no id of one. */
const OUTSIDE = "run";

export function createSessionFiles(options: {
  attachments: string;
  outputs: string;
  hash(bytes: Uint8Array): string;
  log: Pick<Log, "warn">;
}): SessionFiles {
  const { attachments, outputs, hash, log } = options;

  async function remove(folder: string): Promise<void> {
    try {
      await rm(folder, { recursive: true, force: true });
    } catch (thrown) {
      log.warn("files of a session not removed", { folder, reason: messageOf(thrown) });
    }
  }

  const files: SessionFiles = {
    async keepAttachment(session_id, bytes) {
      const folder = folderOf(attachments, session_id);
      const sha256 = hash(bytes);
      if (await isThere(join(folder, sha256))) return sha256;
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const temporary = join(folder, `${sha256}.${crypto.randomUUID()}`);
      const handle = await open(temporary, "wx", 0o600);
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } catch (thrown) {
        await rm(temporary, { force: true });
        throw thrown;
      } finally {
        await handle.close();
      }
      await rename(temporary, join(folder, sha256));
      // The name and the folder itself must last as well before the journal speaks of them.
      for (const made of [folder, attachments]) await syncFolder(made);
      return sha256;
    },
    async readAttachment(session_id, sha256) {
      if (!/^[0-9a-f]{64}$/.test(sha256)) return undefined;
      try {
        return await readFile(join(folderOf(attachments, session_id), sha256));
      } catch (thrown) {
        if (isMissing(thrown)) return undefined;
        throw thrown;
      }
    },
    async copyAttachments({ from, to, hashes }) {
      // One at a time: together they may be more than memory is there for.
      for (const sha256 of hashes) {
        const bytes = await files.readAttachment(from, sha256);
        if (bytes) await files.keepAttachment(to, bytes);
      }
    },
    outputFolder(session_id) {
      const folder = folderOf(outputs, session_id ?? OUTSIDE);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      return folder;
    },
    async forget(session_id) {
      for (const parent of [attachments, outputs]) await remove(folderOf(parent, session_id));
    },
    async sweep(exists) {
      for (const parent of [attachments, outputs]) {
        for (const name of await namesIn(parent)) {
          if (name === OUTSIDE || !exists(name)) await remove(join(parent, name));
        }
      }
    },
  };
  return files;
}

/** An id names a folder of its own and nothing else, whoever made it up. */
function folderOf(parent: string, session_id: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/.test(session_id)) return join(parent, session_id);
  throw new JameyError("bad_data", `'${session_id}' cannot be the id of a session.`);
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (thrown) {
    if (isMissing(thrown)) return [];
    throw thrown;
  }
}

async function isThere(file: string): Promise<boolean> {
  return await Bun.file(file).exists();
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT";
}
