// A plugin's tool: arguments held against its schema, run only as a human approved it.
// Rules: 1. Until then every call asks, and shows everything that would run. 2. What was shown is what is run: a
//           tool that changed since is not. 3. The schema comes from outside and is only ever data.
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

export interface ExternalTool {
  spec: ToolSpec;
  risk: Tool["risk"];
  replay: Tool["replay"];
  timeout_ms: number;
  max_output_bytes: number;
  /** What does not fit the schema, each in a sentence. */
  problemsOf(args: Json): string[];
  standing(call_id: string): Promise<Attempt<Standing>>;
  /** A human has approved this call, and with it the plugin as it was shown. */
  approved(standing: Standing, call_id: string): Promise<void>;
  run(args: Json, context: RunContext): Promise<RunResult>;
}

export function externalTool(given: ExternalTool): Tool {
  const { spec, risk, replay } = given;
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
        const standing = await given.standing(context.call_id);
        if (!standing.ok) return { success: false, output: standing.problem };
        if (!standing.value.isApproved) await given.approved(standing.value, context.call_id);
        // What was parsed as arguments is JSON; zod's loose object merely does not say so.
        return await given.run(args as Json, context);
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
      const { isApproved, question } = standing.value;
      const subject = JSON.stringify(args);
      if (isApproved) return { valid: true, subject };
      return { valid: true, subject: `${subject}\n\n${question}`, must_ask: true };
    },
    call: base.call,
  };
}
