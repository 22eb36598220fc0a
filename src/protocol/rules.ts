// Rules that humans gave in answers: what an object may do without asking again, until the rule is removed.
import { z } from "zod";
import { at, id } from "./messages.ts";

/** `match` is a pattern that the human typed, over the call's subject; or what the one call was about. */
export const standingRule = z.object({
  rule_id: id,
  po_name: z.string(),
  tool: z.string(),
  match: z.string(),
  /** The hash of the one call, arguments and workspace, that it allows; null of a pattern. */
  call_hash: z.string().nullable(),
  /** The answer that gave it. */
  request_id: id,
  added_by: z.string(),
  added_at: at,
});

export type StandingRule = z.infer<typeof standingRule>;
