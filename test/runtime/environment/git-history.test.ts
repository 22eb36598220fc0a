// Commits of changes: one for each, of the object's file and the manifest only, and nothing that the
// repository configures runs.
import { describe, expect, test } from "bun:test";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGitHistory } from "../../../src/runtime/environment/git-history.ts";
import { createLog } from "../../../src/runtime/log.ts";
import { createObjectCommits } from "../../../src/runtime/object-commits.ts";

function openRepository() {
  const folder = mkdtempSync(join(tmpdir(), "jamey-git-"));
  const state = join(folder, ".state");
  for (const made of [state, join(folder, "objects")]) mkdirSync(made);
  const log: string[] = [];
  const variables = {
    PATH: process.env.PATH ?? "",
    HOME: folder,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
  };
  const git = (...words: string[]) => {
    const ran = Bun.spawnSync(["git", "-c", "user.name=h", "-c", "user.email=h@h", ...words], {
      cwd: folder,
      env: variables,
    });
    return `${ran.stdout}${ran.stderr}`.trim();
  };
  git("init", "--quiet", "--initial-branch=main");
  writeFileSync(join(folder, "manifest.yml"), "name: x\n");
  const write = (name: string, text: string) => writeFileSync(join(folder, "objects", name), text);
  const open = (given: { indexWaitMs?: number; pause?: () => Promise<void> } = {}) =>
    createGitHistory({
      ...{ folder, state, ...given },
      log: createLog({ level: "info", now: () => "", write: (line) => void log.push(line) }),
    });
  return {
    folder,
    state,
    log,
    git,
    write,
    open,
    async add(name: string, text: string | null, reason = "better") {
      const history = open();
      if (text !== null) write(name, text);
      history?.add({ po_name: "a", author: "cli:c_1", reason, files: [{ name, text }] });
      await history?.settled();
    },
    subjects: () => git("log", "--format=%an: %s").split("\n"),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

describe("a commit", () => {
  test("is made for each change, also the first, with its author and reason", async () => {
    using scene = openRepository();
    await scene.add("a.md", "one\n", "made");
    await scene.add("a.md", "two\n", "-m better\nbecause of this");
    await scene.add("a.md", null, "not needed");
    expect(scene.log).toEqual([]);
    expect(scene.subjects()).toEqual([
      "cli:c_1: a: not needed",
      "cli:c_1: a: -m better",
      "cli:c_1: a: made",
    ]);
    expect(scene.git("log", "-1", "--skip=1", "--format=%b")).toBe(
      "because of this\n\nChanged-by: cli:c_1",
    );
    expect(scene.git("show", "HEAD~1:objects/a.md")).toBe("two");
    expect(scene.git("ls-tree", "-r", "--name-only", "HEAD")).toBe("manifest.yml");
    expect(readdirSync(scene.state)).toEqual([]);
  });

  test("holds the object and the manifest, and leaves what else is staged or changed as it is", async () => {
    using scene = openRepository();
    writeFileSync(join(scene.folder, "notes.txt"), "staged");
    writeFileSync(join(scene.folder, "other.txt"), "not staged");
    scene.git("add", "notes.txt");
    await scene.add("a.md", "one\n");
    expect(scene.git("ls-tree", "-r", "--name-only", "HEAD").split("\n")).toEqual([
      "manifest.yml",
      "objects/a.md",
    ]);
    expect(scene.git("status", "--porcelain").split("\n")).toEqual([
      "A  notes.txt",
      "?? other.txt",
    ]);
  });

  test("of a text that is committed already is none", async () => {
    using scene = openRepository();
    await scene.add("a.md", "one\n");
    await scene.add("a.md", "one\n");
    expect(scene.subjects()).toEqual(["cli:c_1: a: better"]);
  });

  test("that cannot be made is logged, and the next one is tried", async () => {
    using scene = openRepository();
    writeFileSync(join(scene.folder, ".git/HEAD"), "nothing that git knows");
    await scene.add("a.md", "one\n");
    expect(scene.log.length).toBe(1);
    expect(scene.log[0]).toContain("not committed to git");
    writeFileSync(join(scene.folder, ".git/HEAD"), "ref: refs/heads/main\n");
    await scene.add("a.md", "one\n");
    expect(scene.subjects()).toEqual(["cli:c_1: a: better"]);
  });

  test("is not made in a folder that only lies inside a repository", () => {
    using scene = openRepository();
    const folder = join(scene.folder, "objects");
    const log = createLog({ level: "info", now: () => "", write: () => undefined });
    expect(createGitHistory({ folder, state: scene.state, log })).toBeUndefined();
  });

  test("runs no hook, filter, monitor or program that the repository names", async () => {
    using scene = openRepository();
    await scene.add("a.md", "one\n");
    const canary = join(scene.folder, ".state/canary");
    const program = join(scene.folder, "evil.sh");
    writeFileSync(program, `#!/bin/sh\necho "$0 $*" >> ${canary}\ncat\n`);
    chmodSync(program, 0o755);
    for (const hook of [
      ...["pre-commit", "commit-msg", "post-commit", "prepare-commit-msg", "post-index-change"],
      ...["reference-transaction", "pre-auto-gc", "post-checkout", "update"],
    ]) {
      const file = join(scene.folder, ".git/hooks", hook);
      writeFileSync(file, `#!/bin/sh\necho ${hook} >> ${canary}\n`);
      chmodSync(file, 0o755);
    }
    appendFileSync(
      join(scene.folder, ".git/config"),
      `[core]
	fsmonitor = ${program}
	sshCommand = ${program}
	editor = ${program}
	pager = ${program}
	alternateRefsCommand = ${program}
[filter "evil"]
	clean = ${program}
	smudge = ${program}
	process = ${program}
	required = true
[diff]
	external = ${program}
[commit]
	gpgSign = true
[gpg]
	program = ${program}
[gc]
	auto = 1
[credential]
	helper = ${program}
[alias]
	update-index = !${program}
`,
    );
    writeFileSync(join(scene.folder, ".gitattributes"), "* filter=evil diff=evil\n");
    writeFileSync(join(scene.folder, "objects/.gitattributes"), "* filter=evil\n");
    await scene.add("a.md", "two\n");
    await scene.add("b.md", "three\n");
    await scene.add("b.md", null);
    expect(scene.log).toEqual([]);
    expect(existsSync(canary)).toBe(false);
    // They would have run: git by itself, in the same folder, sets them off.
    scene.git("status");
    expect(existsSync(canary)).toBe(true);
  });
});

describe("a commit while somebody else holds the index", () => {
  const change = (reason: string, text: string) => ({
    ...{ po_name: "a", author: "cli:c_1", reason },
    files: [{ name: "a.md", text }],
  });

  test("leaves HEAD where it is, so that a human's next commit undoes nothing, and comes with the next change", async () => {
    using scene = openRepository();
    await scene.add("a.md", "one\n", "made");
    const lock = join(scene.folder, ".git/index.lock");
    writeFileSync(lock, "");
    const history = scene.open({ indexWaitMs: 0 });
    scene.write("a.md", "two\n");
    history?.add(change("second", "two\n"));
    await history?.settled();
    expect(scene.subjects()).toEqual(["cli:c_1: a: made"]);
    expect(scene.log.length).toBe(1);
    expect(scene.log[0]).toContain("index.lock");
    rmSync(lock);
    writeFileSync(join(scene.folder, "notes.txt"), "a human's");
    scene.git("add", "notes.txt");
    scene.git("commit", "--quiet", "--message", "notes");
    expect(scene.git("status", "--porcelain", "objects")).toBe("M objects/a.md");
    scene.write("a.md", "three\n");
    history?.add(change("third", "three\n"));
    await history?.settled();
    expect(scene.subjects()).toEqual([
      "cli:c_1: a: third",
      "cli:c_1: a: second",
      "h: notes",
      "cli:c_1: a: made",
    ]);
    expect(scene.git("status", "--porcelain", "objects")).toBe("");
  });

  test("waits for it", async () => {
    using scene = openRepository();
    const lock = join(scene.folder, ".git/index.lock");
    writeFileSync(lock, "");
    const pause = async () => rmSync(lock);
    const history = scene.open({ indexWaitMs: 60_000, pause });
    scene.write("a.md", "one\n");
    history?.add(change("made", "one\n"));
    await history?.settled();
    expect([scene.subjects(), scene.log]).toEqual([["cli:c_1: a: made"], []]);
    expect(scene.git("status", "--porcelain", "objects")).toBe("");
  });
});

describe("what a killed daemon had no time for", () => {
  const version = (number: number) => ({
    author: `cli:c_${number}`,
    reason: `edit ${number}`,
    text: `text ${number}\n`,
  });
  const catchUp = async (scene: ReturnType<typeof openRepository>, ...numbers: number[]) => {
    const history = scene.open();
    const versions = () => numbers.toReversed().map(version);
    history?.catchUp([{ po_name: "a", file: "a.md", versions }], () => undefined);
    await history?.settled();
    expect(scene.log).toEqual([]);
  };

  test("is committed after it, each version once and by its author", async () => {
    using scene = openRepository();
    scene.write("a.md", "text 3\n");
    await catchUp(scene, 1, 2);
    await catchUp(scene, 1, 2, 3);
    await catchUp(scene, 1, 2, 3);
    expect(scene.subjects()).toEqual([
      "cli:c_3: a: edit 3",
      "cli:c_2: a: edit 2",
      "cli:c_1: a: edit 1",
    ]);
    expect(scene.git("show", "HEAD:objects/a.md")).toBe("text 3");
  });

  test("is the newest only where the repository holds what was never a version", async () => {
    using scene = openRepository();
    await scene.add("a.md", "by hand\n", "by hand");
    scene.write("a.md", "text 3\n");
    await catchUp(scene, 1, 2, 3);
    expect(scene.subjects()).toEqual(["cli:c_3: a: edit 3", "cli:c_1: a: by hand"]);
  });

  test("is a removal too: of what the repository has, no file holds, and somebody took away", async () => {
    using scene = openRepository();
    for (const name of ["a", "b", "c"]) await scene.add(`${name}.md`, `name: ${name}\n`, name);
    for (const name of ["a", "b"]) rmSync(join(scene.folder, "objects", `${name}.md`));
    const asked: string[][] = [];
    const removed = (file: string, text: string) => {
      asked.push([file, text]);
      return file === "a.md" ? { po_name: "a", author: "cli:c_9", reason: "" } : undefined;
    };
    for (let start = 1; start <= 2; start += 1) {
      const history = scene.open();
      history?.catchUp([], removed);
      await history?.settled();
    }
    expect(scene.log).toEqual([]);
    expect(asked).toEqual([
      ["a.md", "name: a"],
      ["b.md", "name: b"],
      ["b.md", "name: b"],
    ]);
    expect(scene.subjects()[0]).toBe("cli:c_9: a: removed");
    expect(scene.git("ls-tree", "--name-only", "HEAD", "objects/")).toBe(
      "objects/b.md\nobjects/c.md",
    );
    expect(scene.git("status", "--porcelain", "objects")).toBe("D objects/b.md");
  });

  test("is nothing where the file is gone", async () => {
    using scene = openRepository();
    await scene.add("b.md", "b\n");
    await catchUp(scene, 1, 2);
    expect(scene.subjects()).toEqual(["cli:c_1: a: better"]);
  });
});

describe("what is committed", () => {
  test("is a removal of what the last daemon had in a file, and this one never saw change", () => {
    const added: unknown[] = [];
    const git = { add: (commit: unknown) => void added.push(commit) };
    const before = [{ po_name: "a", file: "old.md" }];
    const happened = createObjectCommits(git, () => "old text", before);
    const gone = { po_name: "a", author: "cli:c", reason: "why", kept_as: null };
    happened({ type: "POUnloaded", payload: gone });
    expect(added).toEqual([
      { po_name: "a", author: "cli:c", reason: "why", files: [{ name: "old.md", text: null }] },
    ]);
  });

  test("says of an object without a reason that it was made", () => {
    const reasons: string[] = [];
    const happened = createObjectCommits(
      { add: ({ reason }) => void reasons.push(reason) },
      () => "",
    );
    const by = { po_name: "a", text: "", author: "ada (cli)", reason: "" };
    for (const [base_hash, hash] of [
      [null, "h"],
      ["h", "i"],
    ] as const) {
      happened({ type: "POModified", payload: { ...by, base_hash, hash } });
      happened({ type: "POLoaded", payload: { po_name: "a", hash, file: "a.md" } });
    }
    expect(reasons).toEqual(["made", ""]);
  });

  test("is each change once its file holds it, a move as a move, a removal as one", () => {
    const added: unknown[] = [];
    const git = { add: (commit: unknown) => void added.push(commit) };
    const happened = createObjectCommits(git, () => "old text");
    const change = { base_hash: null, hash: "h", text: "text", author: "cli:c", reason: "why" };
    const load = (file: string) =>
      happened({ type: "POLoaded", payload: { po_name: "a", hash: "h", file } });
    load("a.md");
    happened({ type: "POModified", payload: { po_name: "a", ...change } });
    expect(added).toEqual([]);
    load("a.md");
    load("b.md");
    const gone = { po_name: "a", author: "disk", reason: "", kept_as: null };
    happened({ type: "POUnloaded", payload: gone });
    expect(added).toEqual([
      { po_name: "a", author: "cli:c", reason: "why", files: [{ name: "a.md", text: "text" }] },
      {
        po_name: "a",
        author: "disk",
        reason: "moved to b.md",
        files: [
          { name: "a.md", text: null },
          { name: "b.md", text: "old text" },
        ],
      },
      { po_name: "a", author: "disk", reason: "removed", files: [{ name: "b.md", text: null }] },
    ]);
  });
});
