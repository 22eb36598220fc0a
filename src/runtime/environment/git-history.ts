// One commit per change of an object, in environments whose folder is a repository of its own, where the
// settings ask for it. Rules: 1. Nothing that the repository configures runs: no hook, no filter, no
// monitor, no signature, no fetch. So contents are hashed by us and trees are made in an index of our own.
// 2. Only the object's file and the manifest are committed, whatever else is staged. 3. A commit that fails
// is logged; it never holds up a change.
import { existsSync, lstatSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { JameyError, messageOf } from "../../protocol/errors.ts";
import type { Log } from "../log.ts";
import { boundedRead } from "./bounded-read.ts";
import { heldIn, missingOf, type Uncommitted } from "./git-catch-up.ts";
import { MAX_YAML_BYTES } from "./yaml.ts";

/** One process of git. */
const GIT_TIMEOUT_MS = 5_000;
/** Commits that wait; what comes on top is in the journal only. */
const MAX_WAITING_COMMITS = 1_000;
/** What git says on failing that is worth a line. */
const MAX_SAID_LENGTH = 500;
/** The title of a commit. */
const MAX_TITLE_LENGTH = 200;

const OFF = [
  ...["-c", "core.hooksPath=/dev/null"],
  ...["-c", "core.fsmonitor=false"],
  ...["-c", "core.untrackedCache=false"],
  ...["-c", "commit.gpgSign=false"],
  ...["-c", "gc.auto=0"],
  ...["-c", "maintenance.auto=false"],
  ...["-c", "protocol.allow=never"],
];
const PATH = "/usr/local/bin:/opt/homebrew/bin:/usr/bin:/bin";

export interface ObjectCommit {
  po_name: string;
  author: string;
  reason: string;
  /** Names in the folder of objects. A text of null takes the file out. */
  files: { name: string; text: string | null }[];
}

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
  /** Commits what the repository lacks of these: a daemon that was killed had no time for it. */
  catchUp(objects: readonly Known[]): void;
  /** Everything added so far is committed, or has failed. */
  settled(): Promise<void>;
}

/** undefined where the folder is no repository of its own, or git is not there. */
export function createGitHistory(options: {
  folder: string;
  /** Where an index of our own may stand for a moment. */
  state: string;
  log: Log;
}): GitHistory | undefined {
  const { folder, state, log } = options;
  const program = Bun.which("git", { PATH });
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

  async function commit(change: ObjectCommit): Promise<void> {
    try {
      await commitOne(git, { folder, index }, change);
    } catch (thrown) {
      log.warn("not committed to git", { po: change.po_name, reason: messageOf(thrown) });
    } finally {
      rmSync(index, { force: true });
    }
  }

  async function catchUp(objects: readonly Known[]): Promise<void> {
    const held = heldIn(await git(["ls-tree", "-z", "HEAD", "objects/"], { mayFail: true }));
    for (const { po_name, file, versions } of objects) {
      if (!existsSync(join(folder, "objects", file))) continue;
      for (const { text, ...said } of missingOf(held.get(file), versions())) {
        await commit({ po_name, ...said, files: [{ name: file, text }] });
      }
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
    catchUp(objects) {
      last = last
        .then(() => catchUp(objects))
        .catch((thrown: unknown) =>
          log.warn("not committed to git", { reason: messageOf(thrown) }),
        );
    },
    settled: async () => await last,
  };
}

type Git = (
  words: string[],
  given?: { input?: string; variables?: Record<string, string>; mayFail?: true },
) => Promise<string>;

function createGit(where: { program: string; folder: string }): Git {
  const folder = realpathSync(where.folder);
  const variables = {
    PATH,
    HOME: "/nonexistent",
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_NO_LAZY_FETCH: "1",
    GIT_CEILING_DIRECTORIES: join(folder, ".."),
  };
  return async (words, { input, variables: more = {}, mayFail } = {}) => {
    const child = Bun.spawn([where.program, "--no-pager", ...OFF, ...words], {
      cwd: folder,
      env: { ...variables, ...more },
      stdin: input === undefined ? "ignore" : Buffer.from(input),
      stdout: "pipe",
      stderr: "pipe",
      timeout: GIT_TIMEOUT_MS,
      killSignal: "SIGKILL",
    });
    const [said, wrong] = await Promise.all([child.stdout.text(), child.stderr.text()]);
    if ((await child.exited) === 0) return said.trim();
    if (mayFail) return "";
    const problem = wrong.trim().slice(0, MAX_SAID_LENGTH) || "it took too long";
    throw new JameyError("tool_failed", `git ${words[0]}: ${problem}`);
  };
}

async function commitOne(
  git: Git,
  { folder, index }: { folder: string; index: string },
  change: ObjectCommit,
): Promise<void> {
  const parent = await git(["rev-parse", "--verify", "--quiet", "HEAD"], { mayFail: true });
  const own = { variables: { GIT_INDEX_FILE: index } };
  if (parent !== "") await git(["read-tree", parent], own);
  const updates = await updatesOf(git, folder, change);
  for (const words of updates) await git(words, own);
  const tree = await git(["write-tree"], own);
  const before = parent === "" ? "" : await git(["rev-parse", `${parent}^{tree}`]);
  if (tree === before) return;
  const made = await git(["commit-tree", tree, ...(parent === "" ? [] : ["-p", parent])], {
    input: messageOfCommit(change),
    variables: identity(change.author),
  });
  // Refused where somebody else has committed meanwhile: nothing of theirs is lost.
  await git(["update-ref", "-m", "jamey", "HEAD", made, parent || "0".repeat(made.length)]);
  // Their own index now knows it too; else their next commit would undo this one.
  for (const words of updates) await git(words);
}

/** How the files of a change, and the manifest as it is now, come into an index. */
async function updatesOf(git: Git, folder: string, change: ObjectCommit): Promise<string[][]> {
  const files = change.files.map(({ name, text }) => ({ path: `objects/${name}`, text }));
  const updates: string[][] = [];
  for (const { path, text } of [...files, ...manifestOf(folder)]) {
    if (isLink(join(folder, path))) continue;
    if (text === null) {
      updates.push(["update-index", "--force-remove", "--", path]);
      continue;
    }
    const blob = await git(["hash-object", "-w", "--no-filters", "--stdin"], { input: text });
    updates.push(["update-index", "--add", "--cacheinfo", `100644,${blob},${path}`]);
  }
  return updates;
}

function manifestOf(folder: string): { path: string; text: string }[] {
  const path = "manifest.yml";
  const file = join(folder, path);
  return existsSync(file) ? [{ path, text: boundedRead(file, MAX_YAML_BYTES) }] : [];
}

/** What a link leads to is not the repository's. */
const isLink = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;

function messageOfCommit({ po_name, author, reason }: ObjectCommit): string {
  const [first = "", ...rest] = reason.trim().split("\n");
  const title = `${po_name}: ${first || "changed"}`.slice(0, MAX_TITLE_LENGTH);
  const body = rest.join("\n").trim();
  return [title, ...(body === "" ? [] : [body]), `Changed-by: ${author}`].join("\n\n");
}

function identity(author: string): Record<string, string> {
  const named = { NAME: author.replace(/[<>\n]/g, "") || "jamey", EMAIL: "jamey@localhost" };
  return Object.fromEntries(
    ["AUTHOR", "COMMITTER"].flatMap((role) =>
      Object.entries(named).map(([key, value]) => [`GIT_${role}_${key}`, value]),
    ),
  );
}
