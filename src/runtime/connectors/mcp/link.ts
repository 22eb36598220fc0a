// What stands between one MCP host and the daemon's one door: who it is, what it asks, what it follows.
//
// Rules: 1. Events are pulled when they are rung, and only while there is room for what they become.
//        2. A host over plain HTTP that only asks is attached only while it follows something.
import type { CommandName, Params } from "../../../protocol/commands/index.ts";
import type { FollowFrame } from "../../../protocol/frames.ts";
import { PROTOCOL_VERSION, VERSION } from "../../../protocol/version.ts";
import type { Identity } from "../../access.ts";
import type { Caller } from "../../caller.ts";
import type { Connection, Ring } from "../../connections.ts";
import type { Gateway } from "../../gateway.ts";
import { askAs } from "../asking.ts";
import type { Ask } from "../http/route.ts";

export type Take = (frames: FollowFrame[]) => void;

export interface McpLink {
  caller: Caller;
  /** Asks for as long as the signal says. */
  askFor(signal: AbortSignal): Ask<CommandName>;
  ask: Ask<CommandName>;
  /** Resolves when what happens from now on is taken; to how it is ended. */
  follow(asked: Params<"Subscribe">, take: Take): Promise<() => void>;
  /** There is room again: what waits is pulled. */
  flush(): void;
  close(): void;
}

/** What the host is told of, in `hello` and in lists of who is connected. */
export const clientName = (name: string): string =>
  `mcp ${name.replaceAll(/[^\w.@/+-]/g, "-")}`.slice(0, 64);

/** Batches pulled before others get their turn. */
const MAX_PULLS = 4;

interface Attached {
  gateway: Gateway;
  /** Opened with the ring that is given. */
  open(ring: Ring): Connection;
  /** False while nothing more can be sent. */
  hasRoom?: () => boolean;
}

/** A host that stays. Throws where there is no room for it. */
export function openLink({ gateway, open, hasRoom = () => true }: Attached): McpLink {
  const takes = new Map<string, Take>();
  let holds = 0;
  let soon: ReturnType<typeof setImmediate> | undefined;
  let isClosed = false;
  const connection = open({ events: pumpSoon, signals: () => undefined });
  const { caller } = connection;

  function pumpSoon(): void {
    soon ??= setImmediate(() => {
      soon = undefined;
      pump();
    });
  }

  function pump(): void {
    for (let pulls = 0; pulls < MAX_PULLS; pulls += 1) {
      if (isClosed || holds > 0 || !hasRoom()) return;
      const { frames, hasMore } = connection.pull();
      for (const [id, own] of Map.groupBy(frames, ({ subscription_id }) => subscription_id)) {
        takes.get(id)?.(own);
      }
      if (!hasMore) return;
    }
    pumpSoon();
  }

  const askFor = (signal: AbortSignal) =>
    askAs(gateway, { ...caller, signal: AbortSignal.any([caller.signal, signal]) });
  const ask = askAs(gateway, caller);
  return {
    caller,
    ask,
    askFor,
    async follow(asked, take) {
      // Nothing is pulled before it is known whose it is.
      holds += 1;
      try {
        const { subscription_id } = await ask("Subscribe", asked);
        takes.set(subscription_id, take);
        return () => {
          if (!takes.delete(subscription_id) || isClosed) return;
          caller.subscriptions?.unsubscribe(subscription_id);
        };
      } finally {
        holds -= 1;
        pumpSoon();
      }
    },
    flush: pumpSoon,
    close() {
      isClosed = true;
      clearImmediate(soon);
      takes.clear();
      connection.close();
    },
  };
}

/** Attached under a key or the socket, as a host that brings nothing of its own. */
export const attachHost =
  (gateway: Gateway, identity: Identity, client: string) =>
  (ring: Ring): Connection =>
    gateway.connections.open(
      {
        type: "attach",
        client,
        version: VERSION,
        protocol_version: PROTOCOL_VERSION,
        workspace: null,
        variables: {},
        call_id: null,
      },
      { identity, ring },
    );

/** A host that asks once over plain HTTP. */
export function passingLink(
  gateway: Gateway,
  { identity, signal, client }: { identity: Identity; signal: AbortSignal; client: string },
): McpLink {
  const caller = gateway.connections.passing({ identity, signal, client });
  const attached = new Set<McpLink>();
  return {
    caller,
    ask: askAs(gateway, caller),
    askFor: (other) => askAs(gateway, { ...caller, signal: AbortSignal.any([signal, other]) }),
    async follow(asked, take) {
      const link = openLink({ gateway, open: attachHost(gateway, identity, client) });
      attached.add(link);
      const end = () => {
        attached.delete(link);
        link.close();
      };
      await link.follow(asked, take).catch((thrown: unknown) => {
        end();
        throw thrown;
      });
      return end;
    },
    flush: () => undefined,
    close() {
      for (const link of attached) link.close();
      attached.clear();
    },
  };
}
