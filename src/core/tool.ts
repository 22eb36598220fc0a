// The port to tools: what an agent can do.
import type { Risk } from "../protocol/agents.ts";
import type { ToolOutcome } from "../protocol/events/turn.ts";
import type { ToolCall, ToolSpec } from "../protocol/messages.ts";
import type { EnvironmentPort } from "./environment-port.ts";
import type { World } from "./world.ts";

/** Stands in a tool's output, as it is told while it runs, where a part of it is left out. */
export const LEFT_OUT = "\n[…]\n";

export interface ToolContext {
  world: World;
  /** Absolute real path; everything is confined to it. */
  workspace: string;
  session_id: string;
  call_id: string;
  signal: AbortSignal;
  /** The folder for outputs that are too long to keep. */
  spill_folder: string;
  /** The environment variables that child processes get, whole. */
  child_variables: Record<string, string>;
  /** What the calling object may see and change of its environment; null outside a turn. */
  environment: EnvironmentPort | null;
  /** Whether rules about its path keep this file, as `file_read` names it, from being read unasked. */
  isKeptBack?(path: string): boolean;
  /** Asks the human of the turn and waits, for days if need be; null: nobody answers. Left out where nobody could. */
  ask?(asked: {
    /** Who wants to know: a program of others. */
    program: string;
    question: string;
    options: string[];
    /** It does not want to know any more. */
    signal: AbortSignal;
  }): Promise<string | null>;
  /** Live output, for the signal `ToolOutputDelta`. */
  emit(text: string): void;
}

/** What a check finds before anything runs: whether the call is valid, and what it is really about. */
export type ToolCheck =
  | {
      valid: true;
      /** What permission rules match and humans read: the resolved path, command line or address. */
      subject: string;
      /** The same without what only narrows it: rules that ask or deny are about this too. */
      bare_subject?: string;
      /** No rule allows it: a human must. */
      must_ask?: boolean;
    }
  | { valid: false; problem: string };

export interface ToolOutput {
  output: string;
  success: boolean;
  outcome: Extract<ToolOutcome, "completed" | "failed" | "invalid" | "timed_out" | "cancelled">;
  /** Bytes the tool produced; more than `output` holds when it was cut. */
  output_bytes: number;
  spilled_to: string | null;
}

export interface Tool {
  name: string;
  description: string;
  spec: ToolSpec;
  risk: Risk;
  /** `safe`: may run again after a crash. `never`: at most once. */
  replay: "safe" | "never";
  /** Validates the arguments and resolves what they name, changing nothing. Never rejects. */
  check(args: ToolCall["args"], context: ToolContext): Promise<ToolCheck>;
  /** Runs. Never rejects: a failure is an output with `success: false`. */
  call(args: ToolCall["args"], context: ToolContext): Promise<ToolOutput>;
}
