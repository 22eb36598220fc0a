// The public conformance suite against jamey as an MCP client, in both eras of the protocol: all that it requires,
// signing in included. Green is not believed: the checks are named.
import { expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const suite = new URL(
  "../../node_modules/@modelcontextprotocol/conformance/dist/index.js",
  import.meta.url,
).pathname;
const client = new URL("../support/mcp-conformance-client.ts", import.meta.url).pathname;

/** Of each era the checks that must have been made and passed, by scenario. */
const eras = [
  [
    "2025-11-25",
    {
      initialize: ["mcp-client-initialization"],
      tools_call: ["tool-add-numbers", "wire-schema-valid"],
      "elicitation-sep1034-client-defaults": ["client-elicitation-sep1034-boolean-default"],
      "sse-retry": ["client-sse-graceful-reconnect", "client-sse-retry-timing"],
      "auth/metadata-default": ["pkce-s256-method-used", "pkce-verifier-matches-challenge"],
      "auth/scope-step-up": ["scope-step-up-escalation"],
    },
  ],
  [
    "2026-07-28",
    {
      tools_call: ["tool-add-numbers", "wire-schema-valid"],
      "http-custom-headers": ["sep-2243-client-mirrors-designated-params"],
      "sep-2322-client-request-state": ["sep-2322-client-request-state-echoed"],
      "auth/iss-supported-missing": ["sep-2468-client-reject-missing-iss"],
      "auth/authorization-server-migration": ["sep-2352-no-cross-as-credential-reuse"],
    },
  ],
] as const;

/** Ways to sign in without a human, which jamey does not offer; none of them is required. */
const NOT_OFFERED = [
  "auth/client-credentials-basic",
  "auth/client-credentials-jwt",
  "auth/dpop",
  "auth/dpop-nonce",
  "auth/enterprise-managed-authorization",
  "auth/wif-jwt-bearer",
];
/** Scenarios of each era: one that is not played is not passed. */
const SCENARIOS = { "2025-11-25": 25, "2026-07-28": 39 };
/** Made in every scenario, whatever it is about. */
const EVERYWHERE = "wire-schema-valid";

/** Some twenty-five scenarios, several of which wait on purpose. */
const SUITE_TIMEOUT_MS = 240_000;
/** All of them run at once, on a machine that has other work to do. */
const SCENARIO_TIMEOUT_MS = 120_000;

interface Check {
  id: string;
  status: string;
  errorMessage?: string;
}

test.each(eras)(
  "every required scenario of %s passes",
  async (era, needed) => {
    const out = mkdtempSync(join(tmpdir(), "jamey-conformance-"));
    try {
      const run = Bun.spawn(
        [
          ...[process.execPath, suite, "client", "--command", `${process.execPath} ${client}`],
          ...["--requirements", era, "-o", out, "--timeout", String(SCENARIO_TIMEOUT_MS)],
        ],
        { stdin: "ignore", stdout: "ignore", stderr: "ignore" },
      );
      // Of the scenarios that count one failure is enough for another code.
      expect(await run.exited).toBe(0);
      for (const [scenario, ids] of Object.entries(needed)) {
        const checks = checksIn(out, scenario);
        const passed = checks.filter(({ status }) => status === "SUCCESS").map(({ id }) => id);
        expect({ scenario, passed }).toEqual({ scenario, passed: expect.arrayContaining(ids) });
      }
      const all = scenariosIn(out);
      expect(all.length).toBe(SCENARIOS[era]);
      const failed = all.filter((name) =>
        checksIn(out, name).some(({ status }) => status === "FAILURE"),
      );
      expect(failed).toEqual(NOT_OFFERED);
      const empty = all.filter(
        (name) =>
          !checksIn(out, name).some(({ id, status }) => status === "SUCCESS" && id !== EVERYWHERE),
      );
      expect(empty).toEqual([]);
    } finally {
      rmSync(out, { recursive: true, force: true });
    }
  },
  SUITE_TIMEOUT_MS,
);

const filesIn = (out: string): string[] =>
  readdirSync(out, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith("checks.json"),
  );

/** `auth/dpop-2026-11-21T…/checks.json` → `auth/dpop` */
const scenarioOf = (file: string): string => file.replace(/-\d{4}-\d\d-\d\dT.*$/, "");

const scenariosIn = (out: string): string[] => filesIn(out).map(scenarioOf).toSorted();

function checksIn(out: string, scenario: string): Check[] {
  return filesIn(out)
    .filter((file) => scenarioOf(file) === scenario)
    .flatMap((file): Check[] => JSON.parse(readFileSync(join(out, file), "utf8")));
}
