// Tools that people write, with the compiled binary as it is released: begun in each language, checked without a
// daemon, found by a running one, refused before a human approved them, run after.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { appendFileSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { TOOL_LANGUAGES } from "../../src/protocol/tool-checks.ts";
import { type Home, openHome } from "../support/home.ts";

setDefaultTimeout(60_000);

let home: Home;
let tools = "";
let url = "";
let key = "";
beforeAll(async () => {
  home = await openHome({ PATH: process.env.PATH ?? "" });
  tools = join(home.folder, "jamey/data/environments/default/tools");
  await home.run(["daemon", "start", "--http", "0"]);
  const status = await home.run(["daemon", "status", "--json"]);
  url = String(JSON.parse(status.stdout).url);
  key = (await home.run(["keys", "create", "examples"])).stdout.trim();
});
afterAll(async () => {
  await home.run(["daemon", "stop"]);
  await home[Symbol.asyncDispose]();
});

const listed = async (): Promise<string[]> => {
  const answer = await fetch(`${url}/tools`, { headers: { authorization: `Bearer ${key}` } });
  const found: { name: string }[] = JSON.parse(await answer.text());
  return found.map(({ name }) => name);
};

/** What the next line of `tools new` says, where there is a compiler; else nothing is built. */
function build(command: string | null): boolean {
  if (command === null) return true;
  if (Bun.which("cc") === null) return false;
  const built = Bun.spawnSync(["sh", "-c", `${command} -Wall -Wextra -Werror`], { cwd: tools });
  expect([built.exitCode, built.stderr.toString()]).toEqual([0, ""]);
  return true;
}

test.each([...TOOL_LANGUAGES])(
  "a tool begun in %s passes the check, is found by the running daemon, and runs once it is approved",
  async (language) => {
    const name = `greet_${language}`;
    expect(await listed()).not.toContain(name);
    const begun = await home.run(["tools", "new", name, "--lang", language, "--json"]);
    const made = JSON.parse(begun.stdout);
    expect([begun.code, made.tool, made.folder]).toEqual([0, name, tools]);
    const isBuilt = build(made.build);
    const checked = await home.run(["tools", "check", join(tools, `${name}.yml`)]);
    if (!isBuilt) {
      // Without a compiler the check says so; it is not passed over.
      expect([checked.code, checked.stdout]).toEqual([
        1,
        expect.stringContaining(`./${name}: there is no such program`),
      ]);
      return;
    }
    expect([checked.code, checked.stdout]).toEqual([0, expect.stringMatching(/\n1 passed\n$/)]);
    expect(checked.stdout.match(/ok {6}example/g)?.length).toBe(4);
    expect(await listed()).toContain(name);
    const early = await home.run(["tools", "run", name, "name=World"]);
    expect([early.code, early.stdout]).toEqual([77, ""]);
    expect(early.stderr).toContain("No human has approved");
    expect((await home.run(["tools", "approve", name, "--yes"])).code).toBe(0);
    const ran = await home.run(["tools", "run", name, "name=World"]);
    expect(ran).toEqual({ code: 0, stdout: "Hello, World!\n", stderr: "" });
  },
);

test("a tool whose program is swapped after it was approved is refused until it is approved again", async () => {
  await home.run(["tools", "new", "swapped"]);
  await home.run(["tools", "approve", "swapped", "--yes"]);
  appendFileSync(join(tools, "swapped.sh"), "echo and more\n");
  const refused = await home.run(["tools", "run", "swapped", "name=World"]);
  expect([refused.code, refused.stdout]).toEqual([77, ""]);
  await home.run(["tools", "approve", "swapped", "--yes"]);
  const ran = await home.run(["tools", "run", "swapped", "name=World"]);
  expect([ran.code, ran.stdout]).toEqual([0, "Hello, World!\nand more\n"]);
});

test("nothing is written over, and a name that cannot be one is refused", async () => {
  const again = async (...words: string[]) => await home.run(["tools", "new", ...words]);
  expect((await again("mine")).code).toBe(0);
  const before = readFileSync(join(tools, "mine.sh"), "utf8");
  expect(statSync(join(tools, "mine.sh")).mode & 0o777).toBe(0o700);
  const taken = await again("mine", "--lang", "python");
  expect([taken.code, taken.stdout]).toEqual([1, ""]);
  expect(taken.stderr).toContain(`There is something already: ${join(tools, "mine.yml")}.`);
  expect(readFileSync(join(tools, "mine.sh"), "utf8")).toBe(before);
  expect((await again("../mine")).stderr).toContain("cannot be the name of a tool");
  expect((await again("file_read")).stderr).toContain("There is a built-in tool named file_read");
  const nowhere = await again("other", "--env", "nowhere");
  expect(nowhere.stderr).toContain("There is no environment 'nowhere'");
});

test("what is begun says what comes next, and elsewhere too it passes the check as that says", async () => {
  const made = await home.run(["tools", "new", "away", "--folder", "a place"]);
  const folder = join(home.workspace, "a place");
  expect([made.code, made.stdout]).toEqual([0, `Created in ${folder}: away.yml, away.sh\n`]);
  const [, next = ""] = /^ {2}(jamey tools check .*)$/m.exec(made.stderr) ?? [];
  const script = `jamey() { "${home.binary}" "$@"; }\n${next}`;
  const checked = await home.run([script], { program: ["bash", "-c"] });
  expect([checked.code, checked.stdout]).toEqual([0, expect.stringMatching(/\n1 passed\n$/)]);
});
