// Settings without a daemon: where each comes from, and changing one without losing what people wrote.
import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { JameyError } from "../../../src/protocol/errors.ts";
import type { Upkeep } from "../../../src/protocol/upkeep.ts";
import { spawnCli } from "../../support/run-cli.ts";
import { openUpkeepHome } from "../../support/upkeep-home.ts";

const set = (
  upkeep: Upkeep,
  key: string,
  value: string | null,
  file: "daemon" | "manifest" = "daemon",
) => upkeep.set({ environment: "default", key, value, file });

const errorOf = async (promise: Promise<unknown>): Promise<string> => {
  const thrown = await promise.catch((error: unknown) => error);
  return thrown instanceof JameyError ? `${thrown.code} ${thrown.message}` : String(thrown);
};

describe("settings without a daemon", () => {
  test("of a fresh install are the documents' defaults, and looking makes nothing", async () => {
    using home = openUpkeepHome();
    const { settings, problems } = await home.upkeep.settings("default");
    const values = Object.fromEntries(settings.map(({ key, value, from }) => [key, [value, from]]));
    expect(values).toMatchObject({
      "limits.max_iterations": [5, "default"],
      "limits.max_tool_iterations": [10, "default"],
      "limits.enable_self_correction": [true, "default"],
      "limits.reasoning_depth": [2, "default"],
      "connectors.http.port": [8080, "default"],
    });
    expect([problems, existsSync(join(home.home, "data"))]).toEqual([[], false]);
  });

  test("say where each comes from, the variable before the manifest before daemon.yml", async () => {
    using home = openUpkeepHome({ JAMEY_LIMITS_MAX_ITERATIONS: "9" });
    home.write(home.daemonFile, "model: a/b\nlimits:\n  max_iterations: 7\n");
    home.write(home.manifest, "# mine\nlimits:\n  max_iterations: 8\n");
    const { setting } = await home.upkeep.explain("default", "limits.max_iterations");
    expect(setting).toEqual({
      key: "limits.max_iterations",
      value: 9,
      from: "JAMEY_LIMITS_MAX_ITERATIONS",
      default: 5,
      meaning: "Model calls in one turn",
      variable: "JAMEY_LIMITS_MAX_ITERATIONS",
      layers: [
        { from: "JAMEY_LIMITS_MAX_ITERATIONS", value: 9 },
        { from: `${home.manifest}:3`, value: 8 },
        { from: `${home.daemonFile}:3`, value: 7 },
      ],
    });
    const { setting: model } = await home.upkeep.explain("default", "model");
    expect([model.value, model.from]).toEqual(["a/b", `${home.daemonFile}:1`]);
  });

  test("name what is ignored and what is wrong, with file and line, and show the rest", async () => {
    using home = openUpkeepHome({ JAMEY_IDLE_TIMOUT: "1" });
    home.write(home.daemonFile, "idle_timeout: 5\n");
    home.write(home.manifest, "modle: a/b\n\nlimits:\n  max_iterations: many\n");
    const info = await home.upkeep.settings("default");
    expect(info.problems).toEqual([`${home.manifest}:4: limits.max_iterations: must be a number`]);
    expect(info.warnings).toEqual([
      "JAMEY_IDLE_TIMOUT: no setting has this variable, it is ignored; did you mean JAMEY_IDLE_TIMEOUT?",
    ]);
    expect(info.settings.find(({ key }) => key === "idle_timeout")?.value).toBe(5);
    home.write(home.manifest, "modle: a/b\n");
    expect((await home.upkeep.settings("default")).warnings[0]).toBe(
      `${home.manifest}:1: unknown key 'modle' is ignored; did you mean 'model'?`,
    );
  });
});

describe("a setting that is changed", () => {
  test("keeps comments, order and everything else in its file, which is ours alone", async () => {
    using home = openUpkeepHome();
    home.write(
      home.daemonFile,
      "# mine\nmodel: a/b # the cheap one\n\n# all of them\nlimits:\n  max_tokens: 5\n",
    );
    const change = await set(home.upkeep, "limits.max_cost_usd", "1.5");
    expect(change).toEqual({
      file: home.daemonFile,
      key: "limits.max_cost_usd",
      before: null,
      after: 1.5,
    });
    await set(home.upkeep, "model", "c/d");
    expect(readFileSync(home.daemonFile, "utf8")).toBe(
      "# mine\nmodel: c/d # the cheap one\n\n# all of them\nlimits:\n  max_tokens: 5\n  max_cost_usd: 1.5\n",
    );
    expect(statSync(home.daemonFile).mode & 0o777).toBe(0o600);
  });

  test("makes its file, its group and, in a manifest, what a first start would make", async () => {
    using home = openUpkeepHome();
    await set(home.upkeep, "connectors.http.tls.cert", "/a.pem");
    expect(readFileSync(home.daemonFile, "utf8")).toBe(
      "connectors:\n  http:\n    tls:\n      cert: /a.pem\n",
    );
    await set(home.upkeep, "permissions.shell(git diff *)", "allow", "manifest");
    const { settings } = await home.upkeep.settings("default");
    const value = (key: string) => settings.find((one) => one.key === key)?.value;
    expect([value("limits.max_iterations"), value("permissions")]).toEqual([
      200,
      { "shell(git diff *)": "allow" },
    ]);
  });

  test("is read as what it takes: numbers, switches, lists, null", async () => {
    using home = openUpkeepHome();
    home.write(home.daemonFile, "limits:\n");
    const changes = {
      idle_timeout: ["0", 0],
      auto_start: ["no", false],
      "limits.max_tokens": ["null", null],
      "connectors.http.allowed_hosts": ["a.example, b.example", ["a.example", "b.example"]],
      permissions: ['{"shell": "ask"}', { shell: "ask" }],
    } as const;
    for (const [key, [text, value]] of Object.entries(changes)) {
      expect((await set(home.upkeep, key, text)).after).toEqual(value);
    }
  });

  test("is taken out by unset, and by null where it cannot be null; the file's rest stays", async () => {
    using home = openUpkeepHome();
    home.write(
      home.daemonFile,
      "# mine\n\nidle_timeout: 5\n# cheap\nmodel: a/b\nlimits:\n  max_tokens: 5\n",
    );
    const changes = [
      await set(home.upkeep, "idle_timeout", null),
      await set(home.upkeep, "limits.max_tokens", "null"),
      await set(home.upkeep, "connectors.http.port", "null"),
      await set(home.upkeep, "log_level", null),
    ];
    expect(changes.map(({ before, after }) => [before, after])).toEqual([
      [5, null],
      [5, null],
      [null, null],
      [null, null],
    ]);
    expect(readFileSync(home.daemonFile, "utf8")).toBe(
      "# mine\n\n# cheap\nmodel: a/b\nlimits:\n  max_tokens: null\n",
    );
  });

  test("by many programs at once keeps every change that was acknowledged", async () => {
    using home = openUpkeepHome();
    const keys = Array.from({ length: 8 }, (_, index) => `permissions.tool_${index}`);
    const children = keys.map((key) => spawnCli(["config", "set", key, "allow"], home));
    expect(await Promise.all(children.map((child) => child.exited))).toEqual(keys.map(() => 0));
    const { settings } = await home.upkeep.settings("default");
    const value = settings.find(({ key }) => key === "permissions")?.value;
    expect(Object.keys(value as object).toSorted()).toEqual(keys.map((key) => key.slice(12)));
  });

  test("that does not hold leaves the file as it was", async () => {
    using home = openUpkeepHome();
    const text = "idle_timeout: 5\n";
    home.write(home.daemonFile, text);
    expect(await errorOf(set(home.upkeep, "idle_timeout", "soon"))).toBe(
      "config_invalid idle_timeout: 'soon' must be a number.",
    );
    expect(await errorOf(set(home.upkeep, "connectors.http.port", "70000"))).toBe(
      "config_invalid connectors.http.port: '70000' must be at most 65535.",
    );
    expect(await errorOf(set(home.upkeep, "limits.max_iteration", "1"))).toBe(
      "not_found There is no setting 'limits.max_iteration'. Did you mean limits.max_iterations? See 'jamey config show'.",
    );
    expect(await errorOf(set(home.upkeep, "permissions.shell", "perhaps"))).toStartWith(
      "config_invalid ",
    );
    expect(readFileSync(home.daemonFile, "utf8")).toBe(text);
  });

  test("in a file that cannot be read is refused, and the file stays", async () => {
    using home = openUpkeepHome();
    home.write(home.daemonFile, "a: [\n");
    expect(await errorOf(set(home.upkeep, "idle_timeout", "1"))).toStartWith(
      `config_invalid ${home.daemonFile}:1: `,
    );
    expect(readFileSync(home.daemonFile, "utf8")).toBe("a: [\n");
  });

  test("goes through a link to where the file is kept", async () => {
    using home = openUpkeepHome();
    const real = join(home.home, "dotfiles/daemon.yml");
    home.write(real, "idle_timeout: 5\n");
    mkdirSync(dirname(home.daemonFile), { recursive: true });
    symlinkSync(real, home.daemonFile);
    await set(home.upkeep, "idle_timeout", "6");
    expect(readFileSync(real, "utf8")).toBe("idle_timeout: 6\n");
  });

  test("is for humans: a process that an agent started changes nothing", async () => {
    using home = openUpkeepHome({ JAMEY_CALL_ID: "call_1" });
    expect(await errorOf(set(home.upkeep, "idle_timeout", "1"))).toBe(
      "forbidden This is for humans: a process that an agent started may not do it.",
    );
    expect(await errorOf(home.upkeep.rebuild("default"))).toStartWith("forbidden ");
    expect(existsSync(home.daemonFile)).toBe(false);
  });
});
