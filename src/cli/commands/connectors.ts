// `jamey connectors`: who is attached, and the interfaces that objects opened themselves.
import type { ServerInfo } from "../../protocol/spawned.ts";
import { oneLine, showHidden } from "../../terminal/strip.ts";
import { withLink } from "../connect.ts";
import { type Context, columns, printJson } from "../context.ts";
import { withPager } from "../output/pager.ts";

const MAX_PROBLEM = 200;

export const list = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const found = await link.call("ListConnectors", {});
    if (context.isJson) {
      await printJson(context, found);
      return 0;
    }
    const clients = found.connectors.map(({ connector_id, connector_type, client, since }) => [
      connector_id,
      connector_type,
      showHidden(client),
      `since ${since}`,
    ]);
    await withPager(context, columns([...found.servers.map(rowOf), ...clients]));
    return 0;
  });

function rowOf({ connector_id, po_name, url, ...one }: ServerInfo): string[] {
  const { requests, errors, last_used_at, problem } = one;
  const used = last_used_at === null ? "" : `, last ${last_used_at}`;
  const state = problem === null ? "" : `, closed: ${oneLine(problem, MAX_PROBLEM)}`;
  return [connector_id, po_name, url, `${requests} requests, ${errors} errors${used}${state}`];
}

export const stop = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const [connector_id = ""] = context.arguments.words;
    await link.call("StopConnector", { connector_id });
    if (context.isJson) await printJson(context, { connector_id });
    else await context.out.write(`Closed ${connector_id}.\n`);
    return 0;
  });
