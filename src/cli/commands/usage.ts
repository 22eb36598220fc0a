// `jamey usage [session]`: tokens and money.
import type { Reply } from "../../protocol/commands/index.ts";
import type { Usage } from "../../protocol/messages.ts";
import { withLink } from "../connect.ts";
import { type Context, columns, printJson } from "../context.ts";
import { findSession } from "../find-session.ts";
import { withPager } from "../pager.ts";
import { oneLine } from "../strip.ts";

export const usage = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const [named] = context.arguments.words;
    const session_id = named === undefined ? null : (await findSession(link, named)).session_id;
    const info = await link.call("GetUsage", { session_id });
    if (context.isJson) {
      await printJson(context, info);
      return 0;
    }
    const head = ["MODEL", "CALLS", "IN", "CACHED", "OUT", "REASONING", "COST"];
    const rows = info.models.map((row) =>
      usageRow(oneLine(row.model, 60), String(row.calls), row.usage),
    );
    const calls = info.models.reduce((sum, row) => sum + row.calls, 0);
    const total = usageRow("total", String(calls), info.total, totalCost(info));
    await withPager(context, columns([head, ...rows, total]));
    return 0;
  });

/** The prices of some models are not known: what is known is then the least that it was. */
export function totalCost({ models, total }: Reply<"GetUsage">): string {
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
