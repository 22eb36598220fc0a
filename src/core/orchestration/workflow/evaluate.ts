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
