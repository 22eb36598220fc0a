// A plugin's tool: arguments held against its schema, run only as a human approved it.
// Rules: 1. Until then every call asks, and shows everything that would run. 2. What was checked is what is run: a
//           tool that changed since is neither approved nor run. 3. The schema comes from outside and is only ever data.
import { z } from "zod";
import type { Tool } from "../../core/tool.ts";
import type { Attempt } from "../../core/world.ts";
import { isObject } from "../../protocol/json.ts";
import type { Json, ToolSpec } from "../../protocol/messages.ts";
import { defineTool, type RunContext, type RunResult } from "../define.ts";
import { outputLimits } from "../output.ts";

/** What is known of a plugin as it lies there now. */
export interface Standing {
  hash: string;
  isApproved: boolean;
  /** Everything that a human must see before it runs; empty where it is approved. */
  question: string;
}

/** Calls that were checked and have not run yet; the oldest beyond them are refused. */
const MAX_CHECKED = 1_000;

export interface ExternalTool<Known extends Standing> {
  spec: ToolSpec;
  risk: Tool["risk"];
  replay: Tool["replay"];
  timeout_ms: number;
  max_output_bytes: number;
  /** What does not fit the schema, each in a sentence. */
  problemsOf(args: Json): string[];
  standing(call_id: string): Promise<Attempt<Known>>;
  /** A human has approved this call, and with it the plugin as it was shown. */
  approved(standing: Standing, call_id: string): Promise<void>;
  /** `standing` is what the call was checked with. */
  run(args: Json, context: RunContext, standing: Known): Promise<RunResult>;
}

export function externalTool<Known extends Standing>(given: ExternalTool<Known>): Tool {
  const { spec, risk, replay } = given;
  const checked = createChecked();
  /** As it lies there now, if that is what was checked and its approval was not taken back. */
  const stillStanding = async (call_id: string, before: Checked | undefined) => {
    const standing = await given.standing(call_id);
    if (!standing.ok) return standing;
    const { hash, isApproved } = standing.value;
    if (before?.hash === hash && (isApproved || !before.isApproved)) return standing;
    const problem = `The tool ${spec.name} changed after it was checked. Not run.`;
    return { ok: false as const, problem };
  };
  const base = defineTool(
    {
      name: spec.name,
      description: spec.description,
      input: z.looseObject({}),
      risk,
      replay,
      timeoutMs: () => given.timeout_ms,
      subject: async (args) => ({ ok: true, value: JSON.stringify(args) }),
      run: async (args, context) => {
        const { call_id } = context;
        const before = checked.take(call_id);
        const standing = await stillStanding(call_id, before);
        if (!standing.ok) return { success: false, output: standing.problem };
        if (!standing.value.isApproved) await given.approved(standing.value, call_id);
        // It may have changed while the approval was written down.
        const last = await stillStanding(call_id, before);
        if (!last.ok) return { success: false, output: last.problem };
        // What was parsed as arguments is JSON; zod's loose object merely does not say so.
        return await given.run(args as Json, context, last.value);
      },
    },
    { ...outputLimits, max_output_bytes: given.max_output_bytes },
  );
  return {
    ...{ name: spec.name, description: spec.description, spec, risk, replay },
    async check(args, { call_id }) {
      if (!isObject(args)) return { valid: false, problem: "Invalid arguments: no JSON object." };
      const problems = given.problemsOf(args);
      if (problems.length > 0) {
        return { valid: false, problem: `Invalid arguments. ${problems.join("; ")}` };
      }
      const standing = await given.standing(call_id);
      if (!standing.ok) return { valid: false, problem: standing.problem };
      const { hash, isApproved, question } = standing.value;
      checked.keep(call_id, { hash, isApproved });
      const subject = JSON.stringify(args);
      if (isApproved) return { valid: true, subject };
      return { valid: true, subject: `${subject}\n\n${question}`, must_ask: true };
    },
    call: base.call,
  };
}

type Checked = Pick<Standing, "hash" | "isApproved">;

/** Call → what it was last checked with. */
function createChecked() {
  const calls = new Map<string, Checked>();
  return {
    keep(call_id: string, standing: Checked) {
      calls.delete(call_id);
      calls.set(call_id, standing);
      const [oldest] = calls.keys();
      if (calls.size > MAX_CHECKED && oldest !== undefined) calls.delete(oldest);
    },
    take(call_id: string): Checked | undefined {
      const standing = calls.get(call_id);
      calls.delete(call_id);
      return standing;
    },
  };
}
