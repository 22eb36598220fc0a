// What every tool has in common, done once: arguments are validated, time is limited, an abort is
// obeyed, output is bounded and spilled, and nothing is ever thrown at the caller.
import { z } from "zod";
import {
  LEFT_OUT,
  type Tool,
  type ToolCheck,
  type ToolContext,
  type ToolOutput,
} from "../core/tool.ts";
import type { Attempt } from "../core/world.ts";
import type { Risk } from "../protocol/agents.ts";
import type { ToolSpec } from "../protocol/messages.ts";
import { createDeadline } from "./deadline.ts";
import { createOutput, grouped, type OutputLimits, outputLimits } from "./output.ts";

const DEFAULT_TIMEOUT_MS = 60_000;
/** A run that is told to stop and does not is left behind after this. */
const STOP_GRACE_MS = 5_000;
/** Of one piece of output: text of a gigabyte that nobody can read would only cost memory. */
const MAX_LIVE_BYTES = 4 * 1024;
/** Problems with arguments that one answer names. */
const MAX_NAMED_PROBLEMS = 5;

export interface RunContext extends ToolContext {
  /** Adds to the output while the tool runs; clients see it live. One at a time. */
  write(content: Uint8Array | string): Promise<void>;
  /** What only a human delays: the run's time stands still meanwhile. */
  unhurried<Out>(waiting: Promise<Out>): Promise<Out>;
}

export interface RunResult {
  success: boolean;
  /** Added to what was written. */
  output?: string;
  /** A last line about the run, such as an exit code: never cut, not part of the output's size. */
  note?: string;
}

export interface ToolDefinition<Input extends z.ZodObject> {
  name: string;
  description: string;
  input: Input;
  risk: Risk;
  replay: Tool["replay"];
  /** How long a run may take, in milliseconds. */
  timeoutMs?: (args: z.output<Input>) => number;
  /** What permission rules match and humans read. A problem makes the call invalid. */
  subject(args: z.output<Input>, context: ToolContext): Promise<Attempt<string>>;
  /** The subject without what only narrows it; undefined where that is all of it. */
  bareSubject?: (args: z.output<Input>) => string | undefined;
  /** Whether only a human may allow it, whatever the rules say. */
  mustAsk?: (args: z.output<Input>, context: ToolContext) => Promise<boolean>;
  run(args: z.output<Input>, context: RunContext): Promise<RunResult>;
}

export function defineTool<Input extends z.ZodObject>(
  definition: ToolDefinition<Input>,
  limits: OutputLimits = outputLimits,
): Tool {
  const { name, description, risk, replay } = definition;
  let spec: ToolSpec | undefined;
  return {
    name,
    description,
    // Made when a model first asks: a daemon that starts has no use for schemas.
    get spec() {
      spec ??= { name, description, parameters: parametersOf(definition.input) };
      return spec;
    },
    risk,
    replay,
    check: async (args, context) => {
      const parsed = readArguments(definition.input, args);
      if (!parsed.ok) return { valid: false, problem: parsed.problem };
      return await checkSubject(definition, parsed.value, context);
    },
    call: async (args, context) => {
      const parsed = readArguments(definition.input, args);
      if (!parsed.ok) return { ...nothing, output: parsed.problem, outcome: "invalid" };
      return await runBounded(definition, parsed.value, context, limits);
    },
  };
}

const nothing = { success: false, output_bytes: 0, spilled_to: null } as const;

/** The JSON Schema that models get. */
function parametersOf(input: z.ZodObject): ToolSpec["parameters"] {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(input, { io: "input" });
  // A JSON Schema is JSON; zod's type for it merely does not say so.
  return schema as ToolSpec["parameters"];
}

function readArguments<Input extends z.ZodObject>(
  input: Input,
  args: unknown,
): Attempt<z.output<Input>> {
  const parsed = input.safeParse(args);
  if (parsed.success) return { ok: true, value: parsed.data };
  const problems = parsed.error.issues
    .slice(0, MAX_NAMED_PROBLEMS)
    .map((issue) => `${issue.path.join(".") || "the arguments"}: ${issue.message}`);
  return { ok: false, problem: `Invalid arguments. ${problems.join("; ")}` };
}

async function checkSubject<Input extends z.ZodObject>(
  { subject, bareSubject, mustAsk }: ToolDefinition<Input>,
  args: z.output<Input>,
  context: ToolContext,
): Promise<ToolCheck> {
  try {
    const found = await subject(args, context);
    if (!found.ok) return { valid: false, problem: found.problem };
    const must_ask = (await mustAsk?.(args, context)) ?? false;
    const bare_subject = bareSubject?.(args);
    return {
      ...{ valid: true, subject: found.value },
      ...(bare_subject !== undefined && bare_subject !== found.value && { bare_subject }),
      ...(must_ask && { must_ask }),
    };
  } catch (error) {
    return { valid: false, problem: messageOf(error) };
  }
}

async function runBounded<Input extends z.ZodObject>(
  definition: ToolDefinition<Input>,
  args: z.output<Input>,
  context: ToolContext,
  limits: OutputLimits,
): Promise<ToolOutput> {
  const timeoutMs = definition.timeoutMs?.(args) ?? DEFAULT_TIMEOUT_MS;
  const deadline = createDeadline(timeoutMs, context.world.monotonicMs);
  const signal = AbortSignal.any([context.signal, deadline.signal]);
  const output = createOutput(
    limits,
    async () =>
      await context.world.files.create({
        root: context.spill_folder,
        path: `${context.world.newId("output_")}.txt`,
      }),
  );
  const readLive = createLiveReader();
  const write = async (content: Uint8Array | string) => {
    const live = readLive(content);
    if (live !== "") context.emit(live);
    await output.write(content);
  };
  const stopped = untilStopped(signal);
  let result: RunResult;
  try {
    const run = async () =>
      signal.aborted
        ? { success: false }
        : await definition.run(args, { ...context, signal, write, unhurried: deadline.unhurried });
    result = await Promise.race([run(), stopped.late]);
  } catch (error) {
    result = { success: false, output: messageOf(error) };
  } finally {
    deadline.clear();
    stopped.forget();
  }
  await output.write(result.output ?? "");
  const { text, bytes, spilled_to } = output.finish();
  const outcome = outcomeOf(result, context.signal.aborted, deadline.signal.aborted);
  const notes = { timed_out: `timed out after ${grouped(timeoutMs)} ms`, cancelled: "cancelled" };
  const early = outcome === "timed_out" || outcome === "cancelled" ? notes[outcome] : undefined;
  const note = [early, result.note].filter((part) => part !== undefined).join("; ");
  return {
    output:
      note === "" ? text : `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}[${note}]`,
    success: result.success,
    outcome,
    output_bytes: bytes,
    spilled_to,
  };
}

/** What clients see live: all of a quiet tool, of a loud one the end of each piece, behind a mark that says so. */
function createLiveReader(): (content: Uint8Array | string) => string {
  const decoder = new TextDecoder();
  return (content) => {
    const left = content.length > MAX_LIVE_BYTES ? LEFT_OUT : "";
    if (typeof content === "string") return left + content.slice(-MAX_LIVE_BYTES);
    return left + decoder.decode(content.subarray(-MAX_LIVE_BYTES), { stream: true });
  };
}

function outcomeOf(
  result: RunResult,
  isCancelled: boolean,
  isLate: boolean,
): "completed" | "failed" | "timed_out" | "cancelled" {
  if (result.success) return "completed";
  if (isCancelled) return "cancelled";
  return isLate ? "timed_out" : "failed";
}

/** `late` resolves when a run had its time to stop after the signal and did not use it. */
function untilStopped(signal: AbortSignal): { late: Promise<RunResult>; forget: () => void } {
  const { promise, resolve } = Promise.withResolvers<RunResult>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const start = () => {
    timer = setTimeout(
      () => resolve({ success: false, note: "it did not stop when told to" }),
      STOP_GRACE_MS,
    );
  };
  signal.addEventListener("abort", start, { once: true });
  return {
    late: promise,
    forget: () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", start);
    },
  };
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
