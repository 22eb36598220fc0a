// Conditions of edges, as the core knows them: a question over plain values. Who answers is given from
// outside, because the language (CEL) is a package and the core has none. It has to be pure and bounded.
import type { Json } from "../../../protocol/messages.ts";

export interface ConditionValues {
  /** What the node before the edge answered. */
  output: string;
  /** The JSON object in that answer; empty where there is none. */
  data: { [key: string]: Json };
  success: boolean;
  /** How often that node was visited. */
  visits: number;
  message: string;
  parameters: Record<string, string>;
  nodes: Record<string, { output: string; success: boolean; visits: number }>;
}

export type Evaluate = (
  condition: string,
  values: ConditionValues,
) => { ok: true; value: boolean } | { ok: false; problem: string };

/** For machines that walk no workflow. */
export const noConditions: Evaluate = () => ({
  ok: false,
  problem: "nobody here evaluates conditions",
});

/** The JSON object that an answer is, or holds among other words. */
export function dataIn(text: string): { [key: string]: Json } {
  const from = text.indexOf("{");
  const until = text.lastIndexOf("}");
  if (from < 0 || until < from) return {};
  try {
    const read: unknown = JSON.parse(text.slice(from, until + 1));
    // JSON.parse makes nothing but JSON, and a text from brace to brace is an object.
    return read as { [key: string]: Json };
  } catch {
    // No JSON: the condition may look at the text itself.
    return {};
  }
}
