// `jamey objects …` with the real daemon: made, edited, compared, taken back, named anew and deleted, over
// flags, pipes and an editor in a terminal; what is saved in the folder is seen by itself.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { temporaryHome } from "../support/fake-daemon.ts";
import { type CliOptions, openTerminal, runCli, spawnCli } from "../support/run-cli.ts";

// Each command is a process from source, and many tests share a processor.
setDefaultTimeout(60_000);

const home = realpathSync(temporaryHome());
const folder = join(home, "data/environments/default/objects");
const fileOf = (name: string) => join(folder, `${name}.md`);

const run = (args: string[], options: Partial<CliOptions> = {}) =>
  runCli(["objects", ...args], { home, ...options });

async function printed(args: string[], options: Partial<CliOptions> = {}): Promise<string> {
  const { code, stdout, stderr } = await run([...args, "-q"], options);
  expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: "" });
  return stdout;
}

const json = async (args: string[]) => JSON.parse(await printed([...args, "--json"]));
const textOf = (name: string) => readFileSync(fileOf(name), "utf8");
const VERSION = "[0-9a-f]{12}";

/** An editor that does this to the file it is given. */
function editor(script: string): Record<string, string> {
  const program = join(home, `editor-${Bun.hash(script)}.sh`);
  writeFileSync(program, `#!/bin/sh\n${script}\n`);
  chmodSync(program, 0o755);
  return { VISUAL: program, EDITOR: "false" };
}

beforeAll(async () => {
  await printed(["list"]);
});

afterAll(async () => {
  await runCli(["daemon", "stop"], { home });
});

describe("jamey objects", () => {
  test("new makes one from a template, with its reason, and refuses a name that is taken", async () => {
    const made = await printed(["new", "critic", "--template", "reviewer", "--reason", "wanted"]);
    expect(made).toMatch(new RegExp(`^Created: critic ${VERSION}\n$`));
    expect(textOf("critic")).toContain("You review changes.");
    const again = await run(["new", "critic"]);
    expect([again.code, again.stderr]).toEqual([
      1,
      "jamey: There is an object 'critic' already: jamey objects edit critic\n",
    ]);
    const odd = await run(["new", "critic2", "--template", "nothing"]);
    expect([odd.code, odd.stdout]).toEqual([2, ""]);
    const [version] = (await json(["history", "critic"])).versions;
    expect([version.reason, version.author, version.is_live]).toEqual([
      "wanted",
      expect.stringMatching(/^\S+ \(cli\)$/),
      true,
    ]);
  });

  test("edit takes a text from a file or a pipe, and refuses one that was made from another version", async () => {
    await printed(["new", "poet"]);
    const { version } = await json(["show", "poet"]);
    const first = textOf("poet");
    const second = first.replace("helpful assistant", "poet");
    const base = ["--base", version.slice(0, 8)];
    const changed = await printed(["edit", "poet", "--file", "-", ...base], { stdin: second });
    expect(changed).toMatch(new RegExp(`^Changed: poet ${VERSION}\n$`));
    expect(textOf("poet")).toBe(second);
    const draft = join(home, "draft.md");
    writeFileSync(draft, first.replace("helpful", "silent"));
    const stale = await run(["edit", "poet", "--file", "draft.md", ...base]);
    expect(stale.code).toBe(1);
    expect(stale.stderr).toContain("\n-You are a helpful assistant.\n+You are a poet.\n");
    expect(textOf("poet")).toBe(second);
    await printed(["edit", "poet", "--file", "draft.md"]);
    expect(textOf("poet")).toContain("silent");
    const broken = await run(["edit", "poet", "--file", "-"], {
      stdin: "---\nname: poet\nmode: x\n---\n",
    });
    expect([broken.code, broken.stderr]).toEqual([78, expect.stringContaining("text:3: mode: ")]);
  });

  test("edit without a terminal says how to give the text", async () => {
    const { code, stderr } = await run(["edit", "assistant"]);
    expect([code, stderr]).toEqual([
      2,
      "jamey: There is no terminal for an editor: give the text with --file FILE or --file -.\n",
    ]);
  });

  test("history, diff and show --at tell what changed; revert takes it back", async () => {
    await printed(["new", "tester"]);
    const first = textOf("tester");
    const alone = await run(["diff", "tester"]);
    expect([alone.code, alone.stderr]).toEqual([
      1,
      "jamey: 'tester' has only one version so far: there is nothing to compare it with.\n",
    ]);
    const second = first.replace("helpful", "strict");
    await printed(["edit", "tester", "--file", "-", "--reason", "stricter"], { stdin: second });
    const rows = (await printed(["history", "tester"])).split("\n");
    expect(rows.length).toBe(3);
    expect(rows[0]).toMatch(
      new RegExp(`^${VERSION}  live  now  \\S+ \\(cli\\) +\\d+ bytes  stricter$`),
    );
    const versions = (await json(["history", "tester"])).versions;
    const [live, before] = versions.map((one: { hash: string }) => one.hash);
    const patch = [
      `--- tester ${before.slice(0, 12)}`,
      `+++ tester ${live.slice(0, 12)}`,
      "@@ -3,4 +3,4 @@",
      ' description: ""',
      " capabilities: []",
      " ---",
      "-You are a helpful assistant.",
      "+You are a strict assistant.",
      "",
    ].join("\n");
    expect(await printed(["diff", "tester"])).toBe(patch);
    expect(await printed(["diff", "tester", before.slice(0, 6)])).toBe(patch);
    expect(await json(["diff", "tester", before, live])).toEqual({
      po_name: "tester",
      from: before,
      to: live,
      diff: patch,
    });
    const coloured = await printed(["diff", "tester", "--color", "always"]);
    expect(coloured).toContain("\u001b[31m-You are a helpful assistant.\u001b[39m\n");
    expect((await run(["diff", "tester", live])).stderr).toBe("Nothing differs.\n");
    expect(await printed(["show", "tester", "--at", before.slice(0, 8)])).toBe(first);
    await printed(["revert", "tester", before.slice(0, 8)]);
    expect(textOf("tester")).toBe(first);
    expect((await printed(["history", "tester", "-n", "1"])).trim()).toEndWith(
      `back to ${before.slice(0, 12)}`,
    );
  });

  test("rename gives another object; delete wants a yes, keeps the history, and revert brings it back", async () => {
    await printed(["new", "old"]);
    const text = textOf("old");
    await printed(["rename", "old", "fresh"]);
    expect([existsSync(fileOf("old")), textOf("fresh")]).toEqual([
      false,
      text.replace('"old"', "fresh"),
    ]);
    const unsure = await run(["delete", "fresh"]);
    expect([unsure.code, unsure.stderr]).toEqual([
      2,
      "jamey: Deleting fresh takes its file away. Say so with --yes.\n",
    ]);
    const deleted = await run(["delete", "fresh", "--yes", "--reason", "enough"]);
    expect([deleted.code, deleted.stdout]).toEqual([0, "Deleted: fresh\n"]);
    expect(existsSync(fileOf("fresh"))).toBe(false);
    const { versions } = await json(["history", "fresh"]);
    await printed(["revert", "fresh", versions[0].hash]);
    expect(textOf("fresh")).toContain("name: fresh");
  });

  test("a session tells with -v which version answered, and says when its object is gone", async () => {
    await printed(["new", "speaker"]);
    const { version } = await json(["show", "speaker"]);
    const said = await runCli(["-q", "--object", "speaker", "-o", "json", "/say yes"], { home });
    const { session_id } = JSON.parse(said.stdout);
    const show = (...flags: string[]) =>
      runCli(["sessions", "show", session_id, ...flags], { home });
    expect((await show("-v")).stdout).toContain(`[assistant version ${version.slice(0, 12)}] `);
    expect((await show()).stdout).toContain("[assistant] ");
    await printed(["delete", "speaker", "--yes"]);
    expect((await show()).stderr).toContain("Its object 'speaker' is gone");
  });
});

describe("an editor in a terminal", () => {
  const open = (args: string[], variables: Record<string, string>) =>
    openTerminal(["objects", ...args], { home, variables });

  test("changes the text; what is left as it was changes nothing", async () => {
    await printed(["new", "edited"]);
    const terminal = open(["edit", "edited"], editor('sed -i s/helpful/quiet/ "$1"'));
    await terminal.until("Changed: edited ");
    expect(await terminal.child.exited).toBe(0);
    expect(textOf("edited")).toContain("You are a quiet assistant.");
    const idle = open(["edit", "edited"], editor(":"));
    await idle.until("Nothing was changed.");
    expect(await idle.child.exited).toBe(0);
  });

  test("is opened again for a text that is no object, and keeps it when that is not wanted", async () => {
    const terminal = open(["new", "drafted", "--edit"], editor('echo nothing > "$1"'));
    await terminal.until("Edit it again? [y/N]");
    terminal.type("y\n");
    await terminal.until("Edit it again? [y/N]");
    terminal.type("n\n");
    await terminal.until("Your text is kept in ");
    expect(await terminal.child.exited).toBe(78);
    expect(existsSync(fileOf("drafted"))).toBe(false);
  });

  test("ends with what somebody else did meanwhile, and the text is kept", async () => {
    await printed(["new", "shared"]);
    const file = fileOf("shared");
    const both = editor(`sed -i s/helpful/slow/ "$1"; sed -i s/helpful/fast/ "${file}"`);
    const terminal = open(["edit", "shared"], both);
    await terminal.until("+You are a fast assistant.");
    await terminal.until("Your text is kept in ");
    expect(await terminal.child.exited).toBe(1);
    expect(textOf("shared")).toContain("You are a fast assistant.");
  });
});

test("what is saved in the folder is an event by itself, within a second", async () => {
  const types = ["POLoaded", "POModified", "POUnloaded"];
  const child = spawnCli(
    ["events", "--follow", "--json", ...types.flatMap((type) => ["--type", type])],
    {
      home,
    },
  );
  const reader = child.stdout.getReader();
  const decoder = new TextDecoder();
  let seen = "";
  const until = async (text: string) => {
    while (!seen.includes(text)) seen += decoder.decode((await reader.read()).value);
  };
  // Only who follows already sees what comes: the first edit is over the command line.
  const first = until("the first");
  for (let index = 0; !seen.includes("the first"); index += 1) {
    const stdin = `---\nname: watched\n---\nText ${index}.\n`;
    const args = existsSync(fileOf("watched")) ? ["edit", "watched"] : undefined;
    if (!args) await printed(["new", "watched"]);
    else await printed([...args, "--file", "-", "--reason", "the first"], { stdin });
  }
  await first;
  const began = Date.now();
  writeFileSync(fileOf("watched"), "---\nname: watched\n---\nSaved by hand.\n");
  await until("Saved by hand.");
  const line = seen.split("\n").find((one) => one.includes("Saved by hand."));
  const { at, payload } = JSON.parse(line ?? "{}");
  expect([payload.author, payload.po_name]).toEqual(["disk", "watched"]);
  expect(Date.parse(at) - began).toBeLessThan(1_000);
  // Another place is no other object; only what is removed is gone.
  renameSync(fileOf("watched"), fileOf("moved"));
  await until('"file":"moved.md"');
  expect(seen).not.toContain("POUnloaded");
  rmSync(fileOf("moved"));
  await until("POUnloaded");
  child.kill();
  await child.exited;
});

test("where the settings ask for it, each change is a commit in the environment's repository", async () => {
  const other = realpathSync(temporaryHome());
  const place = join(other, "data/environments/default");
  const variables = { JAMEY_GIT_COMMIT: "true" };
  const jamey = async (...args: string[]) => {
    const { code, stderr } = await runCli([...args, "-q"], { home: other, variables });
    expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: "" });
  };
  mkdirSync(place, { recursive: true });
  const git = (...words: string[]) =>
    `${Bun.spawnSync(["git", ...words], { cwd: place, env: { PATH: process.env.PATH ?? "" } }).stdout}`;
  git("init", "--quiet");
  await jamey("objects", "new", "critic", "--reason", "wanted");
  await jamey("objects", "delete", "critic", "--yes", "--reason", "enough");
  await jamey("daemon", "stop");
  expect(git("log", "--format=%s").split("\n")).toEqual([
    "critic: enough",
    "critic: wanted",
    "assistant: made",
    "",
  ]);
  expect(git("log", "-1", "--format=%an").trim()).toMatch(/^\S+ \(cli\)$/);
});

describe("what is wrong with an object that answers", () => {
  const odd = `---
name: odd
permisions: { shell: deny }
mode: review
group: { judge: assistant }
on_start: Hello
wake: [{ cron: "30 2 * * *", timezone: UTC, message: look }]
---
You are odd.
`;
  const warning = () =>
    `jamey: warning: ${fileOf("odd")}:3: unknown key 'permisions' is ignored; did you mean 'permissions'?\n`;

  test("is said where it is made, listed and shown; a change that changes nothing says so", async () => {
    expect((await run(["new", "odd"])).stderr).toBe("");
    const file = join(home, "odd.md");
    writeFileSync(file, odd);
    const edited = await run(["edit", "odd", "--file", file]);
    expect([edited.stdout.startsWith("Changed: odd "), edited.stderr]).toEqual([true, warning()]);
    const again = await run(["edit", "odd", "--file", file]);
    expect(again.stdout).toBe("");
    expect(again.stderr).toMatch(/^Nothing was changed: odd [0-9a-f]{12} is live\.\n/);
    expect((await run(["list"])).stderr).toContain(warning());
    const shown = await run(["show", "odd"]);
    expect(shown.stderr).toBe(warning());
    for (const [key, value] of [
      ["mode", "review"],
      ["group", "judge assistant"],
      ["on_start", "Hello"],
      ["wake", "cron 30 2 * * * UTC: look"],
    ]) {
      expect(shown.stdout).toMatch(RegExp(`^${key} +${value?.replaceAll("*", "\\*")}$`, "m"));
    }
    writeFileSync(fileOf("odd"), odd.replace("mode: review", "mode: swarm"));
    const { stdout, stderr } = await runCli(["schedules", "list"], { home });
    expect(stdout).toContain("odd.cron-");
    expect(stderr).toContain("— the schedules of the last good version of 'odd' count");
    writeFileSync(fileOf("odd"), odd);
  });

  test("is who still calls it by a name that is gone", async () => {
    const text = "---\nname: caller\ncapabilities: [odd]\n---\nYou call.\n";
    writeFileSync(fileOf("caller"), text);
    await run(["show", "odd"]);
    const renamed = await run(["rename", "odd", "even"]);
    const missing = `jamey: warning: ${fileOf("caller")}: no tool, object or workflow of these names is there: 'odd'\n`;
    expect(renamed.stderr).toContain(missing);
    await run(["rename", "even", "odd"]);
    expect((await run(["delete", "odd", "--yes"])).stderr).toStartWith(missing);
    await run(["delete", "caller", "--yes"]);
  });
});
