// Settings: layers, environment variables, errors that name their place, and the defaults.
import { describe, expect, test } from "bun:test";
import { agentConfig } from "../../src/protocol/agents.ts";
import { JameyError } from "../../src/protocol/errors.ts";
import { listSettings } from "../../src/runtime/config/keys.ts";
import { type ConfigLayer, mergeConfig } from "../../src/runtime/config/layers.ts";
import { configFromVariables, unknownVariables } from "../../src/runtime/config/variables.ts";
import { configSchema, mergeLimits, readRule } from "../../src/runtime/config.ts";

const layer = (from: string, values: Record<string, unknown>): ConfigLayer => ({
  from,
  values,
  placeOf: (path) => `${from}:${path.join("/")}`,
});

const errorOf = (run: () => unknown): string => {
  try {
    run();
    return "none";
  } catch (thrown) {
    return thrown instanceof JameyError ? `${thrown.code} ${thrown.message}` : String(thrown);
  }
};

describe("settings", () => {
  test("have these defaults", () => {
    expect(configSchema.parse({})).toEqual({
      model: null,
      auto_start: true,
      idle_timeout: 3600,
      max_running_turns: 64,
      log_level: "info",
      limits: {
        max_iterations: 5,
        max_tool_iterations: 10,
        enable_self_correction: true,
        reasoning_depth: 2,
        max_parallel_tools: 4,
        max_tokens: null,
        max_cost_usd: null,
        max_wall_ms: 3_600_000,
        max_model_attempts: 4,
        retry_base_ms: 500,
        max_retry_after_ms: 120_000,
        request_deadline_ms: null,
        max_delegation_depth: 4,
        max_delegations: 50,
        max_rounds: 3,
        compact_above_tokens: null,
        on_limit: "end",
      },
      permissions: {},
      mcp: {},
      connectors: {
        http: {
          enabled: false,
          port: 8080,
          host: "127.0.0.1",
          auth: { type: "api_key" },
          tls: { cert: null, key: null },
          static_dir: null,
          allowed_hosts: [],
        },
        websocket: { enabled: null },
        mcp: { enabled: true, object_tools: false },
      },
      requests: { when_nobody: "wait", deadline: null },
      git: { commit: false },
      telemetry: { otlp_endpoint: null },
      http: { allow_private: false },
      provider: { first_byte_timeout_ms: null, idle_timeout_ms: 90_000 },
    });
  });

  test("come from the variables, then the manifest, then daemon.yml, then the defaults", () => {
    const { config, warnings } = mergeConfig([
      configFromVariables({ JAMEY_LIMITS_MAX_ITERATIONS: "1" }),
      layer("manifest.yml", {
        name: "mine",
        model: "a/manifest",
        limits: { max_iterations: 2, max_parallel_tools: 2 },
        permissions: { shell: "ask" },
      }),
      layer("daemon.yml", {
        model: "a/daemon",
        idle_timeout: 7,
        limits: { max_iterations: 3, max_parallel_tools: 3, max_tool_iterations: 3 },
        permissions: { shell: "deny", file_write: "allow" },
      }),
    ]);
    expect(warnings).toEqual([]);
    expect(config).toEqual({
      ...configSchema.parse({}),
      model: "a/manifest",
      idle_timeout: 7,
      limits: {
        ...configSchema.parse({}).limits,
        max_iterations: 1,
        max_parallel_tools: 2,
        max_tool_iterations: 3,
      },
      permissions: { shell: "ask", file_write: "allow" },
    });
  });

  test("put the rules of the weightier layer first, for the first that matches decides", () => {
    const { config } = mergeConfig([
      layer("manifest.yml", { permissions: { "shell(git push *)": "ask", "*": "allow" } }),
      layer("daemon.yml", {
        permissions: { "*": "ask", "shell(git *)": "allow", "shell(git push *)": "deny" },
      }),
    ]);
    expect(Object.entries(config.permissions)).toEqual([
      ["shell(git push *)", "ask"],
      ["*", "allow"],
      ["shell(git *)", "allow"],
    ]);
  });

  test("come from variables: a.b is JAMEY_A_B, read as what the setting takes", () => {
    const { values } = configFromVariables({
      JAMEY_MODEL: "1",
      JAMEY_AUTO_START: "no",
      JAMEY_IDLE_TIMEOUT: "0",
      JAMEY_LOG_LEVEL: "debug",
      JAMEY_HTTP_ALLOW_PRIVATE: "1",
      JAMEY_LIMITS_MAX_COST_USD: "null",
      JAMEY_LIMITS_MAX_WALL_MS: "1e3",
      JAMEY_PROVIDER_IDLE_TIMEOUT_MS: "",
      JAMEY_HOME: "/elsewhere",
      JAMEY_CALL_ID: "x",
      MODEL: "other",
    });
    expect(values).toEqual({
      model: "1",
      auto_start: false,
      idle_timeout: 0,
      log_level: "debug",
      http: { allow_private: true },
      limits: { max_cost_usd: null, max_wall_ms: 1000 },
    });
  });

  test("with a bad value are an error that names its place and its key", () => {
    const merge = (values: Record<string, unknown>) => () => mergeConfig([layer("m.yml", values)]);
    expect(errorOf(merge({ idle_timeout: "soon" }))).toStartWith(
      "config_invalid m.yml:idle_timeout: idle_timeout: must be a number",
    );
    expect(errorOf(merge({ limits: { max_iterations: 0 } }))).toStartWith(
      "config_invalid m.yml:limits/max_iterations: limits.max_iterations: must be at least 1",
    );
    expect(errorOf(merge({ permissions: { shell: "perhaps" } }))).toStartWith(
      "config_invalid m.yml:permissions/shell: permissions.shell: must be one of",
    );
    expect(errorOf(merge({ permissions: { "shell(": "allow" } }))).toContain(
      "write tool or tool(pattern)",
    );
    expect(
      errorOf(() => mergeConfig([configFromVariables({ JAMEY_IDLE_TIMEOUT: "soon" })])),
    ).toStartWith("config_invalid JAMEY_IDLE_TIMEOUT: idle_timeout: ");
  });

  test("of a layer that another covers are judged all the same", () => {
    const merge = () =>
      mergeConfig([layer("a.yml", { idle_timeout: 1 }), layer("b.yml", { idle_timeout: -1 })]);
    expect(errorOf(merge)).toStartWith("config_invalid b.yml:idle_timeout");
  });

  test("that nobody knows are warned about and ignored, also inside of others", () => {
    const { config, warnings } = mergeConfig([
      layer("m.yml", { colour: "blue", limits: { max_iteratons: 7 }, constructor: 1 }),
      layer("manifest.yml", { name: "mine", description: "d", version: "1", default_object: "a" }),
    ]);
    expect(config).toEqual(configSchema.parse({}));
    expect(warnings.toSorted()).toEqual([
      "m.yml:colour: unknown key 'colour' is ignored",
      "m.yml:constructor: unknown key 'constructor' is ignored",
      "m.yml:limits/max_iteratons: unknown key 'limits.max_iteratons' is ignored; did you mean 'limits.max_iterations'?",
      "manifest.yml:default_object: unknown key 'default_object' is ignored",
    ]);
  });
});

describe("a setting", () => {
  const settings = listSettings();

  test("has a meaning in words and a variable that no other has", () => {
    expect(settings.filter(({ meaning }) => meaning.length < 10)).toEqual([]);
    const variables = settings.map(({ variable }) => variable);
    expect(new Set(variables).size).toBe(variables.length);
  });

  test("has limits for every one that a turn has", () => {
    const limits = settings.filter(({ path }) => path[0] === "limits").map(({ path }) => path[1]);
    expect(limits).toEqual(Object.keys(agentConfig.shape));
  });

  test("may lie at any depth, in files as in variables", () => {
    const { config, warnings } = mergeConfig([
      configFromVariables({
        JAMEY_CONNECTORS_HTTP_TLS_CERT: "a.pem",
        JAMEY_CONNECTORS_HTTP_PORT: "0",
        JAMEY_CONNECTORS_HTTP_ALLOWED_HOSTS: "a.example, b.example",
        JAMEY_CONNECTORS_WEBSOCKET_ENABLED: "off",
        JAMEY_PERMISSIONS: '{"shell(git *)": "allow"}',
      }),
      layer("manifest.yml", {
        connectors: { http: { enabled: true, port: 1, tls: { key: "b.pem", kee: 1 } }, mcp: null },
      }),
    ]);
    expect(warnings).toEqual([
      "manifest.yml:connectors/http/tls/kee: unknown key 'connectors.http.tls.kee' is ignored; did you mean 'connectors.http.tls.key'?",
    ]);
    const { connectors } = configSchema.parse({});
    expect([config.connectors, config.permissions]).toEqual([
      {
        http: {
          ...connectors.http,
          enabled: true,
          port: 0,
          tls: { cert: "a.pem", key: "b.pem" },
          allowed_hosts: ["a.example", "b.example"],
        },
        websocket: { enabled: false },
        mcp: { enabled: true, object_tools: false },
      },
      { "shell(git *)": "allow" },
    ]);
  });

  test("is said by no other variable of ours, and one that says nothing is named", () => {
    const known = ["JAMEY_HOME", "JAMEY_TOKEN", "JAMEY_URL", "JAMEY_MODEL", "JAMEY_PAGER", "HOME"];
    const variables = Object.fromEntries(known.map((name) => [name, "x"]));
    expect(unknownVariables({ ...variables, JAMEY_MODLE: "a/b", JAMEY_EMPTY: "" })).toEqual([
      "JAMEY_MODLE: no setting has this variable, it is ignored; did you mean JAMEY_MODEL?",
    ]);
  });
});

describe("limits", () => {
  test("of later layers cover earlier ones, and what is left out is left alone", () => {
    const base = configSchema.parse({}).limits;
    expect(
      mergeLimits(
        base,
        { max_tokens: 5, max_iterations: 9 },
        { max_tokens: null, max_wall_ms: undefined },
      ),
    ).toEqual({ ...base, max_iterations: 9, max_tokens: null });
  });
});

describe("a rule", () => {
  test("of a tool whose name every object has is kept like any other", () => {
    const { config } = mergeConfig([
      layer("manifest.yml", { permissions: { shell: "ask" } }),
      layer("daemon.yml", { permissions: { constructor: "deny", toString: "deny" } }),
    ]);
    expect(Object.entries(config.permissions)).toEqual([
      ["shell", "ask"],
      ["constructor", "deny"],
      ["toString", "deny"],
    ]);
  });

  test("is a tool, or a tool and a pattern", () => {
    expect(readRule("shell", "deny")).toEqual({ tool: "shell", match: null, action: "deny" });
    expect(readRule(" mcp.git.* ", "ask")).toEqual({
      tool: "mcp.git.*",
      match: null,
      action: "ask",
    });
    expect(readRule("shell(git diff *(a))", "allow")).toEqual({
      tool: "shell",
      match: "git diff *(a)",
      action: "allow",
    });
    expect(errorOf(() => readRule("two words", "allow"))).toStartWith("config_invalid 'two words'");
  });
});
