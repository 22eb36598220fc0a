// `jamey rules`: what humans allowed objects for good, in answers to their questions.

import { ruleLine } from "../../terminal/rule-line.ts";
import { showHidden } from "../../terminal/strip.ts";
import { withLink } from "../connect.ts";
import { type Context, columns, printJson } from "../context.ts";
import { pickById } from "../input/find-id.ts";
import { withPager } from "../output/pager.ts";

export const list = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const found = await link.call("ListRules", {});
    if (context.isJson) await printJson(context, found);
    else if (found.rules.length === 0) await context.note("No answer gave a rule.");
    else {
      const rows = found.rules.map((rule) => [
        rule.rule_id,
        rule.po_name,
        showHidden(ruleLine(rule)),
        `${rule.added_at.slice(0, 10)} by ${showHidden(rule.added_by)}`,
      ]);
      await withPager(context, columns(rows));
    }
    return 0;
  });

export const remove = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const [text = ""] = context.arguments.words;
    const { rules } = await link.call("ListRules", {});
    const found = pickById(rules, text, { idOf: (one) => one.rule_id, what: "rules" });
    // One that is not there is the daemon's to refuse.
    const rule_id = found?.rule_id ?? text;
    await link.call("RemoveRule", { rule_id });
    if (context.isJson) await printJson(context, { rule_id });
    else await context.out.write(`Removed ${rule_id}.\n`);
    return 0;
  });
