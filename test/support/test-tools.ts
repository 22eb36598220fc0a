// Tools for tests of the runtime: what they do is a function, and each keeps its own ledger of calls.
import type { Tool, ToolContext, ToolOutput } from "../../src/core/tool.ts";
import type { Risk } from "../../src/protocol/agents.ts";
import type { Json } from "../../src/protocol/messages.ts";

export interface TestTool extends Tool {
  /** Ids of the calls that ran, in order. */
  ledger: string[];
}

export function testTool(
  name: string,
  fields: {
    risk?: Risk;
    replay?: Tool["replay"];
    run?: (args: Json, context: ToolContext) => Promise<string> | string;
    /** A problem makes the call invalid. */
    check?: (args: Json) => string | undefined;
  } = {},
): TestTool {
  const ledger: string[] = [];
  const { risk = "none", replay = "never", run = () => `${name} done`, check } = fields;
  return {
    ledger,
    name,
    description: `Does ${name}.`,
    spec: { name, description: `Does ${name}.`, parameters: { type: "object" } },
    risk,
    replay,
    check: async (args) => {
      const problem = check?.(args);
      if (problem !== undefined) return { valid: false, problem };
      return { valid: true, subject: JSON.stringify(args) };
    },
    call: async (args, context) => {
      ledger.push(context.call_id);
      return completed(await run(args, context));
    },
  };
}

export const completed = (output: string): ToolOutput => ({
  output,
  success: true,
  outcome: "completed",
  output_bytes: output.length,
  spilled_to: null,
});

/** A run that goes on until the test ends it, or somebody aborts it. */
export function heldRun(): {
  run: (args: Json, context: ToolContext) => Promise<string>;
  started: Promise<ToolContext>;
  finish(output: string): void;
} {
  const started = Promise.withResolvers<ToolContext>();
  const ended = Promise.withResolvers<string>();
  return {
    run: (_, context) => {
      context.signal.addEventListener("abort", () => ended.resolve("aborted"), { once: true });
      started.resolve(context);
      return ended.promise;
    },
    started: started.promise,
    finish: ended.resolve,
  };
}
