// The pictures of the README: what a screen shows becomes pixels, pixels become a file that others can read,
// and each picture that the README names is there and small.
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { inflateSync } from "node:zlib";
import { drawScreen } from "../../scripts/pictures/draw.ts";
import { encodePng } from "../../scripts/pictures/png.ts";
import { script } from "../../scripts/pictures/script.ts";
import { readScript } from "../../src/providers/script.ts";
import { createScreenModel } from "../support/screen-model.ts";

const root = resolve(import.meta.dir, "../..");
/** What a clone should not have to carry for one picture. Bytes. */
const MAX_PICTURE_BYTES = 150_000;

function draw(text: string) {
  const screen = createScreenModel(4, 1);
  screen.write(text);
  return drawScreen(screen);
}

test("a letter has ink, a blank has none, and inverse is the other way round", () => {
  const inkOf = (text: string) => draw(text).pixels.filter((index) => index !== 0).length;
  const blank = inkOf("");
  expect(blank).toBe(0);
  expect(inkOf("a")).toBeGreaterThan(0);
  expect(inkOf("\u001b[7ma")).toBeGreaterThan(inkOf("a"));
});

test("every sign that the interface draws by itself has ink", () => {
  const signs = [..."─│├└▸▾›❯→↑↓⇄●○◆■▌█░•✓✗✋⏎…·"];
  const empty = signs.filter((sign) => draw(sign).pixels.every((index) => index === 0));
  expect(empty).toEqual([]);
});

test("a file holds the size, and row by row the pixels", () => {
  const picture = draw("ab");
  const file = encodePng(picture);
  const data = file.indexOf("IDAT");
  const rows = inflateSync(file.subarray(data + 4, data + 4 + file.readUInt32BE(data - 4)));
  const { width, height, pixels } = picture;
  const row = Math.floor(height / 2);
  expect([file.readUInt32BE(16), file.readUInt32BE(20), rows.length]).toEqual([
    width,
    height,
    (width + 1) * height,
  ]);
  expect([...rows.subarray(row * (width + 1) + 1, (row + 1) * (width + 1))]).toEqual([
    ...pixels.subarray(row * width, (row + 1) * width),
  ]);
});

test("each picture that the README shows is there, and small", () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const named = [...readme.matchAll(/^!\[(.+)\]\((.+\.png)\)$/gm)];
  const wrong = named.filter(([, , path = ""]) => {
    const file = readFileSync(join(root, path));
    return file.length > MAX_PICTURE_BYTES || file.subarray(1, 4).toString() !== "PNG";
  });
  expect([named.length, wrong]).toEqual([4, []]);
});

test("what the agents say on them is a script that models can play", () => {
  expect(readScript(script, "team.yml").length).toBeGreaterThan(0);
});
