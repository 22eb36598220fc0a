// How a connector itself attaches and asks, for clients that speak no frames.
import type { CommandName } from "../../protocol/commands/index.ts";
import { JameyError } from "../../protocol/errors.ts";
import { PROTOCOL_VERSION, VERSION } from "../../protocol/version.ts";
import type { Identity } from "../access.ts";
import type { Caller } from "../caller.ts";
import type { Connection, Ring } from "../connections.ts";
import type { Gateway } from "../gateway.ts";
import type { Ask } from "./http/route.ts";

/** Throws what the door refuses. */
export const askAs =
  ({ handle }: Gateway, caller: Caller): Ask<CommandName> =>
  async (type, payload) => {
    const answer = await handle({ type, payload }, caller);
    if (!answer.ok) {
      const { code, message, details } = answer.payload;
      throw new JameyError(code, message, { details });
    }
    // The table of commands says which reply each has; a handler of another does not compile.
    return answer.payload as Awaited<ReturnType<Ask<typeof type>>>;
  };

/** A connection that only follows; it brings nothing of its own. */
export const attachAs = (
  { connections }: Gateway,
  { client, ...who }: { client: string; identity: Identity; ring: Ring },
): Connection =>
  connections.open(
    {
      type: "attach",
      client,
      version: VERSION,
      protocol_version: PROTOCOL_VERSION,
      workspace: null,
      variables: {},
      call_id: null,
    },
    who,
  );
