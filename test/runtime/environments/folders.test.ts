// Environments as folders: made, listed, copied, renamed, archived, deleted and brought back, without a daemon.
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { JameyError } from "../../../src/protocol/errors.ts";
import { parseObject } from "../../../src/runtime/environment/object-file.ts";
import { findEnvironment, openEnvironment } from "../../../src/runtime/environment/open.ts";
import { templates } from "../../../src/runtime/environment/templates/index.ts";
import type { Template } from "../../../src/runtime/environment/templates/template.ts";
import { takeLock } from "../../../src/runtime/lock.ts";
import { openStore } from "../../../src/runtime/store/open.ts";
import { createTrials } from "../../../src/runtime/trials/index.ts";
import { builtInTools } from "../../../src/tools/index.ts";
import { openEnvironmentsHome } from "../../support/environments-home.ts";

const codeOf = async (work: Promise<unknown>): Promise<string> =>
  await work.then(
    () => "done",
    (thrown: unknown) => (thrown instanceof JameyError ? thrown.code : String(thrown)),
  );

describe("a template", () => {
  const tools = builtInTools().map((tool) => tool.name);
  for (const [name, { objects, files = {} }] of Object.entries<Template>(templates)) {
    test(`${name} makes an environment that loads without a word of warning`, async () => {
      using home = openEnvironmentsHome();
      await home.environments.create({ name: "new", template: name });
      const { variables } = home;
      const found = findEnvironment({ environment: "new", variables, mayMake: false });
      const opened = openEnvironment(found, { variables, flags: {} });
      expect([opened.warnings, opened.isTrusted]).toEqual([[], true]);
      const problems: string[] = [];
      const warn = (problem: string) => void problems.push(problem);
      for (const { file } of opened.objectFiles.list()) {
        const text = opened.objectFiles.read(file);
        const { capabilities } = parseObject({ text, file, hash: () => "", warn });
        problems.push(
          ...capabilities.filter((one) => {
            const isWorkflow = `workflows/${one}.yml` in files;
            return !tools.includes(one) && !(one in objects) && !isWorkflow;
          }),
        );
      }
      expect(problems).toEqual([]);
      // It answers where nobody is named.
      expect(Object.keys(objects)).toContain("assistant");
    });
  }

  test.each(["review-team", "dashboard", "researcher", "watcher"])(
    "%s passes its own tests",
    async (name) => {
      using home = openEnvironmentsHome();
      await home.environments.create({ name: "new", template: name });
      const trials = createTrials(home.variables);
      const files = trials.find({ environment: "new", files: [], directory: home.home });
      const signal = new AbortController().signal;
      for (const file of files) {
        const { status, problems } = await trials.play({ environment: "new", file, signal });
        expect([status, problems]).toEqual(["passed", []]);
      }
    },
  );

  test("that does not exist is refused with those that do, and nothing is made", async () => {
    using home = openEnvironmentsHome();
    const making = home.environments.create({ name: "new", template: "writr" });
    await expect(making).rejects.toThrow(
      "There is no template 'writr'. Did you mean 'writer'? There are: minimal, assistant, developer, writer, review-team, dashboard, researcher, watcher.",
    );
    expect(await home.environments.list()).toEqual([]);
  });
});

describe("an environment", () => {
  test("is known by its name, which is no path and not taken", async () => {
    using home = openEnvironmentsHome();
    const { environments } = home;
    await environments.create({ name: "one", template: "minimal" });
    const make = (name: string) => codeOf(environments.create({ name, template: null }));
    expect(await Promise.all(["one", "../x", ".x", "a/b", ""].map(make))).toEqual([
      "already_exists",
      ...Array.from({ length: 4 }, () => "invalid_request"),
    ]);
    await expect(environments.info("nope")).rejects.toThrow(
      "There is no environment 'nope' (known: one). To make it: jamey env create nope",
    );
    const [only] = await environments.list();
    expect(only).toEqual({
      name: "one",
      folder: home.folderOf("one"),
      is_default: false,
      is_trusted: true,
      objects: 1,
      sessions: null,
      bytes: expect.any(Number),
      running: null,
    });
  });

  test("that is chosen is followed when it is renamed, and forgotten when it is deleted", async () => {
    using home = openEnvironmentsHome();
    const { environments } = home;
    await environments.create({ name: "one", template: "minimal" });
    expect(await environments.chosen(null)).toBe("default");
    expect(await codeOf(environments.chosen("two"))).toBe("environment_not_found");
    await environments.chosen("one");
    await environments.rename({ from: "one", to: "two" });
    expect(await environments.chosen(null)).toBe("two");
    await environments.remove({ name: "two", purge: false });
    expect(await environments.chosen(null)).toBe("default");
  });

  test("is not touched while a daemon has it, save to look at it and to copy its files", async () => {
    using home = openEnvironmentsHome();
    const { environments } = home;
    await environments.create({ name: "one", template: "minimal" });
    const lock = takeLock(join(home.folderOf("one"), ".state/lock.db"));
    const before = home.tree();
    const file = join(home.home, "out.tar.gz");
    const tried = [
      environments.rename({ from: "one", to: "two" }),
      environments.archive("one"),
      environments.remove({ name: "one", purge: true }),
      environments.clone({ from: "one", to: "two", with_sessions: true }),
      environments.export({ environment: "one", file, with_sessions: true }),
    ];
    expect(await Promise.all(tried.map(codeOf))).toEqual(tried.map(() => "conflict"));
    expect(home.tree()).toEqual(before);
    expect((await environments.info("one")).running).toEqual({ pid: null, url: null });
    await environments.clone({ from: "one", to: "two", with_sessions: false });
    lock?.release();
    expect((await environments.info("one")).running).toBeNull();
  });

  test("is changed by humans only", async () => {
    using home = openEnvironmentsHome({ JAMEY_CALL_ID: "k1" });
    const { environments } = home;
    const file = join(home.home, "x.tar.gz");
    const tried = [
      environments.create({ name: "one", template: null }),
      environments.chosen("one"),
      environments.clone({ from: "a", to: "b", with_sessions: false }),
      environments.rename({ from: "a", to: "b" }),
      environments.archive("a"),
      environments.restore({ source: "a", directory: "/", name: null }),
      environments.remove({ name: "a", purge: false }),
      environments.export({ environment: "a", file, with_sessions: false }),
      environments.import({ file, name: null }),
      environments.trust({ environment: "a", hash: "" }),
    ];
    expect(await Promise.all(tried.map(codeOf))).toEqual(tried.map(() => "forbidden"));
  });

  test("loads from its files alone after its state was deleted", async () => {
    using home = openEnvironmentsHome();
    const { variables } = home;
    await home.environments.create({ name: "one", template: "review-team" });
    const found = findEnvironment({ environment: "one", variables, mayMake: false });
    const load = () => {
      const { config, warnings, objectFiles } = openEnvironment(found, { variables, flags: {} });
      return { config, warnings, files: objectFiles.list().map(({ file }) => file) };
    };
    const before = load();
    rmSync(found.places.state, { recursive: true });
    findEnvironment({ environment: "one", variables, mayMake: false });
    expect(load()).toEqual(before);
    expect(before.files.length).toBe(4);
  });
});

describe("a copy", () => {
  test("with its database has a journal of its own; without it has none", async () => {
    using home = openEnvironmentsHome();
    const { environments } = home;
    await environments.create({ name: "one", template: "minimal" });
    const idOf = async (name: string) => {
      const folder = join(home.folderOf(name), ".state");
      const store = openStore({ folder, onError: () => undefined });
      const { journal_id } = store.journal;
      const { problems } = store.journal.check();
      await store.close();
      return { journal_id, problems };
    };
    const first = await idOf("one");
    await environments.clone({ from: "one", to: "two", with_sessions: true });
    await environments.clone({ from: "one", to: "three", with_sessions: false });
    expect(existsSync(join(home.folderOf("three"), ".state/jamey.db"))).toBe(false);
    const second = await idOf("two");
    expect([first.problems, second.problems]).toEqual([[], []]);
    expect(second.journal_id).not.toBe(first.journal_id);
    expect(await idOf("one")).toEqual(first);
  });

  test("of what is not trusted is not trusted", async () => {
    using home = openEnvironmentsHome();
    const { environments } = home;
    await environments.create({ name: "one", template: "minimal" });
    home.write("data/environments/one/.state/untrusted", '{"from":"x"}');
    await environments.clone({ from: "one", to: "two", with_sessions: false });
    await environments.archive("one");
    await environments.restore({ source: "one", directory: "/", name: null });
    const infos = await environments.list();
    expect(infos.map(({ name, is_trusted }) => [name, is_trusted])).toEqual([
      ["one", false],
      ["two", false],
    ]);
  });
});

describe("what was taken away", () => {
  test("comes back from an archive as it was, file by file", async () => {
    using home = openEnvironmentsHome();
    const { environments } = home;
    await environments.create({ name: "one", template: "writer" });
    const long = `data/environments/one/tools/${"é".repeat(60)}/${"n".repeat(90)}.txt`;
    home.write(long, new Uint8Array(70_000).fill(7));
    home.write("data/environments/one/notes/empty.txt", "");
    home.write("data/environments/one/.state/outputs/s1/o.txt", "an output");
    const read = (file: string) => [file, readFileSync(join(home.home, file)).toString("base64")];
    const inside = () =>
      home
        .tree()
        .filter((name) => /\.(md|yml|txt)$/.test(name))
        .map((name) => read(`data/${name}`));
    const before = inside();
    const { file, members } = await environments.archive("one");
    expect([existsSync(home.folderOf("one")), existsSync(file)]).toEqual([false, true]);
    const back = await environments.restore({ source: "one", directory: "/", name: null });
    expect([inside(), back.members]).toEqual([before, members]);
    expect(before.length).toBe(6);
  });

  test("stays where an archive cannot hold it", async () => {
    using home = openEnvironmentsHome();
    await home.environments.create({ name: "one", template: "minimal" });
    symlinkSync("/etc/hostname", join(home.folderOf("one"), "link"));
    await expect(home.environments.archive("one")).rejects.toThrow(
      `${home.folderOf("one")}/link is a link or no file, which an archive does not keep`,
    );
    expect((await home.environments.list()).map((one) => one.name)).toEqual(["one"]);
  });

  test("comes back from the trash, unless it was purged", async () => {
    using home = openEnvironmentsHome();
    const { environments } = home;
    await environments.create({ name: "one", template: "minimal" });
    const { kept_in } = await environments.remove({ name: "one", purge: false });
    expect(kept_in).toStartWith(join(home.home, "data/trash/one~"));
    await environments.restore({ source: "one", directory: "/", name: "two" });
    expect((await environments.list()).map((one) => one.name)).toEqual(["two"]);
    await environments.remove({ name: "two", purge: true });
    const again = environments.restore({ source: "two", directory: "/", name: null });
    expect(await codeOf(again)).toBe("not_found");
  });

  test("is kept ten times over, the oldest going first", async () => {
    using home = openEnvironmentsHome();
    for (let number = 10; number < 22; number += 1) {
      const name = `e${number}`;
      await home.environments.create({ name, template: "minimal" });
      await home.environments.remove({ name, purge: false });
    }
    const kept = home.tree().flatMap((name) => /^trash\/(e\d+)~\w+$/.exec(name)?.[1] ?? []);
    expect(kept).toEqual(["e12", "e13", "e14", "e15", "e16", "e17", "e18", "e19", "e20", "e21"]);
  });

  test("is no file from elsewhere: that is imported", async () => {
    using home = openEnvironmentsHome();
    const source = home.write("got/one.tar.gz", "");
    const restoring = home.environments.restore({ source, directory: "/", name: null });
    await expect(restoring).rejects.toThrow(`jamey env import ${source}`);
  });
});
