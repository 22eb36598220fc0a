// The tool with which an agent asks its human. Only its arguments are handled here: the session
// itself turns a valid call into a human request and waits, for days if need be.
import { z } from "zod";
import { ASK_HUMAN, MAX_OPTIONS } from "../core/session/question.ts";
import type { Tool } from "../core/tool.ts";
import { defineTool } from "./define.ts";
import type { OutputLimits } from "./output.ts";

const MAX_QUESTION_LENGTH = 10_000;
const MAX_OPTION_LENGTH = 500;

const input = z.strictObject({
  question: z.string().trim().min(1).max(MAX_QUESTION_LENGTH).describe("What you need to know."),
  options: z
    .array(z.string().min(1).max(MAX_OPTION_LENGTH))
    .max(MAX_OPTIONS)
    .default([])
    .describe("Answers to choose from; the human may still write another."),
  kind: z
    .enum(["question", "secret"])
    .default("question")
    .describe("A secret is kept out of the conversation: you learn only that it was given."),
  name: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]{0,63}$/, "capital letters, digits and '_', such as GITHUB_TOKEN")
    .optional()
    .describe("The name under which a secret is kept, such as GITHUB_TOKEN."),
});

export function askHumanTool(limits?: OutputLimits): Tool {
  return defineTool(
    {
      name: ASK_HUMAN,
      description:
        "Asks the human and waits for the answer. Use it when only they can know or decide something.",
      input,
      risk: "none",
      replay: "safe",
      subject: async (args) => await Promise.resolve({ ok: true, value: args.question }),
      run: async () =>
        await Promise.resolve({
          success: false,
          output:
            "ask_human works only within a turn of an agent: there is nobody to hand the answer to.",
        }),
    },
    limits,
  );
}
