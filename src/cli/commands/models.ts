// `jamey models`: which model would answer now, and which vendors have a key.
import { withLink } from "../connect.ts";
import { type Context, columns, printJson } from "../context.ts";
import { oneLine } from "../strip.ts";

export const models = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const list = await link.call("ListModels", {});
    if (context.isJson) {
      await printJson(context, list);
      return 0;
    }
    const rows = list.vendors.map(({ vendor, is_ready, key_from, base_url, example }) => [
      is_ready ? "✓" : " ",
      vendor,
      oneLine(example, 60),
      oneLine(base_url, 60),
      key_from === null ? "no key" : oneLine(key_from, 60),
    ]);
    await context.out.write(
      `default: ${oneLine(list.default_model, 100)} (${oneLine(list.default_from, 100)})\n\n`,
    );
    await context.out.write(columns(rows));
    return 0;
  });
