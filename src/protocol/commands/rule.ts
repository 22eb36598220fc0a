// Commands over the rules that humans gave in answers.
import { z } from "zod";
import { id, orNull } from "../messages.ts";
import { standingRule } from "../rules.ts";
import { command } from "./command.ts";

export const ruleCommands = {
  ListRules: command({
    summary: "What humans allowed objects from then on, in answers to their questions.",
    scope: "read",
    params: z.object({ po_name: orNull(z.string()) }).prefault({}),
    reply: "RuleList",
    payload: z.object({ rules: z.array(standingRule) }),
  }),
  RemoveRule: command({
    summary: "Take a rule away; it counts no longer for turns that begin from now on.",
    scope: "admin",
    isHumanOnly: true,
    params: z.object({ rule_id: id }),
    reply: "Ok",
    payload: z.object({}),
  }),
} as const;
