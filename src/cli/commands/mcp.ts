// `jamey mcp`: the bridge that an MCP host starts, and how hosts are told of it. The bridge finds or starts the
// daemon, and loads neither the SDK nor zod.
import { addressOf, connectTo, findUrl } from "../../client/address.ts";
import type { Address, Introduction } from "../../client/connection.ts";
import { findOrStart } from "../../client/daemon.ts";
import { JameyError } from "../../protocol/errors.ts";
import { localOptions, urlFlag } from "../connect.ts";
import type { Context } from "../context.ts";
import { runBridge } from "../mcp/bridge.ts";
import { openWire } from "../mcp/wire.ts";

/** What the bridge calls itself where it attaches. */
const CLIENT = "mcp";

export async function bridge(context: Context): Promise<number> {
  await runBridge({
    input: Bun.stdin.stream(),
    tell: (line) => context.out.write(`${line}\n`),
    gone: context.out.gone,
    note: context.note,
    async connect({ mayStart }, take) {
      const found = await findAddress(context, mayStart);
      return found && (await openWire(found.address, found.introduction, take));
    },
  });
  return 0;
}

/** The daemon that the arguments name, once it is there; undefined: it is not, and none may be started. */
async function findAddress(
  context: Context,
  mayStart: boolean,
): Promise<{ address: Address; introduction: Introduction } | undefined> {
  const options = localOptions(context);
  const introduction = { ...options.introduction, client: CLIENT };
  const url = findUrl(urlFlag(context), options.variables);
  try {
    if (url !== undefined) {
      const address = addressOf(url, options);
      const here = { ...introduction, workspace: null, variables: {} };
      // It says why where it lets nobody in, which the other door does not.
      (await connectTo(address, here)).close();
      return { address, introduction: here };
    }
    const start = mayStart ? options.start : "never";
    (await findOrStart({ ...options, introduction, start })).close();
    return { address: { socket: options.places.socket }, introduction };
  } catch (thrown) {
    const isAway = thrown instanceof JameyError && thrown.code === "unavailable";
    if (isAway && !mayStart) return undefined;
    throw thrown;
  }
}
