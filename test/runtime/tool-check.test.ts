// The check of tools that people write: samples in three languages pass it, what is wrong is named.
import { expect, test } from "bun:test";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { createToolChecks } from "../../src/runtime/plugins/check.ts";
import { openPluginFolder } from "../support/plugin-folder.ts";

const samples = new URL("../fixtures/tools", import.meta.url).pathname;
const checks = createToolChecks(process.env);
const { signal } = new AbortController();

const report = (file: string) => checks.check({ file, signal });
const wrong = async (file: string) =>
  (await report(file)).checks.flatMap(({ problem }) => problem ?? []);

/** A compiled language: C where there is a compiler, else what Bun compiles. */
function compile(folder: string): void {
  const program = join(folder, "echo");
  const cc = Bun.which("cc");
  const command = cc
    ? [cc, "-O1", "-o", program, join(samples, "c/echo.c")]
    : [process.execPath, "build", "--compile", join(samples, "c/echo.ts"), "--outfile", program];
  const built = Bun.spawnSync(command, { stderr: "pipe", stdout: "ignore" });
  if (!built.success) throw new Error(built.stderr.toString());
}

test.each(["sh/echo-sh", "python/echo-python", "c/echo-c", "process/echo-process"])(
  "the sample %s passes",
  async (sample) => {
    using folder = openPluginFolder();
    cpSync(join(samples, sample, ".."), folder.path, { recursive: true });
    if (sample.startsWith("c/")) compile(folder.path);
    const { checks: made } = await report(join(folder.path, `${sample.split("/")[1]}.yml`));
    expect(made.filter(({ problem }) => problem !== null)).toEqual([]);
    expect(made.length).toBeGreaterThan(7);
  },
);

test("names what differs from the examples", async () => {
  using folder = openPluginFolder();
  folder.tool(
    "odd",
    'printf "%s!" "$1"',
    "examples:",
    "  - { args: { a: 1 }, output: '{\"a\":1}' }",
    "  - { args: {}, outcome: failed }",
    "  - { args: {}, contains: '?' }",
  );
  expect(await wrong(join(folder.path, "odd.yml"))).toEqual([
    '"{\\"a\\":1}!" instead of "{\\"a\\":1}"',
    'completed instead of failed: "{}!"',
    '"{}!" does not contain "?"',
  ]);
});

test("a tool without examples was not tried, and one without a program cannot be", async () => {
  using folder = openPluginFolder();
  folder.tool("plain", "echo hi");
  folder.manifest("gone", "description: x", "command: [no-such-program-anywhere]");
  folder.manifest("bad", "description: x", "command: [x]", "parameters: {type: array}");
  expect(await wrong(join(folder.path, "plain.yml"))).toEqual([
    "Its manifest has no `examples`: whether it works was not tried.",
  ]);
  const [gone] = await wrong(join(folder.path, "gone.yml"));
  expect(gone).toStartWith("no-such-program-anywhere: there is no such program in ");
  expect(await wrong(join(folder.path, "bad.yml"))).toEqual([
    `${folder.path}/bad.yml: parameters: must be a JSON Schema with type: object`,
  ]);
});

test("finds the manifests of a folder, and says where it looked when there are none", () => {
  using folder = openPluginFolder();
  const find = () => checks.find({ path: ".", directory: folder.path });
  expect(find).toThrow(`There is no manifest of a tool in ${folder.path}`);
  folder.tool("b", "true");
  folder.tool("a", "true");
  expect(find()).toEqual([join(folder.path, "a.yml"), join(folder.path, "b.yml")]);
  expect(checks.find({ path: "a.yml", directory: folder.path })).toEqual([
    join(folder.path, "a.yml"),
  ]);
});
