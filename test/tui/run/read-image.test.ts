// The file of a pasted path: read as terminals write it, by what its bytes are, and bounded.
import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readImage } from "../../../src/tui/run/read-image.ts";

const root = mkdtempSync(join(tmpdir(), "jamey-image-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 1, 2, 3]);

test("an image is read by any way in which its path is written", async () => {
  await Bun.write(join(root, "a b.png"), png);
  const ways = [
    `'${root}/a b.png'`,
    `"${root}/a b.png"`,
    `${root}/a\\ b.png`,
    `file://${root}/a%20b.png`,
    "a b.png",
    "./a b.png",
  ];
  const data = Buffer.from(png).toString("base64");
  const image = { media_type: "image/png", data, name: "a b.png", bytes: 7 };
  for (const written of ways) {
    const read = await readImage(written, root);
    expect(read).toEqual({ image: { ...image, written }, problem: null });
  }
});

test("what is no file is nothing, and what is no image says so", async () => {
  mkdirSync(join(root, "folder.png"));
  await Bun.write(join(root, "text.png"), "no image");
  await Bun.write(join(root, "large.png"), png);
  truncateSync(join(root, "large.png"), 8 * 1024 * 1024 + 1);
  const reads = await Promise.all(
    ["none.png", "folder.png", "file://elsewhere/a.png", "a\0.png", "text.png", "large.png"].map(
      (written) => readImage(written, root),
    ),
  );
  expect(reads.map(({ image }) => image)).toEqual([null, null, null, null, null, null]);
  expect(reads.map(({ problem }) => problem)).toEqual([
    null,
    null,
    null,
    null,
    "text.png is not attached: its bytes are those of no image.",
    "large.png is not attached: images have at most 8 MiB.",
  ]);
});
