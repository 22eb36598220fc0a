// A file of ours is replaced whole or stays as it was.
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "jamey-replace-"));
const script = join(import.meta.dir, "../support/small-disk.ts");

afterAll(() => rmSync(folder, { recursive: true }));

/** Blocks of 512 bytes in sh. */
const BLOCKS = 64;

async function replaceOnSmallDisk(file: string, length: number): Promise<string> {
  const run = Bun.spawn(
    [
      "sh",
      "-c",
      `trap '' XFSZ; ulimit -f ${BLOCKS}; exec "$0" "$@"`,
      process.execPath,
      script,
      file,
      `${length}`,
    ],
    { stdout: "pipe", stderr: "inherit" },
  );
  return await new Response(run.stdout).text();
}

test("A disk that takes only a part of the new content leaves the old, and says so", async () => {
  const file = join(folder, "keys.yml");
  writeFileSync(file, "old");
  expect(await replaceOnSmallDisk(file, 1_000_000)).toMatch(
    /keys\.yml could not be written \(.+\)\. It is as it was\./,
  );
  expect([readFileSync(file, "utf8"), readdirSync(folder)]).toEqual(["old", ["keys.yml"]]);
  expect(await replaceOnSmallDisk(file, 1_000)).toBe("written");
  expect(readFileSync(file, "utf8")).toBe("y".repeat(1_000));
});
