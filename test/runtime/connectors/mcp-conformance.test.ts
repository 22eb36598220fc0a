// The conformance suite of the protocol, both eras, against the daemon's own MCP. A green summary says little: what
// was checked is asserted too, by its ids.
import { describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { conformanceFixture } from "../../support/mcp-fixture.ts";
import { openMcpListening } from "../../support/mcp-listening.ts";
import { openPeer } from "../../support/mcp-peers.ts";
import { objectText } from "../../support/world.ts";

const suite = resolve("node_modules/@modelcontextprotocol/conformance/dist/index.js");
const SUITE_TIMEOUT_MS = 100_000;

interface Check {
  id: string;
  status: string;
  errorMessage?: string;
}

/** Scenario → its checks. */
async function run(revision: string): Promise<{ code: number; checks: Map<string, Check[]> }> {
  let made = 0;
  await using listening = await openMcpListening({
    script: () => "ok",
    extend: (world) =>
      conformanceFixture(async () => {
        made += 1;
        await world.ask("CreatePO", { text: objectText({ name: `made-${made}` }) });
      }),
  });
  await expectFixture(listening.url);
  const folder = mkdtempSync(join(tmpdir(), "jamey-conformance-"));
  try {
    const words = ["server", "--url", listening.url, "--requirements", revision, "-o", folder];
    const child = Bun.spawn([process.execPath, suite, ...words], {
      stdout: "ignore",
      stderr: "ignore",
      timeout: SUITE_TIMEOUT_MS,
    });
    const code = await child.exited;
    return { code, checks: readChecks(folder) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A call of a tool that is not there passes for one that fails as it should. */
const NEEDED = [
  "test_error_handling",
  "test_simple_text",
  "test_sampling",
  "test_elicitation",
  "test_input_required_result_elicitation",
  "test_input_required_result_tampered_state",
];

async function expectFixture(url: string): Promise<void> {
  await using peer = await openPeer("2025-11-25", { url });
  expect(await peer.tools()).toEqual(expect.arrayContaining(NEEDED));
  expect(await peer.call("test_error_handling")).toMatchObject({
    isError: true,
    content: [{ text: "This tool intentionally returns an error for testing" }],
  });
}

/** Scenarios in which nothing of their own was found to hold. */
const emptyOf = (checks: Map<string, Check[]>): string[] =>
  [...checks]
    .filter(([, found]) => !found.some(({ id, status }) => status === "SUCCESS" && id !== ALWAYS))
    .map(([scenario]) => scenario);

/** Made in every scenario, whatever it is about. */
const ALWAYS = "wire-schema-valid";

const readChecks = (folder: string): Map<string, Check[]> =>
  new Map(
    readdirSync(folder).map((name) => [
      name.replace(/^server-/, "").replace(/-\d{4}-\d\d-\d\dT.*$/, ""),
      // The suite's own file.
      JSON.parse(readFileSync(join(folder, name, "checks.json"), "utf8")) as Check[],
    ]),
  );

const idsOf = (checks: Map<string, Check[]>): string[] =>
  [...checks.values()].flat().flatMap(({ id, status }) => (status === "SUCCESS" ? [id] : []));

/** The extension of tasks is not offered: a turn is its own handle. */
const failuresOf = (checks: Map<string, Check[]>): string[] =>
  [...checks]
    .filter(([scenario]) => !scenario.startsWith("tasks-"))
    .flatMap(([scenario, found]) =>
      found
        .filter(({ status }) => status === "FAILURE" || status === "WARNING")
        .map(({ id, errorMessage }) => `${scenario} ${id}: ${errorMessage}`),
    );

describe("The conformance suite passes", () => {
  test("for the era of 2025-11-25", async () => {
    const { code, checks } = await run("2025-11-25");
    expect(failuresOf(checks)).toEqual([]);
    expect(code).toBe(0);
    expect(checks.size).toBe(33);
    expect(emptyOf(checks)).toEqual([]);
    const ids = idsOf(checks);
    for (const id of [
      "server-initialize",
      "tools-call-elicitation",
      "tools-call-sampling",
      "tools-call-with-progress",
      "resources-subscribe",
      "completion-complete",
      "json-schema-2020-12-$defs",
    ]) {
      expect(ids).toContain(id);
    }
    expect(ids.length).toBeGreaterThanOrEqual(84);
  }, 120_000);

  test("for the era of 2026-07-28", async () => {
    const { code, checks } = await run("2026-07-28");
    expect(failuresOf(checks)).toEqual([]);
    expect(code).toBe(0);
    expect(checks.size).toBe(50);
    expect(emptyOf(checks).filter((scenario) => !scenario.startsWith("tasks-"))).toEqual([]);
    const ids = idsOf(checks);
    for (const id of [
      "sep-2575-server-rejects-undeclared-capability",
      "sep-2575-server-sends-subscription-ack",
      "sep-2575-server-tags-subscription-id",
      "sep-2322-reject-tampered-state",
      "sep-2322-respect-client-capabilities",
    ]) {
      expect(ids).toContain(id);
    }
    expect(ids.length).toBeGreaterThanOrEqual(150);
  }, 120_000);
});
