// A script's text → its steps, checked. Every mistake is named with its line; the format is described
// in `scripted.ts`.
import type { EndReason, ModelPart } from "../core/model.ts";
import { errorCodes, JameyError, messageOf } from "../protocol/errors.ts";
import type { ToolCall, Usage } from "../protocol/messages.ts";
import { type Fields, fieldsOf } from "./fields.ts";

const MAX_STEPS = 10_000;
const MAX_DELAY_MS = 3_600_000;
const DEFAULT_CHUNK = 16;

export type Fault = Extract<ModelPart, { type: "error" }> | { type: "cut" } | { type: "hang" };

export interface Step {
  when: string | null;
  /** Only for calls of this object. */
  object: string | null;
  /** Only when so many answers were given since the last user message. */
  after: number | null;
  /** Only from this call of its object in one turn on, the first being 1. */
  visit: number | null;
  text: string;
  chunk: number;
  reasoning: string;
  tool_calls: { id: string | undefined; name: string; args: ToolCall["args"] }[];
  usage: Omit<Usage, "cost_usd">;
  delay_ms: { first: number; between: number };
  fault: Fault | null;
  end: EndReason | undefined;
  repeat: boolean;
}

/** Says what is wrong with a value; `key` is where in the step. */
type Complain = (key: string, problem: string) => never;

export function readScript(text: string, path: string): Step[] {
  const values = parseYaml(text, path);
  if (!Array.isArray(values) || values.length === 0) {
    throw new JameyError("config_invalid", `${path}, line 1: a script is a list of steps.`);
  }
  if (values.length > MAX_STEPS) {
    throw new JameyError("config_invalid", `${path}: a script has at most ${MAX_STEPS} steps.`);
  }
  const lines = text.split("\n");
  const starts = stepLines(lines);
  return values.map((value, position) => {
    const complain: Complain = (key, problem) => {
      const line = lineOf(lines, starts, position, key);
      const where = line === undefined ? `step ${position + 1}` : `line ${line}`;
      throw new JameyError("config_invalid", `${path}, ${where}: ${problem}`);
    };
    return readStep(value, complain);
  });
}

function parseYaml(text: string, path: string): unknown {
  try {
    return Bun.YAML.parse(text);
  } catch (cause) {
    const message = `${path}${yamlLine(text)}: ${messageOf(cause)}`;
    throw new JameyError("config_invalid", message, { cause });
  }
}

/** The parser tells no line: it is the first at which the text so far is no YAML any more. */
function yamlLine(text: string): string {
  const lines = text.split("\n");
  let good = 0;
  let bad = lines.length;
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (isYaml(lines.slice(0, middle).join("\n"))) good = middle;
    else bad = middle;
  }
  return `, line ${bad}`;
}

function isYaml(text: string): boolean {
  try {
    Bun.YAML.parse(text);
    return true;
  } catch {
    // The question is only whether it parses.
    return false;
  }
}

/** Where each step of a block list begins, counted from 0. Text inside a step stands further right. */
function stepLines(lines: string[]): number[] {
  const first = lines.find((line) => /^\s*-(\s|$)/.test(line));
  const indent = first?.indexOf("-") ?? 0;
  return lines.flatMap((line, at) =>
    line.search(/\S/) === indent && /^\s*-(\s|$)/.test(line) ? [at] : [],
  );
}

function lineOf(
  lines: string[],
  starts: number[],
  position: number,
  key: string,
): number | undefined {
  const start = starts[position];
  if (start === undefined) return undefined;
  const end = starts[position + 1] ?? lines.length;
  const inStep = lines.slice(start, end).findIndex((line) => {
    const before = line.indexOf(`${key}:`);
    return (
      key !== "" && before >= 0 && /^[\s{,"'-]*$/.test(line.slice(Math.max(0, before - 1), before))
    );
  });
  return start + Math.max(inStep, 0) + 1;
}

const KEYS = [
  "when",
  "object",
  "after",
  "visit",
  "text",
  "chunk",
  "reasoning",
  "tool_calls",
  "usage",
  "delay_ms",
  "fault",
  "end",
  "repeat",
];

function readStep(value: unknown, complain: Complain): Step {
  const step = fieldsOf(value);
  if (step === undefined) return complain("", "a step is a mapping, for example `text: Hello`.");
  knownKeys(step, KEYS, complain);
  return {
    when: step.when === undefined ? null : readText(step, "when", complain),
    object: step.object === undefined ? null : readText(step, "object", complain),
    after: step.after === undefined ? null : readNumber(step, "after", 0, complain),
    visit: step.visit === undefined ? null : readNumber(step, "visit", 0, complain),
    text: readText(step, "text", complain),
    chunk: readNumber(step, "chunk", DEFAULT_CHUNK, complain) || DEFAULT_CHUNK,
    reasoning: readText(step, "reasoning", complain),
    tool_calls: readCalls(step.tool_calls, complain),
    usage: readUsage(step.usage, complain),
    delay_ms: readDelay(step, complain),
    fault: step.fault === undefined ? null : readFault(step.fault, complain),
    end: readEnd(step.end, complain),
    repeat: readFlag(step, "repeat", false, complain),
  };
}

function knownKeys(fields: Fields, known: string[], complain: Complain): void {
  for (const key of Object.keys(fields)) {
    if (!known.includes(key)) complain(key, `'${key}' is unknown; known are ${known.join(", ")}.`);
  }
}

function readText(fields: Fields, key: string, complain: Complain): string {
  const value = fields[key] ?? "";
  // A bare number or yes is text here, as whoever wrote it meant it.
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" ? value : complain(key, `'${key}' must be text.`);
}

function readNumber(fields: Fields, key: string, absent: number, complain: Complain): number {
  const value = fields[key] ?? absent;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  return complain(key, `'${key}' must be a whole number, 0 or more.`);
}

function readFlag(fields: Fields, key: string, absent: boolean, complain: Complain): boolean {
  const value = fields[key] ?? absent;
  return typeof value === "boolean" ? value : complain(key, `'${key}' must be true or false.`);
}

function readCalls(value: unknown, complain: Complain): Step["tool_calls"] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) return complain("tool_calls", "'tool_calls' must be a list.");
  return value.map((item) => {
    const call = fieldsOf(item);
    if (call === undefined) return complain("tool_calls", "a tool call is {name, args}.");
    knownKeys(call, ["id", "name", "args"], complain);
    const name = readText(call, "name", complain);
    if (name === "") return complain("tool_calls", "a tool call needs a name.");
    const args = fieldsOf(call.args ?? {});
    if (args === undefined) return complain("args", "'args' must be a mapping.");
    const id = call.id === undefined ? undefined : readText(call, "id", complain);
    // YAML holds a few values that JSON does not; the round trip leaves JSON.
    return { id, name, args: JSON.parse(JSON.stringify(args)) as ToolCall["args"] };
  });
}

function readUsage(value: unknown, complain: Complain): Step["usage"] {
  const usage = fieldsOf(value ?? {});
  if (usage === undefined) return complain("usage", "'usage' must be a mapping.");
  knownKeys(
    usage,
    ["input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens"],
    complain,
  );
  return {
    input_tokens: readNumber(usage, "input_tokens", 0, complain),
    output_tokens: readNumber(usage, "output_tokens", 0, complain),
    cached_tokens: readNumber(usage, "cached_tokens", 0, complain),
    reasoning_tokens: readNumber(usage, "reasoning_tokens", 0, complain),
  };
}

function readDelay(step: Fields, complain: Complain): Step["delay_ms"] {
  const both = fieldsOf(step.delay_ms);
  if (both !== undefined) knownKeys(both, ["first", "between"], complain);
  const first = both === undefined ? readNumber(step, "delay_ms", 0, complain) : 0;
  const delay =
    both === undefined
      ? { first, between: first }
      : {
          first: readNumber(both, "first", 0, complain),
          between: readNumber(both, "between", 0, complain),
        };
  if (Math.max(delay.first, delay.between) > MAX_DELAY_MS) {
    return complain("delay_ms", `'delay_ms' is at most ${MAX_DELAY_MS}.`);
  }
  return delay;
}

function readFault(value: unknown, complain: Complain): Fault {
  if (value === "cut" || value === "hang") return { type: value };
  const fault = fieldsOf(value);
  if (fault === undefined) return complain("fault", "'fault' must be cut, hang or {error: code}.");
  knownKeys(fault, ["error", "message", "retryable", "retry_after_ms"], complain);
  const code = Object.keys(errorCodes).find((known) => known === fault.error);
  if (code === undefined) return complain("error", `'${String(fault.error)}' is no error code.`);
  // Found among the keys just above.
  const known = code as keyof typeof errorCodes;
  return {
    type: "error",
    code: known,
    message: readText(fault, "message", complain) || `scripted: ${code}, as the script says.`,
    retryable: readFlag(fault, "retryable", errorCodes[known].retryable, complain),
    retry_after_ms:
      fault.retry_after_ms === undefined
        ? undefined
        : readNumber(fault, "retry_after_ms", 0, complain),
  };
}

function readEnd(value: unknown, complain: Complain): EndReason | undefined {
  if (value === undefined) return undefined;
  if (value === "stop" || value === "length" || value === "refusal") return value;
  return complain("end", "'end' must be stop, length or refusal.");
}
