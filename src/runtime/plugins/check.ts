// `jamey tools check`: a tool held against its manifest and the examples in it, as a daemon would run it, in a
// fresh folder. Its author runs it: nothing is approved, and nothing is kept.
import { mkdtempSync, readdirSync, realpathSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import type { Tool, ToolContext, ToolOutput } from "../../core/tool.ts";
import type { World } from "../../core/world.ts";
import { JameyError } from "../../protocol/errors.ts";
import type { Json } from "../../protocol/messages.ts";
import type { ToolChecks, ToolReport } from "../../protocol/tool-checks.ts";
import type { Example, Manifest } from "../../tools/external/manifest.ts";
import { createLog } from "../log.ts";
import { childVariables } from "../world/variables.ts";
import { createWorld } from "../world.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { createHosts, type Hosts } from "./hosts.ts";
import { createTool } from "./new-tool.ts";
import { type PluginFile, readPlugin } from "./plugin-files.ts";
import { programTool } from "./program-tool.ts";

type Variables = Record<string, string | undefined>;

/** UTF-16 units of an output that a problem quotes. */
const MAX_QUOTED = 300;
const MANIFEST_FILE = /^[^.].*\.ya?ml$/;

export function createToolChecks(variables: Variables): ToolChecks {
  return {
    create: (options) => createTool({ ...options, variables }),
    find({ path, directory }) {
      const place = resolve(directory, path);
      const found = statSync(place, { throwIfNoEntry: false });
      if (found?.isFile()) return [place];
      const names = found?.isDirectory() ? readdirSync(place) : [];
      const files = names.filter((name) => MANIFEST_FILE.test(name)).toSorted();
      if (files.length > 0) return files.map((name) => join(place, name));
      const message = `There is no manifest of a tool in ${place}: NAME.yml. To begin one: jamey tools new NAME`;
      throw new JameyError("input_missing", message);
    },
    check: async ({ file, signal }) => await checkTool(file, { variables, signal }),
  };
}

async function checkTool(
  file: string,
  { variables, signal }: { variables: Variables; signal: AbortSignal },
): Promise<ToolReport> {
  const name = basename(file).replace(/\.ya?ml$/, "");
  const plugin = readPlugin(name, file);
  const { manifest, problem } = plugin;
  const checks: ToolReport["checks"] = [{ name: "its manifest can be read", problem }];
  const report = { tool: name, file, checks };
  if (!manifest || manifest.mode === "mcp") return report;
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "jamey-tool-check-")));
  const trial = openTrial({ plugin, manifest, folder, variables, signal });
  try {
    const found = await trial.fingerprint();
    checks.push({ name: "its program is there", problem: found.ok ? null : found.problem });
    if (!found.ok) return report;
    const named = manifest.examples.map((one, index) => ({ one, name: nameOf(one, index) }));
    for (const { one, name } of named) checks.push({ name, problem: await trial.play(one) });
    if (named.length === 0)
      checks.push({ name: "it has examples to be tried with", problem: NONE });
    const together = named.filter(({ one }) => one.outcome !== "timed_out");
    if (manifest.mode === "process" && together.length > 1) {
      const problems = await Promise.all(together.map(async ({ one }) => await trial.play(one)));
      const first = problems.find((one) => one !== null) ?? null;
      checks.push({ name: "it answers all of them at once, each with its own id", problem: first });
    }
    return report;
  } finally {
    await trial.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const NONE = "Its manifest has no `examples`: whether it works was not tried.";

const nameOf = ({ args, fill, outcome }: Example, index: number): string => {
  const filled = Object.entries(fill).map(([field, bytes]) => `, ${field} of ${bytes} bytes`);
  return `example ${index + 1}: ${clipped(JSON.stringify(args), 80)}${filled.join("")} → ${outcome}`;
};

function openTrial(given: {
  plugin: PluginFile;
  manifest: Manifest;
  folder: string;
  variables: Variables;
  signal: AbortSignal;
}) {
  const { plugin, manifest, folder, variables, signal } = given;
  const world = createWorld({ http: { allow_private: true, ownPorts: () => [] } });
  const journal_id = world.newId("check_");
  const marked = (call_id: string) => childVariables(variables, { journal_id, call_id });
  const log = createLog({ level: "error", now: world.now, write: () => undefined });
  const hosts = createHosts({ world, log, folder: dirname(plugin.file), childVariables: marked });
  const path = marked("check").PATH ?? "";
  const known = new Map<string, { stamp: string; hash: string }>();
  const fingerprint = () => fingerprintOf(plugin, { folder: dirname(plugin.file), path, known });
  const toolFor = (timeout_ms: number): Tool =>
    toolOf({ manifest: { ...manifest, timeout_ms }, hosts, world, variables, fingerprint });
  return {
    fingerprint,
    stop: hosts.stop,
    /** What is wrong with its answer, or null. */
    async play(example: Example): Promise<string | null> {
      const call_id = world.newId("call_");
      const context: ToolContext = {
        ...{ world, workspace: folder, session_id: "check", call_id, signal },
        ...{ spill_folder: folder, child_variables: marked(call_id), environment: null },
        emit: () => undefined,
      };
      const args = filled(example);
      const tool = toolFor(example.timeout_ms ?? manifest.timeout_ms);
      const checked = await tool.check(args, context);
      if (!checked.valid) return checked.problem;
      return differenceFrom(example, args, await tool.call(args, context));
    },
  };
}

function toolOf(given: {
  manifest: Manifest;
  hosts: Hosts;
  world: World;
  variables: Variables;
  fingerprint(): ReturnType<typeof fingerprintOf>;
}): Tool {
  const { manifest, hosts, world, variables, fingerprint } = given;
  return programTool({
    // Its author tries it where it is: no name is too private here.
    ...{ manifest, hosts, http: world.http, others: world.http },
    variable: (name) => variables[name],
    async standing() {
      const found = await fingerprint();
      return found.ok
        ? { ok: true, value: { ...found.value, isApproved: true, question: "" } }
        : found;
    },
    approved: async () => undefined,
  });
}

function filled({ args, fill }: Example): Record<string, Json> {
  const long = Object.entries(fill).map(([field, bytes]) => {
    const text = String(args[field] ?? "x") || "x";
    return [field, text.repeat(Math.ceil(bytes / Buffer.byteLength(text)))];
  });
  return { ...args, ...Object.fromEntries(long) };
}

function differenceFrom(
  example: Example,
  args: Record<string, Json>,
  came: ToolOutput,
): string | null {
  const { outcome, contains } = example;
  if (came.outcome !== outcome)
    return `${came.outcome} instead of ${outcome}: ${quoted(came.output)}`;
  const echoed = example.echoes === undefined ? undefined : String(args[example.echoes] ?? "");
  const expected = example.output ?? echoed;
  const isCut = came.spilled_to !== null && expected !== undefined;
  if (isCut && came.output_bytes !== Buffer.byteLength(expected)) {
    return `${came.output_bytes} bytes instead of ${Buffer.byteLength(expected)}`;
  }
  if (!isCut && expected !== undefined && came.output !== expected) {
    return `${quoted(came.output)} instead of ${quoted(expected)}`;
  }
  if (contains !== undefined && !came.output.includes(contains)) {
    return `${quoted(came.output)} does not contain ${quoted(contains)}`;
  }
  return null;
}

const quoted = (text: string): string => JSON.stringify(clipped(text, MAX_QUOTED));
const clipped = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length)}…`;
