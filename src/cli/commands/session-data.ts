// `jamey sessions data SESSION [KEY]`: what the objects of a tree of delegations share.
import { JameyError } from "../../protocol/errors.ts";
import { oneLine, stripControl } from "../../terminal/strip.ts";
import { withLink } from "../connect.ts";
import { type Context, columns, printJson } from "../context.ts";
import { findSession } from "../input/find-session.ts";
import { withPager } from "../output/pager.ts";

/** Of a value in the list, as JSON, in UTF-16 units. */
const MAX_SHOWN_VALUE = 60;

export const data = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const [named = "", key] = context.arguments.words;
    const { session_id } = await findSession(link, named);
    const found = await link.call("GetSharedData", { session_id });
    const one = found.data.find((entry) => entry.key === key);
    if (key !== undefined && !one) {
      const known = found.data.map((entry) => entry.key).join(", ") || "nothing";
      const message = `Session ${session_id} shares nothing under '${key}'. There is: ${known}.`;
      throw new JameyError("not_found", message);
    }
    if (one) {
      // What was stored as text comes out as that text; everything else is JSON, for jq.
      if (context.isJson) await printJson(context, one);
      else if (typeof one.value === "string") {
        const text = context.out.isTerminal ? stripControl(one.value) : one.value;
        await context.out.write(text.endsWith("\n") ? text : `${text}\n`);
      } else await context.out.write(`${JSON.stringify(one.value, null, 2)}\n`);
      return 0;
    }
    if (context.isJson) await printJson(context, found);
    else if (found.data.length === 0) await context.note("Nothing is shared in this session.");
    else {
      const rows = found.data.map((entry) => [
        entry.key,
        oneLine(entry.short_description, 60),
        oneLine(JSON.stringify(entry.value), MAX_SHOWN_VALUE),
        entry.po_name,
      ]);
      await withPager(context, columns(rows));
    }
    return 0;
  });
