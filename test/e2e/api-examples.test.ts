// What the README says for programs of one's own, as it stands there: curl, Python and JavaScript against the
// compiled binary over TCP, in a fresh home, offline.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildClient } from "../../scripts/client.ts";
import { type Home, openHome } from "../support/home.ts";

const readme = readFileSync(join(import.meta.dir, "../../README.md"), "utf8");
const [, section = ""] = /\n## From your own programs\n([\s\S]*?)\n## /.exec(readme) ?? [];
const blockOf = (language: string): string =>
  new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(section)?.[1] ?? "";

/** Where the README says that the daemon listens. */
const WRITTEN = "http://127.0.0.1:8080";

let home: Home;
let variables: Record<string, string> = {};
beforeAll(async () => {
  home = await openHome();
  await home.run(["daemon", "start", "--http", "0"]);
  const status = await home.run(["daemon", "status", "--json"]);
  const { stdout } = await home.run(["keys", "create", "examples", "--scope", "chat"]);
  variables = { URL: String(JSON.parse(status.stdout).url), KEY: stdout.trim() };
}, 60_000);
afterAll(async () => {
  await home.run(["daemon", "stop"]);
  await home[Symbol.asyncDispose]();
}, 60_000);

const run = (program: string[], args: string[] = []) =>
  home.run(args, { program, variables: { ...variables, PATH: process.env.PATH } });

test("the lines for curl do what they say", async () => {
  const script = blockOf("sh").replace(WRITTEN, variables.URL ?? "");
  const program = `set -e\njamey() { "${home.binary}" "$@"; }\n${script}`;
  const { code, stdout } = await run(["bash", "-c", program]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.any(String) });
  // Asked for twice with one key, said once: both answers are of one session.
  const greetings = [...stdout.matchAll(/\{"po_name":[^}]*hello from curl[^}]*\}/g)].map(String);
  expect([greetings.length, new Set(greetings).size]).toEqual([2, 1]);
  expect(stdout).toContain("event: TurnCompleted");
  expect(stdout).toContain("event: caught_up");
  expect(stdout).toContain('"schedules":[');
  const { stdout: open } = await run([home.binary], ["requests", "list", "--json"]);
  expect(open).not.toContain("Which colour?");
}, 60_000);

test("the lines in Python do what they say, with nothing but its own library", async () => {
  const { code, stdout, stderr } = await run(["python3", "-c", blockOf("python")]);
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^hello from Python\nevent \d+\ncaught_up \d+\n$/),
    stderr: "",
  });
}, 60_000);

for (const program of ["node", "bun"]) {
  test(`the lines in JavaScript do what they say in ${program}, with the client that is built`, async () => {
    const modules = join(home.workspace, program, "node_modules");
    await buildClient(join(modules, "jamey-client"));
    const file = join(home.workspace, program, "example.mjs");
    writeFileSync(file, blockOf("js"));
    const command = program === "bun" ? process.execPath : program;
    const { code, stdout, stderr } = await run([command, file]);
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: "hello from JavaScript\n",
      stderr: "",
    });
  }, 60_000);
}
