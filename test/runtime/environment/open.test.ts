// What a real daemon keeps of its own from tools and from version control, in any environment.
import { expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openDaemonHome } from "../../support/daemon-process.ts";
import { openRawWire } from "../../support/raw-wire.ts";

// Processes from source take their time where many tests share a processor.
setDefaultTimeout(60_000);

test("the state of an environment is ignored by git, whoever made the environment", async () => {
  await using home = openDaemonHome();
  const environment = join(home.folder, "data/environments/mine");
  mkdirSync(environment, { recursive: true });
  await home.start({ environment: "mine" }).ready;
  expect(readFileSync(join(environment, ".state/.gitignore"), "utf8")).toBe("*\n");
});

test("keys, state and the socket's folder are out of the reach of tools, though the workspace holds them", async () => {
  await using home = openDaemonHome();
  home.write("config/credentials", "OPENAI_API_KEY=sk-canary\n");
  await home.start().ready;
  home.write("data/environments/default/.state/outputs/other/output_1.txt", "sk-canary\n");
  const wire = await openRawWire(home.socket);
  await wire.attach({ workspace: home.folder, client: "cli" });
  const run = async (name: string, args: object) =>
    await wire.ask("RunTool", { session_id: null, name, args });
  for (const path of [
    "config/credentials",
    "data/environments/default/.state/lock.db",
    "data/environments/default/.state/outputs/other/output_1.txt",
    "data/environments/other/.state/jamey.db",
    "state/run/default.token",
  ]) {
    expect(await run("file_read", { path })).toMatchObject({
      type: "Error",
      payload: { message: expect.stringContaining("jamey's own keys and state") },
    });
  }
  const searched = await run("file_search", { pattern: "canary" });
  expect(searched.payload).toMatchObject({
    result: { output: expect.stringMatching(/^\[0 matches/) },
  });
  for (const path of [
    "manifest.yml",
    "objects/assistant.md",
    "objects/new.md",
    "workflows/new.yml",
    "tools/new.yml",
    "tests/new.yml",
    "tests/cassettes/new.yml",
    ".git/hooks/pre-commit",
    ".gitignore",
  ]) {
    const args = { path: `data/environments/default/${path}`, content: "x" };
    expect(await run("file_write", args)).toMatchObject({
      type: "Error",
      payload: { message: expect.stringContaining("not written by tools") },
    });
  }
  wire.close();
});
