// The public conformance suite against jamey as an MCP client, in both eras of the protocol. What needs OAuth is
// left out: jamey refuses such servers and says so. Green is not believed: the checks are named.
import { expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const suite = new URL(
  "../../node_modules/@modelcontextprotocol/conformance/dist/index.js",
  import.meta.url,
).pathname;
const client = new URL("../support/mcp-conformance-client.ts", import.meta.url).pathname;

/** Era, scenario, and the checks that must have been made and passed. */
const scenarios = [
  ["2025-11-25", "initialize", ["mcp-client-initialization"]],
  ["2025-11-25", "tools_call", ["tool-add-numbers", "wire-schema-valid"]],
  [
    "2025-11-25",
    "elicitation-sep1034-client-defaults",
    ["client-elicitation-sep1034-boolean-default", "client-elicitation-sep1034-enum-default"],
  ],
  ["2025-11-25", "sse-retry", ["client-sse-graceful-reconnect", "client-sse-retry-timing"]],
  ["2026-07-28", "tools_call", ["tool-add-numbers", "wire-schema-valid"]],
  ["2026-07-28", "request-metadata", []],
  ["2026-07-28", "sep-2322-client-request-state", []],
  ["2026-07-28", "http-standard-headers", []],
  [
    "2026-07-28",
    "http-custom-headers",
    ["sep-2243-client-mirrors-designated-params", "sep-2243-client-omit-null"],
  ],
  ["2026-07-28", "http-invalid-tool-headers", []],
  ["2026-07-28", "json-schema-ref-no-deref", []],
] as const;

interface Check {
  id: string;
  status: string;
  errorMessage?: string;
}

test.each(scenarios)("%s %s", async (era, scenario, needed) => {
  const out = mkdtempSync(join(tmpdir(), "jamey-conformance-"));
  try {
    const run = Bun.spawn(
      [
        ...[process.execPath, suite, "client", "--command", `${process.execPath} ${client}`],
        ...["--scenario", scenario, "--spec-version", era, "-o", out],
      ],
      { stdin: "ignore", stdout: "ignore", stderr: "ignore" },
    );
    const code = await run.exited;
    const checks = checksIn(out);
    expect(checks.filter(({ status }) => status === "FAILURE")).toEqual([]);
    const passed = checks.filter(({ status }) => status === "SUCCESS").map(({ id }) => id);
    expect(passed).toEqual(expect.arrayContaining([...needed]));
    expect([code, passed.length > 0]).toEqual([0, true]);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
});

function checksIn(out: string): Check[] {
  const files = readdirSync(out, { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => file.endsWith("checks.json"))
    .flatMap((file): Check[] => JSON.parse(readFileSync(join(out, file), "utf8")));
}
