// The tool with which an agent thinks: what it writes stays in the conversation, and nothing happens.
import { z } from "zod";
import type { Tool } from "../core/tool.ts";
import { defineTool } from "./define.ts";
import type { OutputLimits } from "./output.ts";

const MAX_THOUGHT_LENGTH = 20_000;

export function thinkTool(limits?: OutputLimits): Tool {
  return defineTool(
    {
      name: "think",
      description:
        "Write down a thought: a plan, a doubt, what you know so far. Changes nothing and asks nobody.",
      input: z.strictObject({
        thought: z.string().trim().min(1).max(MAX_THOUGHT_LENGTH).describe("What you think."),
      }),
      risk: "none",
      replay: "safe",
      subject: async () => await Promise.resolve({ ok: true, value: "a thought" }),
      run: async () => await Promise.resolve({ success: true, output: "Noted." }),
    },
    limits,
  );
}
