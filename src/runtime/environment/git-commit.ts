// One commit of a change of objects, made without anything that the repository configures: contents are hashed by
// us, and the tree is made in an index of our own. Rule: their own index has the change before HEAD moves. An index
// that lags behind HEAD would undo it with the next commit of a human.
import { existsSync, lstatSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { JameyError } from "../../protocol/errors.ts";
import { boundedRead } from "./bounded-read.ts";
import { MAX_YAML_BYTES } from "./yaml.ts";

/** One process of git. */
const GIT_TIMEOUT_MS = 5_000;
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
export const GIT_PATH = "/usr/local/bin:/opt/homebrew/bin:/usr/bin:/bin";

export interface ObjectCommit {
  po_name: string;
  author: string;
  reason: string;
  /** Names in the folder of objects. A text of null takes the file out. */
  files: { name: string; text: string | null }[];
}

export type Git = (
  words: string[],
  given?: { input?: string; variables?: Record<string, string>; mayFail?: true },
) => Promise<string>;

export function createGit(where: { program: string; folder: string }): Git {
  const folder = realpathSync(where.folder);
  const variables = {
    PATH: GIT_PATH,
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

/** Whether trying again may help: somebody else holds the index, or has just committed. */
export const isBusy = (message: string): boolean => /index\.lock|cannot lock ref/.test(message);

export async function commitOne(
  git: Git,
  { folder, index }: { folder: string; index: string },
  change: ObjectCommit,
): Promise<void> {
  const parent = await git(["rev-parse", "--verify", "--quiet", "HEAD"], { mayFail: true });
  const own = { variables: { GIT_INDEX_FILE: index } };
  if (parent !== "") await git(["read-tree", parent], own);
  const update = await updateOf(git, folder, change);
  await git(update, own);
  const tree = await git(["write-tree"], own);
  const before = parent === "" ? "" : await git(["rev-parse", `${parent}^{tree}`]);
  if (tree === before) return;
  const made = await git(["commit-tree", tree, ...(parent === "" ? [] : ["-p", parent])], {
    input: messageOfCommit(change),
    variables: identity(change.author),
  });
  // Refused while somebody else has it: then HEAD stays too.
  await git(update);
  // Refused where somebody else has committed meanwhile: nothing of theirs is lost.
  await git(["update-ref", "-m", "jamey", "HEAD", made, parent || "0".repeat(made.length)]);
}

/** How the files of a change, and the manifest as it is now, come into an index: all of them in one go. */
async function updateOf(git: Git, folder: string, change: ObjectCommit): Promise<string[]> {
  const files = change.files.map(({ name, text }) => ({ path: `objects/${name}`, text }));
  const added: string[] = [];
  const removed: string[] = [];
  for (const { path, text } of [...files, ...manifestOf(folder)]) {
    if (isLink(join(folder, path))) continue;
    if (text === null) {
      removed.push(path);
      continue;
    }
    const blob = await git(["hash-object", "-w", "--no-filters", "--stdin"], { input: text });
    added.push("--cacheinfo", `100644,${blob},${path}`);
  }
  return ["update-index", "--add", ...added, "--force-remove", "--", ...removed];
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
