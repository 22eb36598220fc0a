// Whether a client may start the daemon: the same layers as of every other setting.
import { expect, test } from "bun:test";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { findEnvironment } from "../../src/client/places.ts";
import { mayAutoStart } from "../../src/client/start.ts";
import { JameyError } from "../../src/protocol/errors.ts";
import { temporaryHome } from "../support/fake-daemon.ts";

function openSettings(variables: Record<string, string> = {}) {
  const home = temporaryHome();
  const all = { ...variables, JAMEY_HOME: home };
  const { places } = findEnvironment({ flag: undefined, variables: all, directory: "/" });
  const config = `${home}/config`;
  mkdirSync(places.folder, { recursive: true });
  mkdirSync(config, { recursive: true });
  return {
    manifest: (text: string) => writeFileSync(`${places.folder}/manifest.yml`, text),
    daemonFile: (text: string) => writeFileSync(`${config}/daemon.yml`, text),
    asked: () => mayAutoStart({ places, config, variables: all }),
    [Symbol.dispose]: () => rmSync(home, { recursive: true, force: true }),
  };
}

test("the manifest counts before daemon.yml, and daemon.yml before the default", async () => {
  using settings = openSettings();
  expect(await settings.asked()).toBe(true);
  settings.daemonFile("auto_start: false\n");
  expect(await settings.asked()).toBe(false);
  settings.manifest("model: openai/gpt-5\n");
  expect(await settings.asked()).toBe(false);
  settings.manifest("auto_start: true\n");
  expect(await settings.asked()).toBe(true);
  settings.daemonFile("auto_start: true\n");
  settings.manifest("auto_start: false\n");
  expect(await settings.asked()).toBe(false);
});

test("the variable counts before every file, whatever the file holds", async () => {
  using settings = openSettings({ JAMEY_AUTO_START: "no" });
  settings.manifest("auto_start: true\nbroken: [\n");
  expect(await settings.asked()).toBe(false);
});

test("a manifest that cannot be read is named", async () => {
  using settings = openSettings();
  settings.manifest("auto_start: [\n");
  const failed = await settings.asked().catch((thrown: unknown) => thrown);
  expect(failed instanceof JameyError ? [failed.code, failed.message] : failed).toEqual([
    "config_invalid",
    expect.stringContaining("manifest.yml cannot be read"),
  ]);
});
