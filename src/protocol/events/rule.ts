// Events of the rules that humans gave in answers. Stream: `environment`.
import { z } from "zod";
import { id } from "../messages.ts";
import { standingRule } from "../rules.ts";
import { event } from "./event.ts";

export const ruleEvents = {
  RuleAdded: event(2, "A human allows an object a call from now on.", standingRule),
  RuleRemoved: event(1, "A rule counts no longer.", z.object({ rule_id: id })),
} as const;
