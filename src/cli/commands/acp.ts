// `jamey acp`: the agent that an editor starts. Only the protocol is on stdout.
import type { Link } from "../../client/link.ts";
import { createAgent } from "../acp/agent.ts";
import { serveRpc } from "../acp/rpc.ts";
import { openFolderLink } from "../connect.ts";
import type { Context } from "../context.ts";
import { DEFAULT_OBJECT } from "../one-shot/session-choice.ts";

export async function acp(context: Context): Promise<number> {
  const links = new Map<string, Promise<Link>>();
  const { directory } = context.host;

  /** One for each folder; one that is gone for good is opened again. */
  function linkIn(folder: string): Promise<Link> {
    const known = links.get(folder);
    if (known) return known;
    const opening = openFolderLink(context, folder);
    links.set(folder, opening);
    const forget = () => void links.delete(folder);
    opening.then((link) => link.gone.then(forget), forget);
    return opening;
  }

  // Where no daemon is to be had there is nothing to talk to, and the editor is told at once.
  await linkIn(directory);
  const wire = {
    input: Bun.stdin.stream(),
    tell: (line: string) => context.out.write(`${line}\n`),
  };
  try {
    await serveRpc(wire, (peer) =>
      createAgent({
        peer,
        po_name: context.arguments.words[0] ?? DEFAULT_OBJECT,
        linkIn,
        folder: directory,
        note: context.note,
      }),
    );
  } finally {
    for (const link of await Promise.allSettled(links.values())) {
      if (link.status === "fulfilled") link.value.close();
    }
  }
  return 0;
}
