// `jamey usage [session]`: tokens and money, summed up per model, or as --by says.
import type { Reply } from "../../protocol/commands/index.ts";
import type { Usage, UsageBy, UsageGroup } from "../../protocol/messages.ts";
import { oneLine } from "../../terminal/strip.ts";
import { withLink } from "../connect.ts";
import { type Context, columns, printJson } from "../context.ts";
import { findSession } from "../input/find-session.ts";
import { parseSince } from "../input/parse-age.ts";
import { withPager } from "../output/pager.ts";

const MAX_KEY_LENGTH = 60;
const MAX_LABEL_LENGTH = 40;

export const usage = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const { arguments: given } = context;
    const [named] = given.words;
    const since = given.text("since");
    // The table of flags allows no other.
    const by = (given.text("by") ?? null) as UsageBy | null;
    const info = await link.call("GetUsage", {
      session_id: named === undefined ? null : (await findSession(link, named)).session_id,
      by,
      since: since === undefined ? null : parseSince(since, "--since", Date.now()),
    });
    if (context.isJson) {
      await printJson(context, info);
      return 0;
    }
    const head = [(by ?? "model").toUpperCase(), "CALLS", ...COUNTS, "COST"];
    const hasTitles = by === "session" || by === "tree";
    const groups = by === null ? info.models.map(asGroup) : info.groups;
    const rows = groups.map((group) => [
      ...usageRow(oneLine(group.key, MAX_KEY_LENGTH), String(group.calls), group.usage),
      ...(hasTitles ? [titleOf(group)] : []),
    ]);
    const calls = info.models.reduce((sum, row) => sum + row.calls, 0);
    const total = usageRow("total", String(calls), info.total, totalCost(info));
    await withPager(context, columns([hasTitles ? [...head, "ABOUT"] : head, ...rows, total]));
    return 0;
  });

const COUNTS = ["IN", "CACHED", "OUT", "REASONING"];

const asGroup = ({ model, ...sums }: Reply<"GetUsage">["models"][number]): UsageGroup => ({
  key: model,
  po_name: null,
  label: null,
  ...sums,
});

const titleOf = ({ po_name, label }: UsageGroup): string =>
  oneLine([po_name, label].filter(Boolean).join(": "), MAX_LABEL_LENGTH);

/** The prices of some models are not known: what is known is then the least that it was. */
export function totalCost({ models, total }: Pick<Reply<"GetUsage">, "models" | "total">): string {
  const known = models.map((row) => row.usage.cost_usd).filter((cost) => cost !== null);
  if (known.length === models.length) return showCost(total.cost_usd);
  const sum = known.reduce((all, cost) => all + cost, 0);
  return known.length === 0 ? showCost(null) : `at least ${showCost(sum)}`;
}

const showCost = (cost: number | null): string =>
  cost === null ? "unknown" : `$${cost.toFixed(4)}`;

function usageRow(
  name: string,
  calls: string,
  counted: Usage,
  cost = showCost(counted.cost_usd),
): string[] {
  const { input_tokens, cached_tokens, output_tokens, reasoning_tokens } = counted;
  const counts = [input_tokens, cached_tokens, output_tokens, reasoning_tokens].map(String);
  return [name, calls, ...counts, cost];
}
