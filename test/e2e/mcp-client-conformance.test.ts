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

/** Some twenty-five scenarios, several of which wait on purpose. */
const SUITE_TIMEOUT_MS = 120_000;

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
          ...["--requirements", era, "-o", out],
        ],
        { stdin: "ignore", stdout: "ignore", stderr: "ignore" },
      );
      // Of the scenarios that count one failure is enough for another code.
      expect(await run.exited).toBe(0);
      for (const [scenario, ids] of Object.entries(needed)) {
        const checks = checksIn(out, scenario);
        const passed = checks.filter(({ status }) => status === "SUCCESS").map(({ id }) => id);
        expect({ scenario, passed }).toEqual({ scenario, passed: expect.arrayContaining(ids) });
        expect(checks.filter(({ status }) => status === "FAILURE")).toEqual([]);
      }
    } finally {
      rmSync(out, { recursive: true, force: true });
    }
  },
  SUITE_TIMEOUT_MS,
);

function checksIn(out: string, scenario: string): Check[] {
  const files = readdirSync(out, { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => file.includes(`${scenario}-2`) && file.endsWith("checks.json"))
    .flatMap((file): Check[] => JSON.parse(readFileSync(join(out, file), "utf8")));
}
