// The flags of a one-shot → the settings of its message. Everything is checked before anything is sent.
import type { AgentConfig, OnAsk, OutputShape, TurnSettings } from "../../protocol/agents.ts";
import type { AgentMode } from "../../protocol/messages.ts";
import { type Arguments, usageError } from "../input/arguments.ts";
import { parseDuration } from "../input/parse-duration.ts";
import { AGENT_MODES } from "../table/flags.ts";
import { parseRule } from "./rules.ts";

/** `byDefault`: what happens without --on-ask. Where nobody is there, it is denied, never waited for. */
export function readSettings(given: Arguments, byDefault: OnAsk = "deny"): TurnSettings {
  const onAsk = readOnAsk(given.text("on-ask"), byDefault);
  const limits: Partial<AgentConfig> = {};
  const turns = readCount(given, "max-turns");
  if (turns !== undefined) limits.max_iterations = turns;
  const tokens = readCount(given, "max-tokens");
  if (tokens !== undefined) limits.max_tokens = tokens;
  const cost = readNumber(given, "max-cost", { isWhole: false });
  if (cost !== undefined) limits.max_cost_usd = cost;
  if (onAsk.deadlineMs !== undefined) limits.request_deadline_ms = onAsk.deadlineMs;
  const tools = given.text("tools");
  return {
    model: given.text("model") ?? null,
    system: given.text("system") ?? null,
    mode: readMode(given),
    tools:
      tools === undefined
        ? null
        : tools
            .split(",")
            .map((name) => name.trim())
            .filter(Boolean),
    rules: [
      ...given.list("deny").map((rule) => parseRule(rule, "deny")),
      ...given.list("allow").map((rule) => parseRule(rule, "allow")),
    ],
    on_ask: onAsk.action,
    limits,
    output: null,
  };
}

/** --mode; null leaves it to the session. */
export function readMode(given: Arguments): AgentMode | null {
  const text = given.text("mode");
  if (text === undefined) return null;
  const mode = AGENT_MODES.find((one) => one === text);
  if (mode) return mode;
  throw usageError(`--mode takes ${AGENT_MODES.join(", ")}; not '${text}'.`);
}

/** How often an answer that does not fit a schema may be asked for again. */
const MAX_SCHEMA_RETRIES = 10;
const DEFAULT_SCHEMA_RETRIES = 2;

/** --schema, read and checked; null where the answer is free. */
export async function readOutput(given: Arguments): Promise<OutputShape | null> {
  const text = given.text("schema");
  const retries = given.text("schema-retries");
  if (text === undefined) return null;
  if (
    retries !== undefined &&
    !(/^\d{1,2}$/.test(retries) && Number(retries) <= MAX_SCHEMA_RETRIES)
  ) {
    throw usageError(
      `--schema-retries takes a whole number from 0 to ${MAX_SCHEMA_RETRIES}; not '${retries}'.`,
    );
  }
  const { readSchema } = await import("./schema.ts");
  const schema = await readSchema(text);
  return { schema, retries: retries === undefined ? DEFAULT_SCHEMA_RETRIES : Number(retries) };
}

function readOnAsk(
  text: string | undefined,
  byDefault: OnAsk,
): { action: OnAsk; deadlineMs: number | undefined } {
  if (text === undefined) return { action: byDefault, deadlineMs: undefined };
  if (text === "deny" || text === "fail" || text === "queue") {
    return { action: text, deadlineMs: undefined };
  }
  if (text.startsWith("queue:")) {
    return { action: "queue", deadlineMs: parseDuration(text.slice("queue:".length), "--on-ask") };
  }
  throw usageError(`--on-ask takes deny, fail, queue or queue:TIME (queue:10m); not '${text}'.`);
}

/** A whole number above 0. */
export const readCount = (given: Arguments, flag: string): number | undefined =>
  readNumber(given, flag, { isWhole: true });

function readNumber(
  given: Arguments,
  flag: string,
  { isWhole }: { isWhole: boolean },
): number | undefined {
  const text = given.text(flag);
  if (text === undefined) return undefined;
  const number = text.trim() === "" ? Number.NaN : Number(text);
  if (!(number > 0) || !Number.isFinite(number) || (isWhole && !Number.isSafeInteger(number))) {
    throw usageError(`--${flag} takes a ${isWhole ? "whole " : ""}number above 0; not '${text}'.`);
  }
  return number;
}
