// `jamey models`: which model would answer now, which vendors have a key, and what to do where none has.
import type { Reply } from "../../protocol/commands/index.ts";
import { oneLine } from "../../terminal/strip.ts";
import { withLink } from "../connect.ts";
import { type Context, columns, printJson } from "../context.ts";
import { terminalColumns } from "../terminal.ts";

const UNCONNECTED = `No model is connected: the offline guide answers. To connect one, do one of these:
  jamey init                            asks for what is needed, and tries it
  export OPENAI_API_KEY=...             a key in this shell; every message from it uses it
  ollama serve                          a model on this machine needs no key
`;
const CONNECTED = `To use another: --model vendor/model, JAMEY_MODEL, or 'jamey config set model vendor/model'.
`;

type ModelList = Reply<"ListModels">;

export const models = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const list = await link.call("ListModels", {});
    if (context.isJson) await printJson(context, list);
    else {
      const width = context.out.isTerminal ? terminalColumns() : undefined;
      await context.out.write(describeModels(list, width));
    }
    return 0;
  });

/** Where the width does not hold all columns, the addresses go, and then the examples. */
export function describeModels(list: ModelList, width = Number.POSITIVE_INFINITY): string {
  const tables = [["example", "base_url"] as const, ["example"] as const, []].map((shown) =>
    columns(
      list.vendors.map((vendor) => [
        vendor.is_ready ? "✓" : "-",
        vendor.vendor,
        ...shown.map((field) => oneLine(vendor[field], 60)),
        keyOf(vendor),
      ]),
    ),
  );
  const fits = (table: string) => table.split("\n").every((line) => Bun.stringWidth(line) <= width);
  const table = tables.find(fits) ?? tables.at(-1) ?? "";
  const model = `${oneLine(list.default_model, 100)} (${oneLine(list.default_from, 100)})`;
  const advice = list.default_model.startsWith("offline/") ? UNCONNECTED : CONNECTED;
  return `default: ${model}\n\n${table}\n${advice}`;
}

/** Where the key comes from, or what is missing. */
function keyOf(vendor: ModelList["vendors"][number]): string {
  const { key_from, is_ready, needs_key, key_variable, base_url_variable } = vendor;
  if (key_from !== null) return oneLine(key_from, 60);
  if (is_ready) return "needs no key";
  if (needs_key && key_variable !== null) return `no key: ${key_variable}`;
  return base_url_variable === null ? "not running" : `not found: ${base_url_variable}`;
}
