// What a command loads: a client must start within milliseconds, and zod alone takes longer than that.
import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const folder = resolve(import.meta.dir, "../../src/cli/commands");
const transpiler = new Bun.Transpiler({ loader: "ts", trimUnusedImports: true });

/** Everything that a file loads before it runs, packages by their names. Types load nothing. */
async function loadedBy(file: string, seen = new Set<string>()): Promise<Set<string>> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const { path, kind } of transpiler.scanImports(await Bun.file(file).text())) {
    if (kind !== "import-statement") continue;
    if (!path.startsWith(".")) seen.add(path);
    else if (path.endsWith(".ts")) await loadedBy(join(dirname(file), path), seen);
  }
  return seen;
}

test.each(readdirSync(folder))("%s loads no zod", async (name) => {
  expect([...(await loadedBy(join(folder, name)))]).not.toContain("zod");
});

test("the look finds zod where it is", async () => {
  const schemas = resolve(import.meta.dir, "../../src/protocol/schema.ts");
  expect([...(await loadedBy(schemas))]).toContain("zod");
});
