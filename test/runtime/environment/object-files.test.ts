// The folder of objects on a real disk: written whole or not at all, removed into a bounded trash, watched.
import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { objectFilesIn } from "../../../src/runtime/environment/object-files.ts";

function openFolder() {
  const home = mkdtempSync(join(tmpdir(), "jamey-object-files-"));
  const folder = join(home, "objects");
  mkdirSync(folder);
  const files = objectFilesIn({ folder, trash: join(home, "trash") });
  const heard: (() => void)[] = [];
  let count = 0;
  const failures: string[] = [];
  const stop = files.watch({
    changed() {
      count += 1;
      for (const resolve of heard.splice(0)) resolve();
    },
    failed: (reason) => void failures.push(reason),
  });
  return {
    home,
    folder,
    files,
    failures,
    count: () => count,
    /** Resolves with the next time that the watcher says something. */
    change: () => new Promise<void>((resolve) => void heard.push(resolve)),
    [Symbol.dispose]() {
      stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

test("a link that leads nowhere it could is a file like others, and reading it names it", () => {
  using scene = openFolder();
  const { files, folder } = scene;
  writeFileSync(join(folder, "plain.md"), "plain");
  symlinkSync("circle.md", join(folder, "circle.md"));
  symlinkSync("plain.md/below", join(folder, "through.md"));
  symlinkSync("x".repeat(300), join(folder, "long.md"));
  const listed = files.list().map(({ file }) => file);
  expect(listed).toEqual(
    ["circle.md", "long.md", "plain.md", "through.md"].map((name) => join(folder, name)),
  );
  for (const [name, reason] of [
    ["circle.md", "ELOOP"],
    ["long.md", "ENAMETOOLONG"],
    ["through.md", "ENOTDIR"],
  ] as const) {
    const file = files.place(name);
    expect(() => files.read(file)).toThrow(`${file}: ${reason}`);
    expect(files.stamp(file)).toBe(files.list().find((one) => one.file === file)?.stamp ?? "");
  }
});

describe("a draft", () => {
  test("takes the file's place whole, keeps its mode, and leaves nothing beside it", () => {
    using scene = openFolder();
    const { files } = scene;
    const file = files.place("a.md");
    writeFileSync(file, "old");
    chmodSync(file, 0o640);
    const draft = files.prepare(file, "new");
    expect([readFileSync(file, "utf8"), files.list().length]).toEqual(["old", 1]);
    expect(draft.commit(files.stamp(file))).toBe(true);
    expect(readFileSync(file, "utf8")).toBe("new");
    expect((statSync(file).mode & 0o777).toString(8)).toBe("640");
    expect(readdirSync(scene.folder)).toEqual(["a.md"]);
  });

  test("leaves a file alone that was saved since it was looked at", () => {
    using scene = openFolder();
    const { files } = scene;
    const file = files.place("a.md");
    expect(files.stamp(file)).toBeUndefined();
    const draft = files.prepare(file, "new");
    writeFileSync(file, "somebody else's");
    expect(draft.commit(undefined)).toBe(false);
    draft.discard();
    expect(readFileSync(file, "utf8")).toBe("somebody else's");
    expect(readdirSync(scene.folder)).toEqual(["a.md"]);
  });

  test("goes through a link to the file that it names, so that the link stays one", () => {
    using scene = openFolder();
    const { files, home } = scene;
    const real = join(home, "elsewhere.md");
    writeFileSync(real, "old");
    const file = files.place("a.md");
    symlinkSync(real, file);
    expect(files.prepare(file, "new").commit(files.stamp(file))).toBe(true);
    expect([readFileSync(real, "utf8"), lstatSync(file).isSymbolicLink()]).toEqual(["new", true]);
  });

  test("that cannot be written says so before anything is changed", () => {
    using scene = openFolder();
    const file = scene.files.place(`${"x".repeat(300)}.md`);
    expect(() => scene.files.prepare(file, "new")).toThrow("Nothing was changed.");
  });
});

describe("the trash", () => {
  test("keeps what was removed, of more than its limit the newest", () => {
    using scene = openFolder();
    const { files } = scene;
    const file = files.place("a.md");
    for (let index = 0; index < 205; index += 1) {
      writeFileSync(file, `text ${index}`);
      files.remove(file, `kept-${index}.md`);
    }
    expect([files.isKept("kept-204.md"), files.list()]).toEqual([true, []]);
    expect(readFileSync(join(scene.home, "trash/kept-204.md"), "utf8")).toBe("text 204");
    expect(readdirSync(join(scene.home, "trash")).length).toBe(200);
  });

  test("keeps the text of a link, and leaves alone what it names", () => {
    using scene = openFolder();
    const { files, home } = scene;
    const real = join(home, "elsewhere.md");
    writeFileSync(real, "text");
    symlinkSync(real, files.place("a.md"));
    files.remove(files.place("a.md"), "kept.md");
    expect([readFileSync(join(home, "trash/kept.md"), "utf8"), readFileSync(real, "utf8")]).toEqual(
      ["text", "text"],
    );
    expect(files.list()).toEqual([]);
  });
});

describe("the watcher", () => {
  test("hears a save, a new file, a removal and a file moved over another", async () => {
    using scene = openFolder();
    const file = scene.files.place("a.md");
    for (const act of [
      () => writeFileSync(file, "one"),
      () => writeFileSync(file, "two"),
      () => writeFileSync(join(scene.folder, "b"), "three"),
      () => renameSync(join(scene.folder, "b"), file),
      () => rmSync(file),
    ]) {
      const heard = scene.change();
      act();
      await heard;
    }
  });

  test("says a storm of saves a few times, and the last of them too", async () => {
    using scene = openFolder();
    const file = scene.files.place("a.md");
    const began = performance.now();
    for (let index = 0; index < 1_000; index += 1) {
      writeFileSync(file, `text ${index}`);
      if (index % 50 === 0) await new Promise(setImmediate);
    }
    await scene.change();
    // One look for each half second at the most, and one for what came last.
    const mostly = 2 + Math.ceil((performance.now() - began) / 500);
    expect(scene.count()).toBeLessThanOrEqual(mostly);
  });

  test("goes on in a folder that was moved away and made anew", async () => {
    using scene = openFolder();
    const gone = scene.change();
    renameSync(scene.folder, join(scene.home, "away"));
    await gone;
    const back = scene.change();
    mkdirSync(scene.folder);
    await back;
    const heard = scene.change();
    writeFileSync(join(scene.folder, "a.md"), "text");
    await heard;
    expect(scene.failures).toEqual([]);
  });
});
