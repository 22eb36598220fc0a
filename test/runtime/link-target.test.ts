// Where a link leads is known also while others replace what it leads to.
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { linkTarget } from "../../src/runtime/link-target.ts";

const root = realpathSync(mkdtempSync(join(tmpdir(), "jamey-links-")));
afterAll(() => rmSync(root, { recursive: true }));

const LOOKS = 20_000;

test("A link leads to its file, there or not; a circle leads nowhere", () => {
  const file = join(root, "file");
  symlinkSync("file", join(root, "one"));
  symlinkSync(join(root, "one"), join(root, "two"));
  expect(linkTarget(join(root, "two"))).toBe(file);
  writeFileSync(file, "");
  expect([linkTarget(join(root, "two")), linkTarget(file)]).toEqual([file, file]);
  symlinkSync("circle", join(root, "circle"));
  expect(() => linkTarget(join(root, "circle"))).toThrow("circle");
});

const replacer = `
  import { renameSync, writeFileSync } from "node:fs";
  const [file] = process.argv.slice(-1);
  process.stdout.write("ready");
  for (;;) {
    writeFileSync(file + ".new", "");
    renameSync(file + ".new", file);
  }
`;

test("A file that another process replaces again and again is found each time", async () => {
  const file = join(root, "replaced");
  writeFileSync(file, "");
  const child = Bun.spawn([process.execPath, "-e", replacer, file], { stdout: "pipe" });
  try {
    await child.stdout.getReader().read();
    for (let look = 0; look < LOOKS; look += 1) expect(linkTarget(file)).toBe(file);
  } finally {
    child.kill("SIGKILL");
    await child.exited;
  }
});
