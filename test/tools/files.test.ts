// Reading, writing, editing and listing files of a workspace.
import { describe, expect, test } from "bun:test";
import { chmod, link, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { applyEdit, fileEditTool } from "../../src/tools/file-edit.ts";
import { fileListTool } from "../../src/tools/file-list.ts";
import { fileReadTool } from "../../src/tools/file-read.ts";
import { fileWriteTool } from "../../src/tools/file-write.ts";
import { openToolWorld } from "../support/tool-world.ts";

const read = fileReadTool();
const write = fileWriteTool();
const edit = fileEditTool();
const list = fileListTool();

function completed(output: string, bytes = Buffer.byteLength(output)) {
  return {
    output,
    success: true,
    outcome: "completed" as const,
    output_bytes: bytes,
    spilled_to: null,
  };
}

describe("file_read", () => {
  test("J145: reads a file relative to the workspace, as it is", async () => {
    await using rig = await openToolWorld();
    await mkdir(join(rig.workspace, "sub"));
    await writeFile(join(rig.workspace, "sub/a.txt"), "\ufeffone\r\n\ttwo\nthree ✓");
    const whole = completed("one\n\ttwo\nthree ✓");
    expect(await rig.call(read, { path: "sub/a.txt" })).toEqual(whole);
    expect(await rig.call(read, { path: `${rig.workspace}/sub/../sub/a.txt` })).toEqual(whole);
  });

  test("gives a long file in pages and says how to go on", async () => {
    await using rig = await openToolWorld();
    const lines = Array.from({ length: 10 }, (_, index) => `line ${index + 1}`);
    await writeFile(join(rig.workspace, "a.txt"), `${lines.join("\n")}\n`);
    const page = async (offset: number, limit: number) =>
      (await rig.call(read, { path: "a.txt", offset, limit })).output;
    expect(await page(1, 2)).toBe(
      "line 1\nline 2\n[lines 1 to 2 of a file of 71 bytes; go on with offset 3]",
    );
    expect(await page(9, 2)).toBe("line 9\nline 10");
    const beyond = await rig.call(read, { path: "a.txt", offset: 11 });
    expect([beyond.success, beyond.output]).toEqual([
      false,
      "[the file has 10 lines, none from 11 on]",
    ]);
    await writeFile(join(rig.workspace, "empty"), "");
    expect((await rig.call(read, { path: "empty" })).output).toBe("[the file is empty]");
  });

  test("fills one output and never spills, and cuts a line that is too long", async () => {
    await using rig = await openToolWorld();
    const small = fileReadTool({ max_output_bytes: 1024, max_spill_bytes: 0 });
    await writeFile(join(rig.workspace, "a.txt"), `${"x".repeat(99)}\n`.repeat(1000));
    const page = await rig.call(small, { path: "a.txt" });
    expect([page.spilled_to, page.success]).toEqual([null, true]);
    expect(page.output).toBe(
      `${`${"x".repeat(99)}\n`.repeat(5)}[lines 1 to 5 of a file of 100,000 bytes; go on with offset 6]`,
    );
    await writeFile(join(rig.workspace, "long"), `${"y".repeat(200_000)}\nend`);
    const long = await rig.call(read, { path: "long" });
    expect(long.output).toBe(`${"y".repeat(4000)}… 196,000 more characters in this line\nend`);
  });

  test("reads back an output that was spilled, and nothing else outside", async () => {
    await using rig = await openToolWorld();
    await writeFile(join(rig.spill_folder, "output_1.txt"), "spilled");
    const path = join(rig.spill_folder, "output_1.txt");
    expect((await rig.call(read, { path })).output).toBe("spilled");
    expect(await read.check({ path }, rig.context())).toEqual({ valid: true, subject: path });
    expect((await rig.call(read, { path: `${rig.spill_folder}/../x` })).success).toBe(false);
    expect((await rig.call(write, { path, content: "x" })).success).toBe(false);
  });

  test("refuses what is no text, with a hint for images", async () => {
    await using rig = await openToolWorld();
    await writeFile(join(rig.workspace, "a.png"), new Uint8Array([137, 80, 78, 71, 0, 1]));
    await writeFile(join(rig.workspace, "a.bin"), new Uint8Array([1, 0, 2]));
    const [image, binary] = [
      await rig.call(read, { path: "a.png" }),
      await rig.call(read, { path: "a.bin" }),
    ];
    expect(image.output).toBe(
      "a.png is not text (6 bytes): it is an image; a human can attach it to a message",
    );
    expect(binary.output).toStartWith("a.bin is not text (3 bytes): look at it with a program");
    expect([image.success, binary.success]).toEqual([false, false]);
  });

  test("never waits for a pipe and never opens a folder", async () => {
    await using rig = await openToolWorld();
    Bun.spawnSync(["mkfifo", join(rig.workspace, "pipe")]);
    expect((await rig.call(read, { path: "pipe" })).output).toContain("not a regular file");
    expect((await rig.call(read, { path: "." })).output).toContain("it is a folder");
    expect((await rig.call(read, { path: "none" })).output).toContain("it does not exist");
    expect((await rig.call(write, { path: "pipe", content: "x" })).success).toBe(false);
  });
});

describe("file_write", () => {
  test("J146: creates parents and says how many bytes, not characters, it wrote", async () => {
    await using rig = await openToolWorld();
    const written = await rig.call(write, { path: "a/b/c.txt", content: "über ✓" });
    expect(written).toEqual(completed("Created a/b/c.txt: 9 bytes written."));
    expect(await readFile(join(rig.workspace, "a/b/c.txt"), "utf8")).toBe("über ✓");
    expect(await readdir(join(rig.workspace, "a/b"))).toEqual(["c.txt"]);
  });

  test("replaces a file in one step, keeps its mode and leaves hard links alone", async () => {
    await using rig = await openToolWorld();
    const path = join(rig.workspace, "run.sh");
    await writeFile(path, "old");
    await chmod(path, 0o751);
    const { output } = await rig.call(write, { path: "run.sh", content: "new!" });
    expect(output).toBe("Replaced run.sh: 4 bytes written.");
    expect((await stat(path)).mode & 0o777).toBe(0o751);
    expect(await readFile(path, "utf8")).toBe("new!");
    expect(await readdir(rig.workspace)).toEqual(["run.sh"]);
    const outside = join(rig.folder, "outside");
    await writeFile(outside, "old");
    await link(outside, join(rig.workspace, "hard"));
    expect((await rig.call(write, { path: "hard", content: "new" })).success).toBe(true);
    expect(await readFile(outside, "utf8")).toBe("old");
  });

  test("follows a link that stays inside, and shows where it leads", async () => {
    await using rig = await openToolWorld();
    await mkdir(join(rig.workspace, "real"));
    await symlink("real", join(rig.workspace, "relative"));
    await symlink(join(rig.workspace, "real"), join(rig.workspace, "absolute"));
    const context = rig.context();
    for (const path of ["relative/new/a.txt", "absolute/new/a.txt", "real/../relative/new/a.txt"]) {
      expect(await write.check({ path, content: "" }, context)).toEqual({
        valid: true,
        subject: "real/new/a.txt",
      });
    }
    await rig.call(write, { path: "relative/new/a.txt", content: "1" });
    await rig.call(write, { path: "absolute/new/a.txt", content: "2" });
    expect(await readFile(join(rig.workspace, "real/new/a.txt"), "utf8")).toBe("2");
  });

  test("refuses git's own files and jamey's state, present or missing, however they are spelled", async () => {
    await using rig = await openToolWorld();
    await mkdir(join(rig.workspace, "x/.git/hooks"), { recursive: true });
    await symlink("x/.git/hooks", join(rig.workspace, "innocent"));
    const paths = [
      ".git/hooks/pre-commit",
      ".git/config",
      ".git",
      "new/.git",
      ".GIT/config",
      ".g\u200cit/hooks/post-index-change",
      "x/.git/modules/y/config",
      "x/../x/.git/hooks/pre-commit",
      "innocent/pre-commit",
      ".state/jamey.db",
      "deep/.State/lock.db",
    ];
    for (const path of paths) {
      expect((await write.check({ path, content: "x" }, rig.context())).valid).toBe(false);
      const written = await rig.call(write, { path, content: "x" });
      expect([path, written.success]).toEqual([path, false]);
      expect(written.output).toContain("not written by tools");
    }
    expect(await readdir(join(rig.workspace, "x/.git/hooks"))).toEqual([]);
    expect((await readdir(rig.workspace)).toSorted()).toEqual(["innocent", "x"]);
    // Files that merely look alike are ordinary.
    expect((await rig.call(write, { path: ".gitignore", content: "x" })).success).toBe(true);
  });
});

describe("file_edit", () => {
  test("replaces exact text that occurs once, and says where", async () => {
    await using rig = await openToolWorld();
    await writeFile(join(rig.workspace, "a.ts"), "one\ntwo $& \nthree\n");
    const args = { path: "a.ts", old_text: "two $& ", new_text: "$1 zwei" };
    const edited = await rig.call(edit, args);
    expect(edited).toEqual(completed("Edited a.ts: 1 replacement at line 2, 18 bytes written."));
    expect(await readFile(join(rig.workspace, "a.ts"), "utf8")).toBe("one\n$1 zwei\nthree\n");
  });

  test("leaves a file alone unless the edit is clear", async () => {
    const text = "a\nb\na\naaa\n";
    const tried = (old_text: string, new_text: string, replace_all = false) => {
      const edited = applyEdit(text, { path: "f", old_text, new_text, replace_all }, "f");
      return edited.ok ? edited.value.text : edited.problem;
    };
    expect(tried("z", "y")).toStartWith("f is unchanged: old_text does not occur in it.");
    expect(tried("a\n", "x")).toStartWith("f is unchanged: old_text occurs 3 times.");
    expect(tried("aa", "x")).toStartWith(
      "f is unchanged: old_text occurs more than once, overlapping.",
    );
    expect(tried("b", "b")).toBe("f is unchanged: old_text and new_text are the same");
    expect(tried("a\n", "x\n", true)).toBe("x\nb\nx\naax\n");
  });

  test("keeps CRLF, whichever line ends the model writes, and a byte order mark", async () => {
    await using rig = await openToolWorld();
    const path = join(rig.workspace, "dos.txt");
    await writeFile(path, "\ufeffone\r\ntwo\r\nthree\r\n");
    const args = { path: "dos.txt", old_text: "one\ntwo", new_text: "1\n2\n" };
    expect((await rig.call(edit, args)).success).toBe(true);
    expect(await readFile(path, "utf8")).toBe("\ufeff1\r\n2\r\n\r\nthree\r\n");
  });

  test("does not touch what is not UTF-8, or is too large", async () => {
    await using rig = await openToolWorld();
    const latin = new Uint8Array([99, 97, 102, 233, 10]);
    await writeFile(join(rig.workspace, "latin"), latin);
    const edited = await rig.call(edit, { path: "latin", old_text: "ca", new_text: "x" });
    expect(edited.output).toBe("latin: it is not UTF-8, and editing would spoil it");
    expect(new Uint8Array(await readFile(join(rig.workspace, "latin")))).toEqual(latin);
    await writeFile(join(rig.workspace, "large"), "x".repeat(10 * 1024 * 1024 + 1));
    const large = await rig.call(edit, { path: "large", old_text: "x", new_text: "y" });
    expect(large.output).toContain("larger than 10,485,760 bytes");
  });

  test("refuses a file that changed since it was read", async () => {
    await using rig = await openToolWorld();
    const { files } = rig.world;
    const place = { root: rig.workspace, path: "a" };
    await writeFile(join(rig.workspace, "a"), "first");
    const opened = await files.open(place);
    if (!opened.ok) throw new Error(opened.problem);
    const { version, close } = opened.value;
    close();
    await writeFile(join(rig.workspace, "a"), "second");
    const written = await files.write(place, new Uint8Array(), { replaces: version });
    expect(written.ok ? "written" : written.problem).toContain("it changed since it was read");
    expect(await readFile(join(rig.workspace, "a"), "utf8")).toBe("second");
    expect(await readdir(rig.workspace)).toEqual(["a"]);
  });
});

describe("file_list", () => {
  async function tree(folder: string): Promise<void> {
    for (const path of ["src/deep", "node_modules/x", ".git"]) {
      await mkdir(join(folder, path), { recursive: true });
    }
    for (const path of [
      "b.md",
      "a.ts",
      "src/c.ts",
      "src/deep/d.tsx",
      "node_modules/x/e.ts",
      ".git/f.ts",
    ]) {
      await writeFile(join(folder, path), "");
    }
    await symlink("src", join(folder, "link"));
  }

  test("shows one folder in order, folders with / and links with @", async () => {
    await using rig = await openToolWorld();
    await tree(rig.workspace);
    expect(await rig.call(list, {})).toEqual(
      completed(".git/\na.ts\nb.md\nlink@\nnode_modules/\nsrc/"),
    );
    expect((await rig.call(list, { path: "src" })).output).toBe("c.ts\ndeep/");
    expect((await rig.call(list, { path: "src/deep" })).output).toBe("d.tsx");
    expect((await rig.call(list, { path: "a.ts" })).output).toContain("it is not a folder");
  });

  test("finds by glob beneath the folder, without .git and node_modules unless asked", async () => {
    await using rig = await openToolWorld();
    await tree(rig.workspace);
    const found = async (args: Record<string, string | boolean>) =>
      (await rig.call(list, args)).output;
    expect(await found({ glob: "**/*.ts" })).toBe("a.ts\nsrc/c.ts");
    expect(await found({ glob: "*.{ts,tsx}" })).toBe("a.ts\nsrc/c.ts\nsrc/deep/d.tsx");
    expect(await found({ glob: "src/*" })).toBe("src/c.ts\nsrc/deep/");
    expect(await found({ glob: "[ab].*" })).toBe("a.ts\nb.md");
    expect(await found({ glob: "*.ts", all: true })).toBe(
      ".git/f.ts\na.ts\nnode_modules/x/e.ts\nsrc/c.ts",
    );
    expect(await found({ glob: "*.rs" })).toBe("[nothing matches]");
    expect(await found({ glob: "{a" })).toBe("glob: \"{a\": a '}' is missing");
  });

  test("stops at a thousand names and says so", async () => {
    await using rig = await openToolWorld();
    await Promise.all(
      Array.from({ length: 1001 }, async (_, index) => {
        await writeFile(join(rig.workspace, `f${String(index).padStart(4, "0")}`), "");
      }),
    );
    const { output } = await rig.call(list, {});
    const lines = output.split("\n");
    expect([lines.length, lines[999]]).toEqual([1001, "f0999"]);
    expect(lines[1000]).toStartWith("[the first 1,000; there are more");
  });
});
