// `jamey models`: which model would answer now, which vendors have a key, and what to do where none has.
import type { Reply } from "../../protocol/commands/index.ts";
import { withLink } from "../connect.ts";
import { type Context, columns, printJson } from "../context.ts";
import { oneLine } from "../strip.ts";

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
    else await context.out.write(describeModels(list));
    return 0;
  });

export function describeModels(list: ModelList): string {
  const rows = list.vendors.map((vendor) => [
    vendor.is_ready ? "✓" : "-",
    vendor.vendor,
    oneLine(vendor.example, 60),
    oneLine(vendor.base_url, 60),
    keyOf(vendor),
  ]);
  const model = `${oneLine(list.default_model, 100)} (${oneLine(list.default_from, 100)})`;
  const advice = list.default_model.startsWith("offline/") ? UNCONNECTED : CONNECTED;
  return `default: ${model}\n\n${columns(rows)}\n${advice}`;
}

/** Where the key comes from, or what is missing. */
function keyOf(vendor: ModelList["vendors"][number]): string {
  const { key_from, is_ready, needs_key, key_variable, base_url_variable } = vendor;
  if (key_from !== null) return oneLine(key_from, 60);
  if (is_ready) return "needs no key";
  if (needs_key && key_variable !== null) return `no key: ${key_variable}`;
  return base_url_variable === null ? "not running" : `not found: ${base_url_variable}`;
}
