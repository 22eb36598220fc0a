// What came from elsewhere: which of its settings count before it is trusted, and that none of it is woken.
import { describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { configSchema } from "../../../src/runtime/config.ts";
import { findEnvironment, openEnvironment } from "../../../src/runtime/environment/open.ts";
import { narrowed } from "../../../src/runtime/environment/untrusted.ts";
import { forgeArchive, openEnvironmentsHome } from "../../support/environments-home.ts";
import { objectText, openTestWorld } from "../../support/world.ts";

const loud = `description: theirs
model: offline/guide
auto_start: false
idle_timeout: 0
max_running_turns: 10000
limits: { max_cost_usd: 1000, max_iterations: 1000 }
permissions: { shell: allow, "file_read(*.key)": deny, http_request: ask }
connectors: { http: { enabled: true, host: 0.0.0.0, allowed_hosts: [evil.example], static_dir: / } }
git: { commit: true }
http: { allow_private: true }
provider: { idle_timeout_ms: 86400000 }
`;

function configOf(isTrusted: boolean) {
  using home = openEnvironmentsHome();
  const { variables } = home;
  home.write("data/environments/theirs/manifest.yml", loud);
  home.write("data/environments/theirs/objects/a.md", objectText({ name: "a" }));
  home.write("config/daemon.yml", "limits: { max_cost_usd: 1 }\n");
  if (!isTrusted) home.write("data/environments/theirs/.state/untrusted", "{}");
  const found = findEnvironment({ environment: "theirs", variables, mayMake: false });
  const opened = openEnvironment(found, { variables, flags: {} });
  const manifest = join(found.places.folder, "manifest.yml");
  return { ...opened, warnings: opened.warnings.map((one) => one.replace(manifest, "M")) };
}

describe("of an untrusted manifest", () => {
  test("only what narrows counts, and the rest is named", () => {
    const { config, warnings, isTrusted } = configOf(false);
    const plain = configSchema.parse({ model: "offline/guide", limits: { max_cost_usd: 1 } });
    expect(isTrusted).toBe(false);
    expect(config).toEqual({
      ...plain,
      permissions: { "file_read(*.key)": "deny", http_request: "ask" },
    });
    expect(warnings).toEqual([
      "'theirs' was imported and is not trusted: no on_start, no wake, no workflows, no tools of its own; look with 'jamey env trust theirs'",
      "manifest.yml: ignored until then: auto_start, idle_timeout, max_running_turns, limits, permissions.shell, connectors, git, http, provider",
    ]);
  });

  test("everything counts once it is trusted", () => {
    const { config, warnings } = configOf(true);
    expect([config.connectors.http.host, config.limits.max_cost_usd]).toEqual(["0.0.0.0", 1000]);
    expect([config.permissions.shell, warnings]).toEqual(["allow", []]);
  });

  test("every setting is held back but those that were found harmless", () => {
    const keys = Object.keys(configSchema.shape);
    const values = Object.fromEntries(keys.map((key) => [key, null]));
    const { held } = narrowed({ from: "M", values, placeOf: () => "M" });
    expect(keys.filter((key) => !held.includes(key))).toEqual(["model", "log_level"]);
  });
});

describe("an import", () => {
  async function importing() {
    const home = openEnvironmentsHome();
    const text = objectText({ name: "a" });
    const file = home.write("got/theirs.tar.gz", forgeArchive([{ name: "objects/a.md", text }]));
    await home.environments.import({ file, name: null });
    const trusted = async () => (await home.environments.list()).map((one) => one.is_trusted);
    const lose = (name: string) => {
      rmSync(join(home.folderOf("theirs"), name), { recursive: true });
    };
    return { home, trusted, lose };
  }

  for (const lost of [".state", ".untrusted"]) {
    test(`stays untrusted when ${lost} is lost`, async () => {
      const { home, trusted, lose } = await importing();
      using _ = home;
      lose(lost);
      expect(await trusted()).toEqual([false]);
    });
  }

  test("is trusted once a human says so, and keeps no mark", async () => {
    const { home, trusted } = await importing();
    using _ = home;
    const { hash, from } = await home.environments.activation("theirs");
    await home.environments.trust({ environment: "theirs", hash });
    expect([await trusted(), from]).toEqual([[true], join(home.home, "got/theirs.tar.gz")]);
    expect(home.tree().filter((name) => name.endsWith("untrusted"))).toEqual([]);
  });
});

describe("an untrusted object", () => {
  const objects = { "board.md": objectText({ name: "board", front: "on_start: open it" }) };

  test("is not sent its message at the start, and is once it is trusted", async () => {
    await using world = await openTestWorld({ objects, isTrusted: false });
    // Everything that a start accepts is in the journal when it has come up.
    expect(world.rows({ types: ["MessageQueued"] })).toEqual([]);
    await using trusted = await openTestWorld({ objects });
    expect(trusted.rows({ types: ["MessageQueued"] }).length).toBe(1);
  });

  test("answers who asks it", async () => {
    await using world = await openTestWorld({ objects, isTrusted: false, script: () => "Here." });
    const said = { po_name: "board", message: "hello", session_id: null };
    const { session_id } = await world.ask("SendMessage", said);
    await world.happened("TurnCompleted");
    const { session } = await world.ask("GetSession", { session_id });
    expect(session.conversation.at(-1)?.content).toBe("Here.");
  });

  test("works within the limits of who took it in, however wide its own are", async () => {
    const front = "limits: { max_iterations: 900, max_tool_iterations: 2 }";
    const limitsOf = async (isTrusted: boolean) => {
      const wide = { "wide.md": objectText({ name: "wide", front }) };
      await using world = await openTestWorld({ objects: wide, isTrusted, script: () => "Done." });
      await world.ask("SendMessage", { po_name: "wide", message: "hello", session_id: null });
      const { type, payload } = await world.happened("TurnStarted");
      if (type !== "TurnStarted") throw new Error(`another event: ${type}`);
      const { max_iterations, max_tool_iterations } = payload.agent.config;
      return [max_iterations, max_tool_iterations];
    };
    expect([await limitsOf(false), await limitsOf(true)]).toEqual([
      [5, 2],
      [900, 2],
    ]);
  });
});
