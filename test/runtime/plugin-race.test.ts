// A plugin that changes between the last check of a call and its run: neither approved nor run.
import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createLog } from "../../src/runtime/log.ts";
import { createHosts } from "../../src/runtime/plugins/hosts.ts";
import { programTool } from "../../src/runtime/plugins/program-tool.ts";
import { readManifest } from "../../src/tools/external/manifest.ts";
import { openToolWorld } from "../support/tool-world.ts";

/** A tool that is `hashes[n]` at the nth look, checked with the first and then called; approved for so many looks. */
async function play(hashes: string[], approvedFor = 0) {
  await using opened = await openToolWorld();
  const { world, workspace } = opened;
  const values = { description: "x", command: ["./weather.sh"] };
  const manifest = readManifest("weather", values);
  if (!manifest.ok) throw new Error(manifest.problem);
  const log = createLog({ level: "error", now: world.now, write: () => undefined });
  const hosts = createHosts({ world, log, folder: workspace, childVariables: () => ({}) });
  const approved: string[] = [];
  const argv: [string, ...string[]] = ["/bin/sh", "-c", "touch ran"];
  let looks = 0;
  const tool = programTool({
    ...{ manifest: manifest.value, hosts, variable: () => undefined },
    ...{ http: world.http, others: world.http },
    async standing() {
      const hash = hashes[Math.min(looks++, hashes.length - 1)] ?? "";
      return { ok: true, value: { hash, isApproved: looks <= approvedFor, question: hash, argv } };
    },
    approved: async ({ hash }) => void approved.push(hash),
  });
  const context = opened.context();
  await tool.check({}, context);
  const { success, output } = await tool.call({}, context);
  return { success, output, approved, ran: existsSync(join(workspace, "ran")) };
}

const refused = {
  success: false,
  output: "The tool weather changed after it was checked. Not run.",
  ran: false,
};

describe("a plugin's tool", () => {
  test("that stays as it was checked is approved as that and run", async () => {
    const done = { success: true, output: "", ran: true };
    expect(await play(["a"])).toEqual({ ...done, approved: ["a"] });
    expect(await play(["a"], 3)).toEqual({ ...done, approved: [] });
  });

  test("that changes after the check is neither approved nor run", async () => {
    expect(await play(["a", "b"])).toEqual({ ...refused, approved: [] });
    expect(await play(["a", "b"], 3)).toEqual({ ...refused, approved: [] });
  });

  test("that is revoked after the check is neither approved again nor run", async () => {
    expect(await play(["a"], 1)).toEqual({ ...refused, approved: [] });
    expect(await play(["a"], 2)).toEqual({ ...refused, approved: [] });
  });

  test("that changes while its approval is written down is not run", async () => {
    expect(await play(["a", "a", "b"])).toEqual({ ...refused, approved: ["a"] });
  });
});
