// What the tools over an environment share: whose environment it is, and that there is one.
import { z } from "zod";
import type { EnvironmentPort } from "../core/environment-port.ts";
import type { ToolContext } from "../core/tool.ts";
import type { Attempt } from "../core/world.ts";
import { name } from "../protocol/messages.ts";
import type { RunResult } from "./define.ts";

export const objectName = name;

export const MAX_REASON_LENGTH = 1_000;
export const reason = z
  .string()
  .trim()
  .min(1)
  .max(MAX_REASON_LENGTH)
  .describe("Why, in a sentence; it stays in the history.");

export function environmentOf({ environment }: ToolContext): Attempt<EnvironmentPort> {
  if (environment) return { ok: true, value: environment };
  return { ok: false, problem: "This tool works only within a turn of an agent." };
}

/** Runs on the environment; outside a turn it says so. */
export async function within(
  context: ToolContext,
  run: (environment: EnvironmentPort) => string | RunResult | Promise<RunResult>,
): Promise<RunResult> {
  const found = environmentOf(context);
  if (!found.ok) return { success: false, output: found.problem };
  const result = await run(found.value);
  return typeof result === "string" ? { success: true, output: result } : result;
}

export const resultOf = (attempt: Attempt<string>): RunResult =>
  attempt.ok
    ? { success: true, output: attempt.value }
    : { success: false, output: attempt.problem };
