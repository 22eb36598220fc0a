// The human's own command for the status line: what it is given, what of its answer is shown, how it is bounded.
import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type StatusCommandOptions,
  startStatusCommand,
} from "../../../src/tui/run/status-command.ts";
import { isAlive, untilNone } from "../../support/processes.ts";

const root = mkdtempSync(join(tmpdir(), "jamey-status-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Every line and every problem, each waited for. */
function start(command: string, options: Partial<StatusCommandOptions> = {}) {
  const heard: string[] = [];
  let wanted = { count: 0, done: (): void => undefined };
  const hear = (text: string) => {
    heard.push(text);
    if (heard.length >= wanted.count) wanted.done();
  };
  const { PATH = "" } = process.env;
  const status = startStatusCommand({
    command,
    directory: root,
    variables: { PATH },
    says: (text) => hear(`says ${text}`),
    fails: (problem) => hear(`fails ${problem}`),
    betweenMs: 0,
    ...options,
  });
  return {
    ...status,
    async heard(count: number): Promise<readonly string[]> {
      const { promise, resolve } = Promise.withResolvers<void>();
      wanted = { count, done: resolve };
      if (heard.length < count) await promise;
      return heard.slice();
    },
  };
}

test("it is given the state on an input that is closed, and its first line is shown clean", async () => {
  const run = start("printf '\\033[31m'; tr a-z A-Z; printf 'more\\n'");
  run.changed('{"a":1}');
  expect(await run.heard(1)).toEqual(['says {"A":1}']);
  const coloured = start("printf '\\033[31mred\\007\\302\\205!'; exit 3");
  coloured.changed("{}");
  expect(await coloured.heard(1)).toEqual(["says red!"]);
});

test("a first line that is empty is what it says, however it ends and whatever follows", async () => {
  const run = start("read -r times; echo; case $times in *[05]) exit 3;; esac; echo more");
  // Whether it has ended by itself when its line is read is another thing each time.
  for (let times = 1; times <= 20; times += 1) {
    run.changed(String(times));
    await run.heard(times);
  }
  expect(await run.heard(20)).toEqual(Array.from({ length: 20 }, () => "says "));
  const silent = start("exec >&-; exit 0");
  silent.changed("{}");
  expect(await silent.heard(1)).toEqual(["says "]);
});

test("it runs again only for another state, and for the newest where several came", async () => {
  const run = start("cat");
  for (const json of ["1", "1", "2", "3"]) run.changed(json);
  const before = await run.heard(1);
  run.changed("3");
  run.changed("4");
  expect([before, await run.heard(2)]).toEqual([["says 3"], ["says 3", "says 4"]]);
});

test("with reduced motion it rests while a turn runs", async () => {
  const run = start("cat", { isMotionReduced: true });
  run.changed("1");
  await run.heard(1);
  run.changed("2", true);
  run.changed("3");
  expect(await run.heard(2)).toEqual(["says 1", "says 3"]);
  const moving = start("cat");
  moving.changed("2", true);
  expect(await moving.heard(1)).toEqual(["says 2"]);
});

test("it does not run again before its time, whatever changes", async () => {
  const run = start("cat", { betweenMs: 3_600_000 });
  run.changed("1");
  await run.heard(1);
  for (let count = 0; count < 100; count += 1) run.changed(`n${count}`);
  // Another one that may, begun later, has answered several times meanwhile.
  const other = start("cat");
  for (const count of [1, 2, 3]) {
    other.changed(String(count));
    await other.heard(count);
  }
  expect(await run.heard(1)).toEqual(["says 1"]);
  run.stop();
});

test("one that never ends, or never stops talking, is ended with everything that it began", async () => {
  const late = start("sleep 1000 & echo $! > child; sleep 1000", { maxRunMs: 100 });
  late.changed("{}");
  expect(await late.heard(2)).toEqual([
    "says ",
    "fails JAMEY_STATUS_COMMAND: took longer than 100 ms",
  ]);
  const pid = Number(await Bun.file(join(root, "child")).text());
  expect(await untilNone(() => (isAlive(pid) ? [pid] : []))).toEqual([]);
  const loud = start("while :; do printf 0123456789; done");
  loud.changed("{}");
  const [said = ""] = await loud.heard(1);
  expect(said.length).toBeLessThanOrEqual("says ".length + 201);
});

test("one that leaves behind what holds its output open is over when it has ended, and runs again", async () => {
  const run = start("setsid sleep 600 & echo $! > left; exit 0", { maxRunMs: 60_000 });
  for (const count of [1, 2]) {
    run.changed(String(count));
    expect(await run.heard(count)).toEqual(Array.from({ length: count }, () => "says "));
    // What makes itself a group of its own is not ended.
    process.kill(Number(await Bun.file(join(root, "left")).text()), "SIGKILL");
  }
});

test("its time holds also where the interface is killed while it runs", async () => {
  const file = join(root, "bounded");
  const from = JSON.stringify(import.meta.resolve("../../../src/tui/run/status-command.ts"));
  const said = "says: () => undefined, fails: () => undefined";
  const run = `directory: ${JSON.stringify(root)}, variables: { PATH: process.env.PATH }`;
  const command =
    'command: "sleep 1000 & echo $! > bounded.new; mv bounded.new bounded; sleep 1000"';
  const script = `import { startStatusCommand } from ${from};
    startStatusCommand({ ${command}, ${run}, ${said}, maxRunMs: 900 }).changed("{}");`;
  const killed = Bun.spawn([process.execPath, "-e", script], {
    stdout: "ignore",
    stderr: "inherit",
  });
  expect(await untilNone(() => (existsSync(file) ? [] : [killed.pid]))).toEqual([]);
  killed.kill("SIGKILL");
  await killed.exited;
  const pid = Number(await Bun.file(file).text());
  expect(await untilNone(() => (isAlive(pid) ? [pid] : []))).toEqual([]);
});

test("a failure is told with the first line of what it says of it, clean and bounded", async () => {
  const run = start("read word; printf '\\033[31moops: %s\\nmore\\n' $word >&2; exit 3");
  run.changed("it");
  const problem = "fails JAMEY_STATUS_COMMAND: ended with 3: oops: it";
  expect(await run.heard(2)).toEqual(["says ", problem]);
  const loud = start("yes oops | head -c 1000000 >&2; exit 4");
  loud.changed("{}");
  expect(await loud.heard(2)).toEqual(["says ", "fails JAMEY_STATUS_COMMAND: ended with 4: oops"]);
  // What goes on and holds it open is not waited for.
  const held = start("echo oops >&2; sleep 1000 >/dev/null & exit 5");
  held.changed("{}");
  expect(await held.heard(2)).toEqual(["says ", "fails JAMEY_STATUS_COMMAND: ended with 5: oops"]);
});

test("a failure is told once, until it works again", async () => {
  const run = start("read word; test $word = good && echo fine");
  for (const [json, count] of [
    ["bad", 2],
    ["worse", 3],
    ["good", 4],
    ["bad", 6],
  ] as const) {
    run.changed(json);
    await run.heard(count);
  }
  const problem = "fails JAMEY_STATUS_COMMAND: ended with 1 and said nothing on stdout";
  expect(await run.heard(6)).toEqual(["says ", problem, "says ", "says fine", "says ", problem]);
});
