// What a tool's hash is about: its bytes as they are now, however fast they change.
import { expect, test } from "bun:test";
import { chmodSync, renameSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fingerprintOf, type KnownHashes } from "../../src/runtime/plugins/fingerprint.ts";
import { readPlugin } from "../../src/runtime/plugins/plugin-files.ts";
import { openPluginFolder, type PluginFolder } from "../support/plugin-folder.ts";

const ROUNDS = 100;

/** Looks again and again as one daemon would. */
function createLooks(folder: PluginFolder, known: KnownHashes = new Map()) {
  return async (name: string) => {
    const plugin = readPlugin(name, join(folder.path, `${name}.yml`));
    const found = await fingerprintOf(plugin, { folder: folder.path, path: "/usr/bin", known });
    return found.ok ? found.value.hash : found.problem;
  };
}

test("a program that changes back and forth within moments is never taken for the other", async () => {
  using folder = openPluginFolder();
  folder.tool("weather", "echo 0");
  const hashOf = createLooks(folder);
  const hashes: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    writeFileSync(join(folder.path, "weather.sh"), `#!/bin/sh\necho ${round % 2}\n`);
    hashes.push(await hashOf("weather"));
  }
  const [even = "", odd = ""] = hashes;
  expect(even).not.toBe(odd);
  expect(hashes).toEqual(hashes.map((_hash, round) => (round % 2 === 0 ? even : odd)));
});

test("only the hash of a file that has rested is remembered", async () => {
  using folder = openPluginFolder();
  folder.tool("weather", "echo 0", "files: [/bin/sh]");
  const known: KnownHashes = new Map();
  const hashOf = createLooks(folder, known);
  expect(await hashOf("weather")).toMatch(/^[0-9a-f]{64}$/);
  expect([...known.keys()]).toEqual(["/bin/sh"]);
});

test("a program put in its place with the same size and times is another one", async () => {
  using folder = openPluginFolder();
  folder.tool("weather", "echo 0");
  const hashOf = createLooks(folder);
  const file = join(folder.path, "weather.sh");
  const long = new Date("2020-01-01T00:00:00Z");
  utimesSync(file, long, long);
  const before = await hashOf("weather");
  writeFileSync(`${file}.new`, "#!/bin/sh\necho 1\n");
  chmodSync(`${file}.new`, 0o755);
  utimesSync(`${file}.new`, long, long);
  renameSync(`${file}.new`, file);
  expect(await hashOf("weather")).not.toBe(before);
});

test("files that a manifest names are part of it, what lies beside it is not", async () => {
  using folder = openPluginFolder();
  folder.tool("weather", "echo 0", "files: [data/words.txt]");
  const hashOf = createLooks(folder);
  expect(await hashOf("weather")).toContain("words.txt: there is no such file.");
  await Bun.write(join(folder.path, "data/words.txt"), "one");
  const before = await hashOf("weather");
  writeFileSync(join(folder.path, "other.sh"), "echo other");
  expect(await hashOf("weather")).toBe(before);
  await Bun.write(join(folder.path, "data/words.txt"), "two");
  expect(await hashOf("weather")).not.toBe(before);
});
