// One commit per change of an object, in environments whose folder is a repository of its own, where the
// settings ask for it. Rules: 1. Nothing that the repository configures runs: no hook, no filter, no
// monitor, no signature, no fetch. So contents are hashed by us and trees are made in an index of our own.
// 2. Only the object's file and the manifest are committed, whatever else is staged. 3. A commit that fails
// is logged; it never holds up a change. One that only finds the index held by somebody comes with the next.
import { existsSync, lstatSync, rmSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../../protocol/errors.ts";
import { MAX_OBJECT_BYTES } from "../../protocol/limits.ts";
import type { Log } from "../log.ts";
import { heldIn, missingOf, type Uncommitted } from "./git-catch-up.ts";
import {
  commitOne,
  createGit,
  GIT_PATH,
  type Git,
  isBusy,
  type ObjectCommit,
} from "./git-commit.ts";

/** Commits that wait; what comes on top is in the journal only. */
const MAX_WAITING_COMMITS = 1_000;
/** How long a commit waits for an index that somebody else holds, and how often it looks, in milliseconds. */
const INDEX_WAIT_MS = 2_000;
const INDEX_LOOK_MS = 50;

export type Removal = Omit<ObjectCommit, "files">;

/** An object that is live, and its versions. */
export interface Known {
  po_name: string;
  /** The name of its file. */
  file: string;
  /** Newest first, read as far as they are asked for. */
  versions(): Iterable<Uncommitted>;
}

export interface GitHistory {
  add(commit: ObjectCommit): void;
  /**
   * Commits what the repository lacks of these, and the removal of what it has and no file holds any more: a
   * daemon that was killed had no time for it. `removed` says whose that was, by the file's name and text.
   */
  catchUp(
    objects: readonly Known[],
    removed: (file: string, text: string) => Removal | undefined,
  ): void;
  /** Everything added so far is committed, or has failed. */
  settled(): Promise<void>;
}

/** undefined where the folder is no repository of its own, or git is not there. */
export function createGitHistory(options: {
  folder: string;
  /** Where an index of our own may stand for a moment. */
  state: string;
  log: Log;
  indexWaitMs?: number;
  pause?(milliseconds: number): Promise<void>;
}): GitHistory | undefined {
  const { folder, state, log, indexWaitMs = INDEX_WAIT_MS, pause = Bun.sleep } = options;
  const program = Bun.which("git", { PATH: GIT_PATH });
  if (!existsSync(join(folder, ".git")) || program === null) {
    log.warn("git.commit is on, but nothing is committed", {
      reason: program === null ? "git is not there" : `${folder} is no repository`,
    });
    return undefined;
  }
  const index = join(state, `git-index-${process.pid}`);
  let last = Promise.resolve();
  let waiting = 0;

  const git = createGit({ program, folder });

  const overdue: ObjectCommit[] = [];

  /** False where the index is held, and was so all the time. */
  async function attempt(change: ObjectCommit, waitMs: number): Promise<boolean> {
    for (let waited = 0; ; waited += INDEX_LOOK_MS) {
      try {
        await commitOne(git, { folder, index }, change);
        return true;
      } catch (thrown) {
        const reason = messageOf(thrown);
        if (isBusy(reason) && waited < waitMs) {
          await pause(INDEX_LOOK_MS);
          continue;
        }
        log.warn("not committed to git", { po: change.po_name, reason });
        return !isBusy(reason);
      } finally {
        rmSync(index, { force: true });
      }
    }
  }

  /** After those that could not be made before it: while the index is held they wait for the next. */
  async function commit(change: ObjectCommit): Promise<void> {
    const wait = overdue.length === 0 ? indexWaitMs : 0;
    if (overdue.length >= MAX_WAITING_COMMITS) overdue.shift();
    overdue.push(change);
    for (let next = overdue[0]; next; next = overdue[0]) {
      if (!(await attempt(next, wait))) return;
      overdue.shift();
    }
  }

  return {
    add(change) {
      if (waiting >= MAX_WAITING_COMMITS) {
        log.warn("not committed to git", { po: change.po_name, reason: "too many wait" });
        return;
      }
      waiting += 1;
      last = last
        .then(() => commit(change))
        .finally(() => {
          waiting -= 1;
        });
    },
    catchUp(objects, removed) {
      last = last
        .then(() => catchUp({ git, folder, commit }, objects, removed))
        .catch((thrown: unknown) =>
          log.warn("not committed to git", { reason: messageOf(thrown) }),
        );
    },
    settled: async () => await last,
  };
}

async function catchUp(
  place: { git: Git; folder: string; commit(change: ObjectCommit): Promise<void> },
  ...[objects, removed]: Parameters<GitHistory["catchUp"]>
): Promise<void> {
  const { git, folder, commit } = place;
  const isThere = (file: string): boolean =>
    lstatSync(join(folder, "objects", file), { throwIfNoEntry: false }) !== undefined;
  const held = heldIn(await git(["ls-tree", "-z", "HEAD", "objects/"], { mayFail: true }));
  for (const { po_name, file, versions } of objects) {
    if (!isThere(file)) continue;
    const missing = missingOf(held.get(file), versions());
    for (const [index, { text, author, reason: given }] of missing.entries()) {
      const reason = given || (index === 0 && !held.has(file) ? "made" : "");
      await commit({ po_name, author, reason, files: [{ name: file, text }] });
    }
  }
  const gone = [...held].filter(([file]) => file.endsWith(".md") && !isThere(file));
  for (const [name, id] of gone.slice(0, MAX_WAITING_COMMITS)) {
    if (Number(await git(["cat-file", "-s", id])) > MAX_OBJECT_BYTES) continue;
    const removal = removed(name, await git(["cat-file", "blob", id]));
    if (!removal) continue;
    const reason = removal.reason || "removed";
    await commit({ ...removal, reason, files: [{ name, text: null }] });
  }
}
