// Plugins in a whole daemon: found while it runs, asked about whole, approved, changed, revoked, restarted.
import { describe, expect, test } from "bun:test";
import {
  appendFileSync,
  existsSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Json } from "../../src/protocol/messages.ts";
import { openPluginFolder, type PluginFolder } from "../support/plugin-folder.ts";
import { isAlive, untilNone } from "../support/processes.ts";
import { objectText, openTestWorld, type TestWorld } from "../support/world.ts";

const open = (plugins: string, args: Json = { city: "Bonn" }, isTrusted = true) =>
  openTestWorld({
    plugins,
    isTrusted,
    objects: { "helper.md": objectText({ name: "helper", front: "capabilities: [weather]" }) },
    script: ({ messages }) =>
      messages.at(-1)?.role === "tool" ? "Done." : { calls: [{ name: "weather", args }] },
  });

const say = (world: TestWorld) =>
  world.ask("SendMessage", { po_name: "helper", message: "go", session_id: null });

async function asked(world: TestWorld, turn_id: string) {
  await world.happened(
    "HumanRequestQueued",
    ({ payload }) => "turn_id" in payload && payload.turn_id === turn_id,
  );
  const { requests } = await world.ask("ListPendingRequests", {});
  const found = requests.find((one) => one.turn_id === turn_id);
  if (!found) throw new Error("nothing was asked");
  return found;
}

async function approve(world: TestWorld, turn_id: string): Promise<string> {
  const { request_id, hash, question } = await asked(world, turn_id);
  const response = { type: "decision" as const, decision: "approve" as const, hash: hash ?? "" };
  await world.ask("RespondToRequest", { request_id, response });
  return question;
}

async function resultOf(
  world: TestWorld,
  { turn_id, session_id }: { turn_id: string; session_id: string },
): Promise<string | undefined> {
  await world.ask("WaitForTurn", { turn_id });
  const { session } = await world.ask("GetSession", { session_id });
  return session.conversation.findLast(({ role }) => role === "tool")?.content;
}

const stateOf = async (world: TestWorld, name = "weather") => {
  const { plugins } = await world.ask("ListPlugins", {});
  return plugins.find((one) => one.name === name)?.state;
};

const codeOf = ({ payload }: { payload: unknown }) => (payload as { code?: string }).code;
const runs = 'printf "%s|%s" "$PWD" "$1"';

describe("a plugin", () => {
  test("that is dropped into the folder is there at once, and a broken one says what is wrong", async () => {
    using folder = openPluginFolder();
    await using world = await open(folder.path);
    expect((await world.ask("ListTools", {})).tools).toEqual([]);
    folder.tool("weather", runs);
    folder.manifest("odd", "description: x", "comand: [./weather.sh]");
    folder.manifest("gone", "description: x", "command: [./none.sh]");
    const { tools } = await world.ask("ListTools", {});
    expect(tools).toEqual([
      {
        name: "gone",
        description: "x",
        parameters: { type: "object" },
        risk: "execute",
      },
      {
        name: "weather",
        description: "The tool weather.",
        parameters: { type: "object" },
        risk: "execute",
      },
    ]);
    const { plugins } = await world.ask("ListPlugins", {});
    expect(plugins.map(({ name, state, problem }) => [name, state, problem])).toEqual([
      ["gone", "broken", `./none.sh: there is no such program (${folder.path}/none.sh).`],
      [
        "odd",
        "broken",
        `${folder.path}/odd.yml: the file: Unrecognized key: "comand"; command: is missing`,
      ],
      ["weather", "waiting", null],
    ]);
    rmSync(join(folder.path, "weather.yml"));
    expect((await world.ask("ListTools", {})).tools.map(({ name }) => name)).toEqual(["gone"]);
  });

  test("whose manifest is a link in a circle is broken by name, and the others are as they were", async () => {
    using folder = openPluginFolder();
    folder.tool("weather", runs);
    for (const name of ["a.yml", "b.yaml"]) symlinkSync(name, join(folder.path, name));
    symlinkSync(join(folder.path, "weather.yml", "below"), join(folder.path, "c.yml"));
    await using world = await open(folder.path);
    const { plugins } = await world.ask("ListPlugins", {});
    const told = plugins.map(({ name, state, problem }) => [
      name,
      state,
      problem?.replace(/(?<=: E[A-Z]+): .*/, "") ?? null,
    ]);
    expect(told).toEqual([
      ["a", "broken", `${folder.path}/a.yml: ELOOP`],
      ["b", "broken", `${folder.path}/b.yaml: ELOOP`],
      ["c", "broken", `${folder.path}/c.yml: ENOTDIR`],
      ["weather", "waiting", null],
    ]);
  });

  test("asks before its first run with everything that would run, and then only as other tools do", async () => {
    using folder = openPluginFolder();
    folder.tool("weather", runs);
    await using world = await open(folder.path);
    const first = await say(world);
    const question = await approve(world, first.turn_id);
    expect(question).toContain('May helper use weather: {"city":"Bonn"}');
    expect(question).toContain("No human has approved the tool 'weather' yet.");
    expect(question).toContain("description: The tool weather.\ncommand: [./weather.sh]");
    expect(question).toMatch(
      new RegExp(`file ${folder.path}/weather.sh \\(sha256 [0-9a-f]{64}\\)`),
    );
    expect(await resultOf(world, first)).toBe(`${world.folder}|{"city":"Bonn"}`);
    expect(await stateOf(world)).toBe("approved");
    const second = await say(world);
    expect((await asked(world, second.turn_id)).question).toBe(
      'May helper use weather: {"city":"Bonn"}',
    );
    const events = world.rows({ types: ["PluginApproved"] });
    expect(events.map(({ payload }) => "plugin" in payload && payload.plugin)).toEqual(["weather"]);
  });

  test("whose manifest says `calls: allow` runs without asking once it is approved, and after a restart", async () => {
    using folder = openPluginFolder();
    folder.tool("weather", runs, "calls: allow");
    await using world = await open(folder.path);
    const first = await say(world);
    await approve(world, first.turn_id);
    await world.ask("WaitForTurn", { turn_id: first.turn_id });
    await world.restart();
    const second = await say(world);
    expect(await resultOf(world, second)).toBe(`${world.folder}|{"city":"Bonn"}`);
  });

  test("that changes asks again and shows the difference, be it in its manifest or its program", async () => {
    using folder = openPluginFolder();
    folder.tool("weather", runs, "calls: allow");
    await using world = await open(folder.path);
    const first = await say(world);
    await approve(world, first.turn_id);
    await world.ask("WaitForTurn", { turn_id: first.turn_id });
    appendFileSync(join(folder.path, "weather.sh"), "echo more\n");
    expect(await stateOf(world)).toBe("changed");
    const second = await say(world);
    const { question } = await asked(world, second.turn_id);
    expect(question).toContain("The tool 'weather' has changed since a human approved it:");
    expect(question).toMatch(/^-file .*weather\.sh/m);
    expect(question).toMatch(/^\+file .*weather\.sh/m);
  });

  test("that changes between the question and the answer is not run", async () => {
    using folder = openPluginFolder();
    folder.tool("weather", `touch ${folder.path}/ran`);
    await using world = await open(folder.path);
    const said = await say(world);
    await asked(world, said.turn_id);
    appendFileSync(join(folder.path, "weather.sh"), "# another byte\n");
    await approve(world, said.turn_id);
    expect(await resultOf(world, said)).toContain("What was approved has changed");
    expect(existsSync(join(folder.path, "ran"))).toBe(false);
    expect(await stateOf(world)).toBe("waiting");
  });

  test("approved while two calls wait runs for both", async () => {
    using folder = openPluginFolder();
    folder.tool("weather", runs);
    await using world = await open(folder.path);
    const [first, second] = [await say(world), await say(world)];
    await asked(world, first.turn_id);
    await asked(world, second.turn_id);
    await approve(world, first.turn_id);
    await world.ask("WaitForTurn", { turn_id: first.turn_id });
    await approve(world, second.turn_id);
    expect(await resultOf(world, second)).toBe(`${world.folder}|{"city":"Bonn"}`);
  });

  test("is approved and revoked by hand, for exactly what was shown", async () => {
    using folder = openPluginFolder();
    folder.tool("weather", runs, "calls: allow");
    await using world = await open(folder.path);
    const run = () => world.call("RunTool", { session_id: null, name: "weather", args: {} });
    expect(codeOf(await run())).toBe("forbidden");
    const { plugins } = await world.ask("ListPlugins", {});
    const hash = plugins[0]?.hash ?? "";
    const other = await world.call("ApprovePlugin", { plugin: "weather", hash: "0".repeat(64) });
    expect(codeOf(other)).toBe("stale_hash");
    await world.ask("ApprovePlugin", { plugin: "weather", hash });
    expect((await run()).ok).toBe(true);
    await world.ask("RevokePlugin", { plugin: "weather" });
    expect(codeOf(await run())).toBe("forbidden");
    expect(codeOf(await world.call("RevokePlugin", { plugin: "weather" }))).toBe("not_found");
    expect(codeOf(await world.call("ApprovePlugin", { plugin: "no", hash }))).toBe("not_found");
  });

  test("of an environment that nobody trusts is no tool and cannot be approved", async () => {
    using folder = openPluginFolder();
    folder.tool("weather", runs);
    await using world = await open(folder.path, {}, false);
    expect((await world.ask("ListTools", {})).tools).toEqual([]);
    expect(await stateOf(world)).toBe("untrusted");
    const { plugins } = await world.ask("ListPlugins", {});
    const asks = { plugin: "weather", hash: plugins[0]?.hash ?? "" };
    expect(codeOf(await world.call("ApprovePlugin", asks))).toBe("forbidden");
  });

  test("with arguments that do not fit its schema is told what must be", async () => {
    using folder = openPluginFolder();
    folder.tool(
      "weather",
      runs,
      "parameters: {type: object, properties: {city: {type: string}}, required: [city]}",
    );
    await using world = await open(folder.path, { city: 7 });
    const said = await say(world);
    expect(await resultOf(world, said)).toContain("/city must be string, not number (7)");
  });

  test("gets only the variables that its manifest names", async () => {
    using folder = openPluginFolder();
    folder.tool(
      "weather",
      'printf "%s,%s" "$CITY_KEY" "$OTHER"',
      "calls: allow",
      "env: [CITY_KEY]",
    );
    await using world = await openTestWorld({
      plugins: folder.path,
      variables: { CITY_KEY: "k", OTHER: "o" },
    });
    const { plugins } = await world.ask("ListPlugins", {});
    await world.ask("ApprovePlugin", { plugin: "weather", hash: plugins[0]?.hash ?? "" });
    const { result } = await world.ask("RunTool", { session_id: null, name: "weather", args: {} });
    expect(result).toEqual({ id: result.id, name: "weather", output: "k,", success: true });
    writeFileSync(
      join(folder.path, "bad.yml"),
      "description: x\ncommand: [x]\nenv: [LD_PRELOAD]\n",
    );
    expect(await stateOf(world, "bad")).toBe("broken");
  });
});

describe("a plugin that goes on running", () => {
  const answers = `echo $$ >> pids
    while read -r line; do
      id=$(printf '%s' "$line" | sed 's/.*"id":"\\([0-9]*\\)".*/\\1/')
      case $line in *'"do":"die"'*) exit 5;; esac
      printf '{"id":"%s","output":"%s","success":true}\\n' "$id" "VERSION"
    done`;
  const write = (folder: PluginFolder, version: string) =>
    folder.tool("server", answers.replace("VERSION", version), "mode: process", "calls: allow");
  const approveIt = async (world: TestWorld) => {
    const { plugins } = await world.ask("ListPlugins", {});
    await world.ask("ApprovePlugin", { plugin: "server", hash: plugins[0]?.hash ?? "" });
  };
  const run = async (world: TestWorld, args: Json) => {
    const asks = { session_id: null, name: "server", args };
    return (await world.ask("RunTool", asks)).result.output;
  };
  const pidsOf = (folder: PluginFolder) =>
    readFileSync(join(folder.path, "pids"), "utf8").trim().split("\n").map(Number);

  test("is one process for many calls, is started again after it ended, and ends with the daemon", async () => {
    using folder = openPluginFolder();
    write(folder, "one");
    await using world = await openTestWorld({ plugins: folder.path });
    await approveIt(world);
    const many = Array.from({ length: 20 }, (_, n) => run(world, { n }));
    expect(new Set(await Promise.all(many))).toEqual(new Set(["one"]));
    expect(pidsOf(folder).length).toBe(1);
    expect(await run(world, { do: "die" })).toBe("server: it ended: exit code 5");
    expect(await run(world, {})).toBe("one");
    await world.runtime().stop();
    expect(pidsOf(folder).map(isAlive)).toEqual([false, false]);
  });

  test("that was changed is ended, and not used again before it is approved", async () => {
    using folder = openPluginFolder();
    write(folder, "one");
    await using world = await openTestWorld({ plugins: folder.path });
    await approveIt(world);
    expect(await run(world, {})).toBe("one");
    write(folder, "two");
    expect(await untilNone(() => pidsOf(folder).filter(isAlive))).toEqual([]);
    const asks = { session_id: null, name: "server", args: {} };
    expect(codeOf(await world.call("RunTool", asks))).toBe("forbidden");
    await approveIt(world);
    expect(await run(world, {})).toBe("two");
  });
});

describe("a plugin that is an endpoint", () => {
  test("is asked with the arguments, and a key from the daemon's variables", async () => {
    using folder = openPluginFolder();
    using server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: async (request) =>
        new Response(`${request.headers.get("x-key")} ${await request.text()}`),
    });
    folder.manifest(
      "server",
      ...["description: x", "mode: http", `endpoint: http://127.0.0.1:${server.port}/`],
      ...["headers: { X-Key: 'k {{MY_KEY}}' }", "env: [MY_KEY]", "calls: allow"],
    );
    await using world = await openTestWorld({ plugins: folder.path, variables: { MY_KEY: "7" } });
    const { plugins } = await world.ask("ListPlugins", {});
    await world.ask("ApprovePlugin", { plugin: "server", hash: plugins[0]?.hash ?? "" });
    const asks = { session_id: null, name: "server", args: { a: "ü" } };
    const { result } = await world.ask("RunTool", asks);
    expect([result.success, result.output]).toEqual([true, 'k 7 {"a":"ü"}']);
  });
});
