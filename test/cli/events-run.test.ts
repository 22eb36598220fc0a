// `jamey events` against a daemon: the end of a journal, and what came since a time, are what all of it says.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { windowsBack } from "../../src/cli/output/event-window.ts";
import { temporaryHome } from "../support/fake-daemon.ts";
import { runCli } from "../support/run-cli.ts";

test("windows are looked at from the end of the journal, twice as far each time, down to its beginning", () => {
  expect([...windowsBack(1_000_000, 10)].slice(0, 3)).toEqual([999_960, 999_920, 999_840]);
  expect([...windowsBack(100, 10)]).toEqual([60, 20, 0]);
  expect([...windowsBack(0, 10)]).toEqual([0]);
});

describe("jamey events", () => {
  const home = temporaryHome();
  const lines = async (...args: string[]) =>
    (await runCli(["events", ...args], { home })).stdout.trimEnd().split("\n");

  beforeAll(async () => {
    await runCli(["daemon", "start"], { home });
    for (const text of ["one", "two", "three"]) await runCli(["-p", text], { home });
  }, 30_000);
  afterAll(async () => {
    await runCli(["daemon", "stop"], { home });
  });

  test("with -n shows the last lines of all there are, however few fit what is asked", async () => {
    const types = ["--type", "MessageAdded", "--type", "SessionCreated"];
    const all = await lines(...types);
    expect(all).toHaveLength(9);
    for (const count of [1, 4, 9, 50]) {
      expect(await lines(...types, "-n", String(count))).toEqual(all.slice(-count));
    }
  });

  test("since a time shows what happened from then on", async () => {
    const all = (await lines("--json", "--type", "MessageAdded")).map((line) => JSON.parse(line));
    const { at } = all[2];
    const found = await lines("--json", "--type", "MessageAdded", "--since", at);
    expect(found.map((line) => JSON.parse(line).seq)).toEqual(
      all.filter((event) => event.at >= at).map(({ seq }) => seq),
    );
  });
});
