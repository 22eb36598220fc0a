// `jamey usage [session]`: tokens and money.

import type { Usage } from "../../protocol/messages.ts";
import { withLink } from "../connect.ts";
import { type Context, columns, printJson } from "../context.ts";
import { findSession } from "../find-session.ts";
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
    await context.out.write(columns([head, ...rows, usageRow("total", String(calls), info.total)]));
    return 0;
  });

function usageRow(name: string, calls: string, counted: Usage): string[] {
  const { input_tokens, cached_tokens, output_tokens, reasoning_tokens, cost_usd } = counted;
  const counts = [input_tokens, cached_tokens, output_tokens, reasoning_tokens].map(String);
  return [name, calls, ...counts, cost_usd === null ? "unknown" : `$${cost_usd.toFixed(4)}`];
}
